"""What people do to an import: give a file, have the plan made again, carried out, or stopped."""

import hashlib
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Count, Max, Q
from django.utils import timezone

from portal.audit.record import record
from portal.claims import limits
from portal.core.leasing import due_at, taken_away
from portal.core.throttle import Limit
from portal.imports import old_rows
from portal.imports.models import (
    OPEN,
    TO_BE_DONE,
    TO_DISCARD,
    Batch,
    Import,
    Piece,
    Row,
    RowState,
    State,
    Verdict,
)
from portal.imports.reading import kinds
from portal.imports.reading.faults import UnusableFileError, is_of_columns
from portal.orgs.models import Membership, Organisation, User
from portal.sites import changes
from portal.sites.models import Site

PIECE_BYTES: Final = 256 * 1024


class NothingToDoError(Exception):
    """There is nothing to carry out, or not any more."""


class PlanChangedError(Exception):
    """The plan is not the one that was seen: it was looked at again, or is being."""


class PlanTooOldError(Exception):
    """The plan was made too long ago, and is discarded."""


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody gives: the bytes of a file, or what they pasted, and what is to be done.

    `submission` is the form's token: the same one, the same import. `site` is where rows go that
    name none. `kept_for_columns` has it kept where its columns are not clear: its page asks. With
    `retry_of` the bytes are the numbers of lines of that import, see `retry_of`.
    """

    kind: str
    data: bytes
    submission: uuid.UUID
    name: str = ""
    site: Site | None = None
    retry_of: Import | None = None
    kept_for_columns: bool = False


def make(member: Membership, given: Given) -> tuple[Import, bool]:
    """Return the import of what was given, and whether it is new.

    The same file, for the same purpose, is one import while that is open. Raises UnusableFileError
    for what can be refused at once, unless that is `kept_for_columns`, and LimitReachedError.
    """
    if given.retry_of is None:
        _look_at_head(given)
    known = Import.objects.filter(submission=given.submission, organisation=member.organisation_id)
    digest = _digest(given)
    if found := known.first() or _open(member, digest):
        return found, False
    if given.retry_of is None:
        limits.mind_unknown(member.user)
    limit = Limit("imports of an organisation", settings.IMPORTS_A_DAY, 24 * 3600)
    limit.take(str(member.organisation_id))
    try:
        with transaction.atomic():
            return _save(member, given, digest), True
    except IntegrityError:
        # Two at once: the other one's is the import.
        found = known.first() or _open(member, digest)
        if found is None:
            raise
        return found, False


def _look_at_head(given: Given) -> None:
    try:
        kinds.look_at_head(given.data)
    except UnusableFileError as error:
        if not given.kept_for_columns or not is_of_columns(error.problems):
            raise


def _digest(given: Given) -> str:
    of = given.retry_of.pk if given.retry_of else ""
    purpose = f"{given.kind} {given.site.pk if given.site else ''} {of} "
    return hashlib.sha256(purpose.encode() + given.data).hexdigest()


def _open(member: Membership, digest: str) -> Import | None:
    mine = Import.objects.filter(organisation=member.organisation_id, digest=digest)
    return mine.filter(state__in=OPEN).first()


def _save(member: Membership, given: Given, digest: str) -> Import:
    organisation = member.organisation
    Organisation.objects.hold(organisation)
    last = Import.objects.filter(organisation=organisation).aggregate(last=Max("number"))["last"]
    plan = Import.objects.create(
        organisation=organisation,
        number=(last or 0) + 1,
        kind=given.kind,
        made_by=member.user,
        site=given.site,
        submission=given.submission,
        digest=digest,
        name=given.name[-120:],
        retry_of=given.retry_of,
        **due_at(timezone.now()),
    )
    pieces = range(0, len(given.data), PIECE_BYTES)
    for start in pieces:
        Piece.objects.create(plan=plan, data=given.data[start : start + PIECE_BYTES])
    return plan


def run(plan: Import, actor: User, token: str | None = None) -> bool:
    """Have the plan carried out, in this person's name. Return whether that begins with this.

    The caller has checked their right. `token` is the plan's, as their page had it. Raises
    NothingToDoError where no row is to be done, PlanChangedError and PlanTooOldError.
    """
    if plan.state == State.CHECKING or (token is not None and token != plan.token):
        raise PlanChangedError
    if plan.state == State.READY and old_rows.is_too_old(plan):
        old_rows.discard_too_old()
        raise PlanTooOldError
    to_do = plan.rows.filter(verdict=TO_BE_DONE[plan.kind], state=RowState.PLANNED).count()
    if plan.state == State.READY and not to_do:
        raise NothingToDoError
    now = timezone.now()
    mine = Import.objects.filter(pk=plan.pk)
    with transaction.atomic():
        begun = mine.filter(state=State.READY, checked_at=plan.checked_at).update(
            state=State.RUNNING, run_by=actor, run_at=now, moved_at=now, marks=[], **due_at(now)
        )
        if not begun and mine.filter(state__in=(State.CHECKING, State.READY)).exists():
            raise PlanChangedError
        if begun:
            record(
                "import.carried_out",
                actor=actor,
                organisation_id=plan.organisation_id,
                subject=plan,
                kind=plan.kind,
                number=to_do,
                rows=plan.total,
                file=plan.name,
            )
    return bool(begun)


def stop(plan: Import, actor: User) -> bool:
    """Carry out no more rows; of a plan that is not carried out yet, nothing remains to be done.

    What was handed on already goes on. Return whether there was something to stop.
    """
    now = timezone.now()
    running = Import.objects.filter(pk=plan.pk, state=State.RUNNING, stop_requested_at=None)
    with transaction.atomic():
        if running.update(stop_requested_at=now, **due_at(now)):
            _record("import.stopped", plan, actor)
            return True
        return _discard(plan, actor)


def _discard(plan: Import, actor: User) -> bool:
    """Forget the plan and its file, also one whose columns nobody has named yet."""
    is_kept = Q(state=State.REFUSED) & ~Q(head=[])
    mine = Import.objects.filter(Q(state__in=TO_DISCARD) | is_kept, pk=plan.pk)
    gone = {"problems": [], "head": [], "columns": [], **due_at(None), **taken_away()}
    if not mine.update(state=State.DISCARDED, finished_at=timezone.now(), **gone):
        return False
    Batch.objects.filter(plan=plan).update(**due_at(None))
    Piece.objects.filter(plan=plan).delete()
    _record("import.discarded", plan, actor)
    return True


def _record(verb: str, plan: Import, actor: User) -> None:
    record(
        verb,
        actor=actor,
        organisation_id=plan.organisation_id,
        subject=plan,
        kind=plan.kind,
        rows=plan.total,
        file=plan.name,
    )


def check_again(plan: Import, site_text: str = "") -> bool:
    """Have the hubs of a plan looked at again: all, or those of rows that write their site so.

    Return whether there was such a plan.
    """
    again = {"state": State.CHECKING, "again": site_text, "marks": [], **due_at(timezone.now())}
    return bool(Import.objects.filter(pk=plan.pk, state=State.READY).update(**again))


def name_columns(plan: Import, columns: Sequence[str]) -> Import:
    """Have the file read whose columns were not clear, now that somebody says what they hold.

    Return its import, or that of the same file which is open already.
    """
    # What nobody needs any more has no head: it may be forgotten at this very moment.
    mine = Import.objects.filter(pk=plan.pk, state=State.REFUSED).exclude(head=[])
    said = {"columns": list(columns), "problems": [], "head": [], "finished_at": None}
    try:
        with transaction.atomic():
            mine.update(state=State.READING, **said, **due_at(timezone.now()), **taken_away())
    except IntegrityError:
        same = Import.objects.filter(organisation=plan.organisation_id, digest=plan.digest)
        return same.filter(state__in=OPEN).first() or plan
    return plan


def unknown_sites(plan: Import, limit: int) -> list[tuple[str, int]]:
    """Return the sites that rows of the plan name and nobody knows, and how many rows each."""
    rows = plan.rows.filter(verdict=Verdict.SITE_UNKNOWN, state=RowState.PLANNED).order_by()
    named = rows.values_list("site_text").annotate(number=Count("pk"))
    return list(named.order_by("-number", "site_text")[:limit])


def add_site(plan: Import, text: str, site: Site, actor: User) -> Site:
    """Add a site that rows of the plan name, and have those rows looked at again.

    Raises what `changes.make` does.
    """
    made = changes.make(site, actor)
    check_again(plan, text)
    return made


def retry_of(plan: Import, rows: Iterator[Row], submission: uuid.UUID, kind: str = "") -> Given:
    """Return what to give for a new import of these rows of an old one, as they were written.

    For the same purpose, or for that of another `kind`. No bound of a file is theirs.
    """
    return Given(
        kind=kind or plan.kind,
        data=" ".join(str(row.line) for row in rows).encode(),
        submission=submission,
        name=plan.name,
        site=plan.site,
        retry_of=plan,
    )
