"""Live status: looking at a hub marks it as watched; the worker refreshes watched hubs.

However many people look, SpKey is asked once per hub and interval.
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Case, Q, QuerySet, Value, When
from django.utils import timezone

from portal import spkey
from portal.consent.models import Grant
from portal.core import leasing
from portal.core.leasing import Lease, due_at, given_back
from portal.core.worker import WorkKind
from portal.hubs import places, reading, status
from portal.hubs.labels.parse import HubId
from portal.hubs.models import Hub
from portal.hubs.reading import NotRead, Read
from portal.orgs.models import Organisation

# A poll that finds this much of the watch left writes nothing.
RENEW_BELOW = timedelta(seconds=30)
REFRESH_WAITING = timedelta(seconds=3)
REFRESH_ONLINE = timedelta(seconds=15)
REFRESH_TROUBLED = reading.TROUBLE
REFRESH_AWAITED = timedelta(seconds=60)
# Of a hub of which SpKey tells by itself.
REFRESH_HEARD = timedelta(seconds=60)
HEARD_LATELY = timedelta(hours=1)
# However many hints come of a hub, so far apart are the reads that they bring about.
HINTS_APART = timedelta(seconds=10)
# Of all workers together, so that pages do not wear out the API.
HOST_AT_ONCE = 16
FOR_UNSERVED = 4
REMOVED_AT_ONCE = 100


def hub_for(organisation: Organisation, hub_id: UUID) -> Hub:
    """Return the organisation's row of this hub, made when there is none.

    An id that was read off a label tells the row how that spells it.
    """
    (hub,) = hubs_for(organisation, [hub_id]).values()
    return hub


def known_hubs(organisation: Organisation, hub_ids: Collection[UUID]) -> dict[UUID, Hub]:
    """Return the organisation's rows of these hubs by hub id, of those that it has."""
    if not hub_ids:
        return {}
    of_these = Hub.objects.filter(organisation=organisation, hub_id__in=hub_ids)
    return {hub.hub_id: hub for hub in of_these}


def hub_to_claim(organisation: Organisation, hub_id: UUID) -> Hub:
    """Return the organisation's row of this hub, which stays from the caller's transaction on."""
    hub = hub_for(organisation, hub_id)
    if not Hub.objects.filter(pk=hub.pk).update(kept_until=None):
        # It was removed at this very moment: what is made anew is kept for a day.
        hub = hub_for(organisation, hub_id)
        Hub.objects.filter(pk=hub.pk).update(kept_until=None)
    return hub


def hubs_for(
    organisation: Organisation,
    hub_ids: Collection[UUID],
    known: dict[UUID, Hub] | None = None,
) -> dict[UUID, Hub]:
    """Return the organisation's rows of these hubs by hub id, made where there are none.

    One that is made is kept for a day, unless it is claimed, or ours.

    However many they are, this takes three statements at most, and one more for each that is the
    first to be read off a label that spells it with these capitals. `known` are those that
    `known_hubs` found, where that was asked already.
    """
    of_these = Hub.objects.filter(organisation=organisation, hub_id__in=hub_ids)
    found = known_hubs(organisation, hub_ids) if known is None else known
    printed = {hub_id: text for hub_id in hub_ids if (text := _printed(hub_id))}
    for hub_id in printed.keys() & found.keys():
        if found[hub_id].printed_id != printed[hub_id] and not found[hub_id].as_printed:
            found[hub_id].printed_id = printed[hub_id]
            of_these.filter(hub_id=hub_id).update(printed_id=printed[hub_id])
    missing = [hub_id for hub_id in hub_ids if hub_id not in found]
    if not missing:
        return found
    until = timezone.now() + Hub.KEPT
    made = [
        Hub(
            organisation=organisation,
            hub_id=hub_id,
            printed_id=printed.get(hub_id, ""),
            kept_until=until,
        )
        for hub_id in missing
    ]
    # Of two who ask at once one makes the row: the existing row is read afterwards.
    Hub.objects.bulk_create(made, ignore_conflicts=True)
    return {hub.hub_id: hub for hub in of_these.all()}


def _printed(hub_id: UUID) -> str:
    return hub_id.printed if isinstance(hub_id, HubId) else ""


def watch(hub: Hub) -> None:
    """Keep the hub refreshed for the next minute. Writes only when that is running out."""
    watch_all([hub])


def watch_all(hubs: Iterable[Hub]) -> None:
    """Keep these hubs refreshed for the next minute."""
    now = timezone.now()
    if unwatched := [hub.pk for hub in hubs if not is_watched(hub, now)]:
        _watch(unwatched, now)


def look_up_under(grant: Grant, hubs: Iterable[Hub]) -> None:
    """Have these hubs read once for an agent, who acts under this grant.

    With support's key, where the organisation's own cannot.
    """
    now = timezone.now()
    asked = [hub.pk for hub in hubs if hub.read_under_id != grant.pk or not is_watched(hub, now)]
    if asked:
        _watch(asked, now, grant)


def unwatch(hubs: Iterable[Hub]) -> None:
    """Refresh these hubs no more: what was asked is known.

    Who else looks at one of them has it refreshed again, and one just claimed is looked at on.
    """
    now = timezone.now()
    if watched := [hub.pk for hub in hubs if hub.watched_until is not None]:
        unexpected = Q(awaited_until=None) | Q(awaited_until__lte=now)
        hubs_left = Hub.objects.filter(unexpected, pk__in=watched, hinted_at=None)
        hubs_left.update(watched_until=None, **due_at(None))


def is_watched(hub: Hub, now: datetime | None = None) -> bool:
    """Whether the hub is kept refreshed for a while yet."""
    # Further ahead than a watch lasts, the clock was put back.
    until = hub.watched_until
    now = now or timezone.now()
    return until is not None and RENEW_BELOW < until - now <= Hub.WATCH


def _watch(pks: list[UUID], now: datetime, under: Grant | None = None) -> None:
    hubs = Hub.objects.filter(pk__in=pks)
    kept_longer = Case(When(kept_until__isnull=False, then=Value(now + Hub.KEPT)))
    hubs.update(watched_until=now + Hub.WATCH, kept_until=kept_longer, read_under=under)
    # Somebody looks now: what was to be asked in a minute is asked at once.
    later = Q(due_at=None) | Q(due_at__gt=now + REFRESH_WAITING)
    hubs.filter(later).update(**due_at(now))


def hint(pks: Collection[UUID]) -> None:
    """Read these hubs, by their keys, now: SpKey says by itself that something happened to them.

    One that was read a few seconds ago is read when these are over, and one that cannot be read
    now as soon as it can be.
    """
    now = timezone.now()
    hubs = Hub.objects.filter(pk__in=pks)
    hubs.update(heard_at=now, hinted_at=now)
    for which, at in when_to_read(now):
        hubs.filter(which).filter(Q(due_at=None) | Q(due_at__gt=at)).update(**due_at(at))


def when_to_read(now: datetime) -> tuple[tuple[Q, datetime], ...]:
    """Return which hubs are read when, once something may have happened to them."""
    lately = Q(read_at__gt=now - HINTS_APART, read_at__lte=now)
    return ((Q(read_at=None) | ~lately, now), (lately, now + HINTS_APART))


def heard_lately(now: datetime) -> Q:
    """Return of which hubs SpKey tells by itself, so that they need be asked after less often."""
    return Q(heard_at__gt=now - HEARD_LATELY, heard_at__lte=now + leasing.CLOCKS_APART)


def await_online(hub: Hub, spkey_site_id: str) -> None:
    """Look at a newly claimed hub now and then until it is online, for two hours at most.

    That it is the organisation's own, and at that site, is known already.
    """
    now = timezone.now()
    looked_at = When(watched_until__gt=now, then=Value(now + REFRESH_WAITING))
    known = {
        "binding": Hub.Binding.OURS,
        "status": status.CLAIMED,
        "spkey_site_id": spkey_site_id,
    }
    Hub.objects.filter(pk=hub.pk).update(
        **status.seen(known),
        asked_at=now,
        awaited_until=now + Hub.AWAIT_ONLINE_FOR,
        # A crowd of claims that nobody looks at goes first.
        **due_at(Case(looked_at, default=Value(now + REFRESH_TROUBLED))),
    )
    places.leave_behind(hub)


def _due() -> QuerySet[Hub]:
    return leasing.due(Hub.objects.all())


def some_due() -> bool:
    """Say whether there is a hub to lease: a read, where leasing is a write."""
    return _due().exists() and (leasing.room(Hub, HOST_AT_ONCE) > 0 or unserved_due())


def unserved_due() -> bool:
    """Say whether a hub is due of an organisation for which no worker reads one at this moment."""
    return leasing.some_unserved(_due(), HOST_AT_ONCE + FOR_UNSERVED, by="organisation")


def take_due(limit: int) -> list[Lease[Hub]]:
    """Lease at most `limit` hubs that are due for a refresh, the organisations in turns.

    All workers together hold HOST_AT_ONCE at most, and a few more for organisations that would
    have to wait until somebody else's slow calls end.
    """
    taken = leasing.take_in_turns(_due(), limit, HOST_AT_ONCE, by="organisation")
    return taken if len(taken) == limit else taken + take_unserved(limit - len(taken))


def take_unserved(limit: int) -> list[Lease[Hub]]:
    """Lease one hub each for at most `limit` organisations for which no worker reads one."""
    most = HOST_AT_ONCE + FOR_UNSERVED
    return leasing.take_in_turns(_due(), limit, most, by="organisation", unserved_only=True)


def refresh(lease: Lease[Hub]) -> None:
    """Ask SpKey after a leased hub, remember the answer, and say when to ask again.

    A hub that was leased to somebody else meanwhile is left to them.
    """
    hub = lease.row().select_related("organisation__credential").first()
    if hub is None:
        return
    found = reading.read(hub, hub.read_under)
    is_read = not isinstance(found, NotRead) and not found.is_other_spelling_next
    if is_read and hub.hinted_at is not None:
        # Not where another hint came during the read.
        Hub.objects.filter(pk=hub.pk, hinted_at=hub.hinted_at).update(hinted_at=None)
    if is_read and hub.read_under_id is not None:
        # Once: who else looks at the hub has no part in support's key.
        Hub.objects.filter(pk=hub.pk).update(read_under=None)
    every = _next_read(hub, found)
    _give_back(lease, every, REFRESH_WAITING if is_read else every)


def _next_read(hub: Hub, found: Read | NotRead) -> timedelta:
    """Return the time until the next read of a hub that was just read, or could not be."""
    if isinstance(found, NotRead):
        return found.wait
    if found.is_other_spelling_next:
        return REFRESH_WAITING
    if hub.binding in {Hub.Binding.MISSING, Hub.Binding.OTHER}:
        return REFRESH_TROUBLED
    if not hub.online and hub.awaited_until and hub.awaited_until > found.at:
        return REFRESH_WAITING
    is_heard = hub.heard_at is not None and found.at - hub.heard_at < HEARD_LATELY
    return REFRESH_HEARD if is_heard else REFRESH_ONLINE


def _give_back(lease: Lease[Hub], every: timedelta, hinted: timedelta) -> None:
    """Give the lease back: in one statement, or a watch begun at this moment would go unseen.

    `hinted` is until the next read where a hint is still open.
    """
    now = timezone.now()
    again_at = Case(
        When(hinted_at__isnull=False, then=Value(now + hinted)),
        When(watched_until__gt=now, then=Value(now + every)),
        When(
            Q(online=None) | Q(online=False),
            awaited_until__gt=now,
            then=Value(now + max(every, REFRESH_AWAITED)),
        ),
        default=None,
    )
    lease.row().update(**given_back(again_at))


def remove_unused() -> int:
    """Remove some of the rows that were only looked up, a day ago and more. Return how many."""
    with transaction.atomic():
        now = timezone.now()
        free = Q(lease_until=None) | Q(lease_until__lte=now)
        unused = Hub.objects.filter(free, kept_until__lte=now).order_by("kept_until")
        if connection.features.has_select_for_update_skip_locked:
            unused = unused.select_for_update(skip_locked=True)
        pks = list(unused.values_list("pk", flat=True)[:REMOVED_AT_ONCE])
        if pks:
            Hub.objects.filter(pk__in=pks).delete()
    return len(pks)


def _longest() -> timedelta:
    return timedelta(seconds=spkey.Timeouts().get_total)


REFRESHES = WorkKind(
    name="hub refreshes",
    model=Hub,
    is_due=some_due,
    take=take_due,
    work=refresh,
    longest=_longest,
)
UNSERVED = WorkKind(
    name="hub refreshes for organisations that no worker serves",
    model=Hub,
    is_due=unserved_due,
    take=take_unserved,
    work=refresh,
    longest=_longest,
    reserved=True,
)
