"""Every hub of an organisation's own is read again and again, whether anybody looks or not.

An organisation has one call under way at a time, and begins one a second at most: so its hubs are
read within the hour up to some three thousand of them, and more slowly beyond. Those whose state
changed a moment ago are read again every minute, for which every other call is. All organisations
together have a few calls under way (`HUB_READS_AT_ONCE`), and the one whose turn it is for longest
is next. Claims, and hubs that somebody looks at, go first: see `worker`.

Where an answer is as the one before, only the time of it is written.
"""

import logging
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.db.models import F, Min, Q, QuerySet
from django.utils import timezone

from portal import spkey
from portal.core import leasing
from portal.core.leasing import CLOCKS_APART, Lease, due_at, given_back
from portal.core.worker import WorkKind
from portal.hubs import counts, reading
from portal.hubs.models import Hub, HubCount, Round
from portal.hubs.reading import NotRead
from portal.hubs.watching import heard_lately

logger = logging.getLogger(__name__)

# A hub is not read again sooner.
EVERY: Final = timedelta(minutes=5)
# One of which SpKey tells by itself is asked after less often.
EVERY_HEARD: Final = timedelta(minutes=30)
# One whose state changed lately is read again sooner.
JUST_CHANGED: Final = timedelta(minutes=20)
EVERY_CHANGED: Final = timedelta(minutes=1)
# Where there is nothing to read, or reading failed.
REST: Final = timedelta(seconds=30)
# Without an answer for so long, nobody knows how a hub is.
STALE: Final = timedelta(days=1)
STALE_AT_ONCE: Final = 200
# At night, by the portal's clock.
RECOUNT_HOUR: Final = 3


def some_due() -> bool:
    """Say whether there is an organisation whose turn it is: a read, where leasing is a write."""
    return leasing.some_within(leasing.due(Round.objects.all()), settings.HUB_READS_AT_ONCE)


def take_due(limit: int) -> list[Lease[Round]]:
    """Lease the turns of at most `limit` organisations, the longest due first."""
    return leasing.take_within(leasing.due(Round.objects.all()), limit, settings.HUB_READS_AT_ONCE)


def begin() -> int:
    """Begin the rounds of organisations that have hubs and no rounds yet. Return of how many."""
    have_hubs = HubCount.objects.filter(hubs__gt=0, organisation__hub_round=None)
    new = set(have_hubs.values_list("organisation", flat=True))
    now = timezone.now()
    made = [
        Round(organisation_id=pk, recount_at=next_recount(now), **due_at(now)) for pk in sorted(new)
    ]
    Round.objects.bulk_create(made, ignore_conflicts=True)
    return len(made)


def work(lease: Lease[Round]) -> None:
    """Read the hub whose turn it is of a leased organisation, and say when the next one is read.

    Once a night its hubs are counted again in place of that. An error that nobody foresaw costs a
    wait: a few organisations that kept their leases would keep all others from being read.
    """
    try:
        _work(lease)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        logger.exception("the round of organisation %s failed", lease.pk)
        lease.row().update(**given_back(timezone.now() + REST))


def _work(lease: Lease[Round]) -> None:
    turn = lease.row().select_related("organisation__credential").first()
    if turn is None:
        return
    now = timezone.now()
    if turn.recount_at <= now:
        counts.recount(turn.organisation)
        lease.row().update(recount_at=next_recount(now), **given_back(now))
        return
    hub = next_hub(turn, now)
    wait = None if hub is None else _read(hub)
    lease.row().update(**given_back(_next_turn(turn, now, has_read=hub is not None, wait=wait)))


def next_hub(turn: Round, now: datetime) -> Hub | None:
    """Return the hub to read next: whichever was asked after least lately, if one is to be read."""
    hubs = _in_rounds(turn)
    # Asked after in the future: of a clock that was put back since.
    ahead = hubs.filter(asked_at__gt=now + CLOCKS_APART)
    waiting = hubs.filter(asked_at__lte=now - EVERY)
    waiting = waiting.filter(~heard_lately(now) | Q(asked_at__lte=now - EVERY_HEARD))
    changed = hubs.filter(health_since__gt=now - JUST_CHANGED, asked_at__lte=now - EVERY_CHANGED)
    orders = (ahead, waiting, changed) if turn.epoch % 2 else (ahead, changed, waiting)
    chosen = (each.order_by("asked_at").first() for each in orders)
    hub = next((each for each in chosen if each is not None), None)
    if hub is not None:
        hub.organisation = turn.organisation
    return hub


def _in_rounds(turn: Round) -> QuerySet[Hub]:
    return Hub.objects.filter(organisation=turn.organisation_id, asked_at__isnull=False)


def _read(hub: Hub) -> timedelta | None:
    """Read a hub. Return for how long nothing can be read then, None where it answered."""
    found = reading.read(hub)
    if not isinstance(found, NotRead):
        return None
    _admit_not_to_know(hub)
    if found.is_general:
        return found.wait
    # This one alone: the others need not wait for it.
    Hub.objects.filter(pk=hub.pk).exclude(asked_at=None).update(asked_at=timezone.now())
    return None


def _admit_not_to_know(hub: Hub) -> None:
    """Say of the organisation's hubs that nobody knows how they are, once that is so."""
    now = timezone.now()
    known = Hub.objects.filter(organisation=hub.organisation_id, online__isnull=False).own()
    stale = known.filter(read_at__lt=now - STALE).order_by("read_at")
    if pks := list(stale.values_list("pk", flat=True)[:STALE_AT_ONCE]):
        again = Hub.objects.filter(pk__in=pks, read_at__lt=now - STALE)
        again.update(online=None, version=F("version") + 1)


def _next_turn(turn: Round, began: datetime, *, has_read: bool, wait: timedelta | None) -> datetime:
    now, pace = timezone.now(), timedelta(seconds=settings.HUB_READ_SECONDS)
    if wait is not None:
        return now + max(wait, pace)
    if has_read:
        # By when it was due, so that the wait for a thread does not slow all of them down.
        planned = turn.due_at or began
        return max(planned + pace, began + pace * 0.9)
    unheard = _in_rounds(turn).exclude(heard_lately(now))
    first: datetime | None = unheard.aggregate(at=Min("asked_at"))["at"]
    return now + REST if first is None else min(now + REST, max(now + pace, first + EVERY))


def next_recount(now: datetime) -> datetime:
    """Return the next moment of the night at which hubs are counted."""
    local = timezone.localtime(now, timezone.get_default_timezone())
    tonight = local.replace(hour=RECOUNT_HOUR, minute=0, second=0, microsecond=0)
    return tonight if tonight > local else tonight + timedelta(days=1)


def _longest() -> timedelta:
    return timedelta(seconds=spkey.Timeouts().get_total)


ROUNDS = WorkKind(
    name="rounds of hubs",
    model=Round,
    is_due=some_due,
    take=take_due,
    work=work,
    longest=_longest,
    priority=2,
    share=0,
)
