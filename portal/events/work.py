"""What events ask for: that hubs are read now, and what waits for one of them goes on.

An event is a hint. What it says of the hub is written nowhere: SpKey is asked, with the
organisation's own key, as it always is. So nobody who forges, repeats, withholds or disorders
events can make the portal believe anything; and an event that never comes is no loss, for the
polling goes on.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from portal.claims.engine import hints
from portal.core import leasing
from portal.core.leasing import Lease, given_back
from portal.core.throttle import Limit
from portal.core.worker import WorkKind
from portal.events.models import Delivery, Result
from portal.hubs import watching
from portal.hubs.actions import asking
from portal.hubs.labels.parse import HubId
from portal.hubs.models import Hub
from portal.orgs.models import Organisation

# What a worker does at a time for one organisation; and how many do so, of all together.
TOGETHER: Final = 500
AT_ONCE: Final = 4
# An attempt is under way that may have read the hub before: looked at again, for so long.
# A database that is busy is all that it may wait for.
LONGEST_LOOK: Final = timedelta(seconds=30)
AGAIN: Final = timedelta(seconds=2)
AGAIN_FOR: Final = timedelta(minutes=5)
# Hubs that an organisation did not have, and its events speak of.
NEW_HUBS: Final = Limit("hubs that events made known", most=2_000, seconds=3600)


def _due() -> QuerySet[Delivery]:
    return leasing.due(Delivery.objects.all())


def some_due() -> bool:
    """Say whether an event is to be worked on, by a read."""
    return leasing.some_within(_due(), AT_ONCE * TOGETHER)


def take_due(limit: int) -> list[Lease[Delivery]]:
    """Lease at most `limit` events; each brings along what else waits of its organisation."""
    return leasing.take_within(_due(), min(limit, AT_ONCE), AT_ONCE * TOGETHER)


def work(lease: Lease[Delivery]) -> None:
    """Do what a leased event asks for, and what the others of its organisation do.

    It may be done twice: hubs are then read once more.
    """
    first = lease.row().select_related("receiver__organisation").first()
    if first is None:
        return
    others = leasing.take(_due().filter(receiver=first.receiver_id), TOGETHER - 1)
    taken = Delivery.objects.filter(
        pk__in=[first.pk, *(other.pk for other in others)], result=Result.WAITING
    )
    overtaken = set(taken.filter(_is_overtaken()).values_list("pk", flat=True))
    _end(overtaken, Result.OVERTAKEN)
    _read(first.receiver.organisation, [each for each in taken if each.pk not in overtaken])


def _is_overtaken() -> Exists:
    """Whether a newer one of the same aggregate, by version and by time, has had its hub read."""
    newer = Delivery.objects.filter(
        receiver=OuterRef("receiver"),
        aggregate=OuterRef("aggregate"),
        result=Result.READ,
        version__gte=OuterRef("version"),
        happened_at__gte=OuterRef("happened_at"),
    )
    return Exists(newer)


def _read(organisation: Organisation, rows: list[Delivery]) -> None:
    known = watching.known_hubs(organisation, {HubId(row.hub) for row in rows})
    unknown = [row for row in rows if HubId(row.hub) not in known]
    _end((row.pk for row in unknown if not row.names_us), Result.NOT_OURS)
    fresh = {HubId(row.hub): row for row in unknown if row.names_us}
    if fresh and not NEW_HUBS.allows(str(organisation.pk), times=len(fresh)):
        _end((row.pk for row in unknown if row.names_us), Result.TOO_MANY)
        fresh = {}
    hubs = known | (watching.hubs_for(organisation, list(fresh), {}) if fresh else {})
    hinted = [row for row in rows if HubId(row.hub) in hubs]
    if hinted:
        _go_on(organisation, hinted, hubs)


def _go_on(organisation: Organisation, rows: list[Delivery], hubs: dict[UUID, Hub]) -> None:
    pks = {hub.pk for hub in hubs.values()}
    watching.hint(pks)
    under_way = hints.move(organisation, pks) | asking.look_again(pks)
    now = timezone.now()
    again = {
        row.pk
        for row in rows
        if hubs[HubId(row.hub)].pk in under_way and now - row.received_at < AGAIN_FOR
    }
    Delivery.objects.filter(pk__in=again).update(**given_back(now + AGAIN))
    _end((row.pk for row in rows if row.pk not in again), Result.READ)


def _end(pks: Iterable[int], result: Result) -> None:
    if ended := list(pks):
        Delivery.objects.filter(pk__in=ended).update(result=result, **given_back(None))


EVENTS = WorkKind(
    name="events",
    model=Delivery,
    is_due=some_due,
    take=take_due,
    work=work,
    longest=lambda: LONGEST_LOOK,
)
