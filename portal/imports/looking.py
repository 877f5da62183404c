"""Looking at hubs, a batch at a time: the dry run, and the bringing in, by the same code.

Every hub is read at SpKey, through the gateway and at its pace. What was read is written down once
a batch: a worker that is killed meanwhile costs the reads of one batch, and no row.
"""

import random
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from portal.claims import limits
from portal.core import leasing
from portal.core.leasing import Lease, LeaseLostError, given_back
from portal.core.throttle import LimitReachedError
from portal.gateway import gate, key_health
from portal.gateway.gate import Held
from portal.gateway.many_calls import ManyCalls
from portal.hubs import calls, status, watching
from portal.hubs.calls import CallOutcome, Reading
from portal.hubs.labels.parse import HubId
from portal.hubs.models import Hub
from portal.imports import judging, permissions, writing
from portal.imports.in_hand import InHand
from portal.imports.judging import Seen
from portal.imports.models import (
    DONE_ALREADY,
    TO_BE_DONE,
    Batch,
    Import,
    Kind,
    Row,
    RowState,
    State,
    Verdict,
)
from portal.imports.site_finder import SiteFinder
from portal.orgs.models import ApiCredential

# Of all workers together, as for the hubs that pages look at.
AT_ONCE: Final = 16
FOR_UNSERVED: Final = 4
# A thread is given back after so long, to whatever else there is to do.
SECONDS: Final = 3.0
KEY_TROUBLED: Final = 20.0
GIVEN_UP_AFTER: Final = 5
LONGEST_BACKOFF: Final = 60.0

_random = random.SystemRandom()


@dataclass(slots=True)
class _Work:
    """A batch under way: its rows, what was read of which, and for how long SpKey is to rest.

    `is_held_back`: no more of its hubs are looked up, since too many are unknown.
    """

    lease: Lease[Batch]
    plan: Import
    rows: list[Row]
    readings: list[tuple[Row, Hub, Reading]] = field(default_factory=list)
    failed: list[Row] = field(default_factory=list)
    pause: float = 0.0
    is_held_back: bool = False


def _due() -> QuerySet[Batch]:
    return leasing.due(Batch.objects.all())


def some_due() -> bool:
    """Say whether there is a batch to lease: a read, where leasing is a write."""
    return _due().exists() and (leasing.room(Batch, AT_ONCE) > 0 or unserved_due())


def unserved_due() -> bool:
    """Say whether a batch is due of an organisation for which no worker looks at one now."""
    return leasing.some_unserved(_due(), AT_ONCE + FOR_UNSERVED, by="organisation")


def take_due(limit: int) -> list[Lease[Batch]]:
    """Lease at most `limit` batches, the organisations in turns: AT_ONCE by all workers together.

    A few more for organisations that would wait for somebody else's long list.
    """
    taken = leasing.take_in_turns(_due(), limit, AT_ONCE, by="organisation")
    if len(taken) == limit:
        return taken
    most = AT_ONCE + FOR_UNSERVED
    return taken + leasing.take_in_turns(
        _due(), limit - len(taken), most, by="organisation", unserved_only=True
    )


def look(lease: Lease[Batch]) -> None:
    """Look at the hubs of a leased batch, as far as its time goes. A lost lease changes nothing."""
    plans = lease.row().select_related(
        "plan__organisation__credential", "plan__made_by", "plan__run_by"
    )
    batch = plans.first()
    if batch is None:
        return
    work = _Work(lease, batch.plan, _rows_of(batch))
    work.is_held_back = _is_held_back(work.plan)
    credential = None if work.is_held_back else _credential(work)
    if credential is not None:
        _read_all(work, credential)
    _judge_all(work)
    with suppress(LeaseLostError), transaction.atomic():
        _write(work)


def _rows_of(batch: Batch) -> list[Row]:
    """Return the batch's rows that are to be looked at now; those that failed come last."""
    states = {
        State.CHECKING: (RowState.NEW,),
        State.RUNNING: (RowState.TO_DO,),
    }.get(State(batch.plan.state), ())
    rows = Row.objects.filter(batch=batch, state__in=states, hub_id__isnull=False)
    return list(rows.order_by("tries", "line"))


def _is_held_back(plan: Import) -> bool:
    """Whether another batch has met too many unknown ids in this dry run."""
    return plan.state == State.CHECKING and plan.rows.filter(verdict=Verdict.HELD_BACK).exists()


def _credential(work: _Work) -> ApiCredential | None:
    if not work.rows:
        return None
    try:
        return gate.usable(work.plan.organisation)
    except gate.NoUsableKeyError:
        work.pause = KEY_TROUBLED
        return None


def _read_all(work: _Work, credential: ApiCredential) -> None:
    known = watching.known_hubs(work.plan.organisation, [_hub_id(row) for row in work.rows])
    key, until = ManyCalls(credential), time.monotonic() + SECONDS
    for row in work.rows:
        if time.monotonic() > until or not _read(work, key, row, known):
            return


def _read(work: _Work, key: ManyCalls, row: Row, known: dict[UUID, Hub]) -> bool:
    """Read one hub. Return whether the next may be read at once."""
    client = key.ask()
    if isinstance(client, Held):
        work.pause = client.seconds
        return False
    hub = known.get(_hub_id(row)) or Hub(
        organisation=work.plan.organisation, hub_id=_hub_id(row), printed_id=row.printed_id
    )
    reading = calls.read(client, hub, asked_at=timezone.now())
    match reading.outcome:
        case CallOutcome.NOT_FOUND if not _may_be_told(work.plan, row):
            work.is_held_back = True
        case CallOutcome.ANSWERED | CallOutcome.NOT_FOUND | CallOutcome.FORBIDDEN:
            work.readings.append((row, hub, reading))
            return True
        case CallOutcome.BAD_CREDENTIALS:
            key_health.take_refusal(key.credential)
            work.pause = KEY_TROUBLED
        case CallOutcome.RATE_LIMITED:
            work.pause = reading.held_for
        case _:
            work.failed.append(row)
            work.pause = max(reading.held_for, _backoff(row.tries))
    return False


def _may_be_told(plan: Import, row: Row) -> bool:
    """Count that SpKey does not know this id; return whether who gave the file may learn that.

    What is carried out was found before: there, an id that is gone since is no guess.
    """
    if plan.state != State.CHECKING:
        return True
    ids = plan.rows.filter(batch__isnull=False).count()
    try:
        limits.count_unknown_of_file(
            plan.made_by, plan.organisation, str(row.hub_id), file=str(plan.pk), ids=ids
        )
    except LimitReachedError:
        return False
    return True


def _backoff(tries: int) -> float:
    return max(0.5, _random.uniform(0, min(LONGEST_BACKOFF, 2.0 * 2 ** min(tries, 16))))


def _hub_id(row: Row) -> HubId:
    return HubId(row.printed_id or str(row.hub_id))


def _judge_all(work: _Work) -> None:
    """Judge the rows by what was read, and keep of the hubs what is to be kept.

    Each hub in a transaction of its own, and not in that of the batch: of two workers who change
    several hubs in one, each may wait for the other.
    """
    plan = work.plan
    sites = SiteFinder(plan.organisation, permissions.member_of(plan))
    in_hand = InHand(plan, [row for row, _, _ in work.readings])
    for row, hub, reading in work.readings:
        _judge(plan, row, hub, reading, sites)
        site_id = row.site.spkey_site_id if row.site else ""
        row.verdict = in_hand.look(row, site_id) or row.verdict
    _keep(work)
    for row, _, _ in work.readings:
        _settle(plan, row)
    for row in work.failed:
        row.tries += 1
        if row.tries >= GIVEN_UP_AFTER:
            row.verdict = Verdict.UNREAD
            _settle(plan, row)
    for row in _held_back(work):
        row.verdict = Verdict.HELD_BACK
        _settle(plan, row)


def _held_back(work: _Work) -> list[Row]:
    """Return the rows that are not looked up any more."""
    met = {row.pk for row, _, _ in work.readings} | {row.pk for row in work.failed}
    return [row for row in work.rows if row.pk not in met] if work.is_held_back else []


def _keep(work: _Work) -> None:
    """Remember what was read of hubs that the portal has, or is to have from now on."""
    plan, new = work.plan, {row.hub_id for row, hub, _ in work.readings if hub._state.adding}
    made = _make(work)
    for row, hub, reading in work.readings:
        comes_in, is_new = _comes_in(work, row), row.hub_id in new
        if row.hub_id in made or (is_new and not comes_in):
            continue
        kept = watching.hub_for(plan.organisation, _hub_id(row)) if is_new else hub
        with transaction.atomic():
            calls.remember(kept, reading)
            if comes_in:
                writing.keep_words(plan, [row])


def _make(work: _Work) -> set[UUID]:
    """Make the rows of hubs that come in, all in one statement. Return their hub ids."""
    new = []
    for row, hub, reading in work.readings:
        if hub._state.adding and reading.hub is not None and _comes_in(work, row):
            for name, text in writing.words_of(row).items():
                setattr(hub, name, text)
            new.append((hub, reading.hub, reading.asked_at))
    return status.make_ours(new) if new else set()


def _comes_in(work: _Work, row: Row) -> bool:
    is_wanted = row.verdict == TO_BE_DONE[Kind.BRING_IN]
    return is_wanted and work.plan.state == State.RUNNING and work.plan.kind == Kind.BRING_IN


def _write(work: _Work) -> None:
    """Write down what was seen, and give the lease back. Raises LeaseLostError."""
    _save([row for row, _, _ in work.readings] + work.failed + _held_back(work))
    if work.plan.kind == Kind.BRING_IN:
        done = (row for row, _, _ in work.readings if row.state == RowState.DONE)
        writing.record_brought_in(work.plan, done)
    read = {row.pk for row, _, _ in work.readings}
    is_through = all(row.pk in read or row.state in _THROUGH for row in work.rows)
    again = timezone.now() + timedelta(seconds=work.pause)
    work.lease.write(**given_back(None if is_through else again))


_THROUGH: Final = (RowState.PLANNED, RowState.DONE, RowState.ALREADY, RowState.NOT_DONE)


def _judge(plan: Import, row: Row, hub: Hub, reading: Reading, sites: SiteFinder) -> None:
    kept = None if hub._state.adding else hub
    seen = _seen(plan, reading)
    row.site, site_verdict = sites.find(plan, row)
    row.at_site = seen.site_id if seen.binding == Hub.Binding.OURS else ""
    row.is_offline = reading.hub is not None and reading.hub.online is False
    row.claim = row.action = None
    row.verdict = judging.judge(
        plan.kind,
        row,
        seen,
        site_id=row.site.spkey_site_id if row.site else "",
        site_verdict=site_verdict,
        kept=kept,
    )
    if row.verdict == Verdict.KEPT and kept is not None and plan.run_at is not None:
        # It came with this very import, by a worker that was killed before it could say so.
        row.verdict = Verdict.OURS if kept.created_at >= plan.run_at else row.verdict


def _seen(plan: Import, reading: Reading) -> Seen:
    """Return what was read, as the plan's organisation may know it."""
    if reading.hub is None:
        is_missing = reading.outcome == CallOutcome.NOT_FOUND
        return Seen(Hub.Binding.MISSING if is_missing else Hub.Binding.OTHER)
    binding = status.binding_of(reading.hub, plan.organisation.spkey_org_id)
    return Seen(binding, reading.hub.status, reading.hub.site_id[:128])


def _settle(plan: Import, row: Row) -> None:
    """Say how far the row has got, by its verdict."""
    if plan.state == State.CHECKING:
        row.state = RowState.PLANNED
    elif row.verdict == TO_BE_DONE[plan.kind]:
        row.state, row.cause = RowState.DONE, ""
    elif row.verdict == DONE_ALREADY[plan.kind]:
        row.state, row.cause = RowState.ALREADY, ""
    else:
        row.state, row.cause = RowState.NOT_DONE, row.verdict


FOUND: Final = (
    "verdict",
    "state",
    "cause",
    "at_site",
    "is_offline",
    "site_id",
    "claim_id",
    "action_id",
    "tries",
)


def _save(rows: list[Row]) -> None:
    """Save what was found, alike rows together."""
    alike: dict[tuple[object, ...], list[int]] = {}
    for row in rows:
        alike.setdefault(tuple(getattr(row, name) for name in FOUND), []).append(row.pk)
    for values, pks in alike.items():
        Row.objects.filter(pk__in=pks).update(**dict(zip(FOUND, values, strict=True)))


def longest() -> timedelta:
    """Return how long a batch may take: its time, and one hub begun at its end, in both ways."""
    return timedelta(seconds=SECONDS) + 2 * watching.REFRESHES.longest()
