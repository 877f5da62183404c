"""Live status: looking at a hub marks it as watched; the worker refreshes watched hubs.

However many people look, SpKey is asked once per hub and interval.
"""

from collections.abc import Collection, Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Case, Q, Value, When
from django.utils import timezone

from portal import spkey
from portal.gateway import gate, key_health
from portal.gateway.gate import Held
from portal.hubs import status
from portal.hubs.models import Hub
from portal.orgs.models import ApiCredential, Organisation

WATCH = timedelta(seconds=60)
# A poll that finds this much of the watch left writes nothing.
RENEW_BELOW = timedelta(seconds=30)
REFRESH_WAITING = timedelta(seconds=3)
REFRESH_ONLINE = timedelta(seconds=15)
REFRESH_TROUBLED = timedelta(seconds=20)
LEASE = timedelta(seconds=30)
# A hub that was just claimed is expected to come online, whether anybody looks or not.
AWAIT_ONLINE_FOR = timedelta(hours=2)
REFRESH_AWAITED = timedelta(seconds=60)
# Of all workers together, so that pages do not wear out the API.
HOST_AT_ONCE = 16


def hub_for(organisation: Organisation, hub_id: UUID) -> Hub:
    """Return the organisation's row of this hub, made when there is none."""
    hub, _ = Hub.objects.get_or_create(organisation=organisation, hub_id=hub_id)
    return hub


def hubs_for(organisation: Organisation, hub_ids: Collection[UUID]) -> dict[UUID, Hub]:
    """Return the organisation's rows of these hubs by hub id, made where there are none.

    However many they are, this takes three statements at most.
    """
    of_these = Hub.objects.filter(organisation=organisation, hub_id__in=hub_ids)
    found = {hub.hub_id: hub for hub in of_these}
    missing = [hub_id for hub_id in hub_ids if hub_id not in found]
    if not missing:
        return found
    made = [Hub(organisation=organisation, hub_id=hub_id) for hub_id in missing]
    # Of two who ask at once one makes the row: what stands is read afterwards.
    Hub.objects.bulk_create(made, ignore_conflicts=True)
    return {hub.hub_id: hub for hub in of_these.all()}


def watch(hub: Hub, read_for: UUID | None = None) -> None:
    """Keep the hub refreshed for the next minute. Writes only when that is running out.

    `read_for` is the organisation that support claimed it from, whose key reads the status
    where the hub's own organisation has no usable one.
    """
    now = timezone.now()
    if not _is_watched(hub, now):
        _watch([hub.pk], now, read_for=read_for)


def watch_all(hubs: Iterable[Hub]) -> None:
    """Keep these hubs refreshed for the next minute, each with the key that reads it already."""
    now = timezone.now()
    if unwatched := [hub.pk for hub in hubs if not _is_watched(hub, now)]:
        _watch(unwatched, now)


def unwatch(hubs: Iterable[Hub]) -> None:
    """Refresh these hubs no more: whoever wanted to know has learnt it.

    Who else looks at one of them has it refreshed again, and one just claimed is looked at on.
    """
    now = timezone.now()
    if watched := [hub.pk for hub in hubs if hub.watched_until is not None]:
        unexpected = Q(awaited_until=None) | Q(awaited_until__lte=now)
        hubs_left = Hub.objects.filter(unexpected, pk__in=watched)
        hubs_left.update(watched_until=None, refresh_due_at=None)


def _is_watched(hub: Hub, now: datetime) -> bool:
    # Further ahead than a watch lasts, the clock was put back.
    until = hub.watched_until
    return until is not None and RENEW_BELOW < until - now <= WATCH


def _watch(pks: list[UUID], now: datetime, **fields: UUID | None) -> None:
    hubs = Hub.objects.filter(pk__in=pks)
    hubs.update(watched_until=now + WATCH, **fields)
    # Somebody looks now: what was to be asked in a minute is asked at once.
    later = Q(refresh_due_at=None) | Q(refresh_due_at__gt=now + REFRESH_WAITING)
    hubs.filter(later).update(refresh_due_at=now)


def await_online(hub: Hub, spkey_site_id: str, read_for: UUID | None = None) -> None:
    """Look at a newly claimed hub now and then until it is online, for two hours at most.

    That it is the organisation's own, and at that site, is known already. `read_for` is as for
    `watch`.
    """
    now = timezone.now()
    looked_at = When(watched_until__gt=now, then=Value(now + REFRESH_WAITING))
    Hub.objects.filter(pk=hub.pk).update(
        binding=Hub.Binding.OURS,
        status=status.CLAIMED,
        spkey_site_id=spkey_site_id,
        awaited_until=now + AWAIT_ONLINE_FOR,
        read_for=read_for,
        # A crowd of claims that nobody looks at goes first.
        refresh_due_at=Case(looked_at, default=Value(now + REFRESH_TROUBLED)),
    )


def lease_due(limit: int) -> list[Hub]:
    """Lease at most `limit` hubs that are due for a refresh, to one worker each.

    All workers together hold HOST_AT_ONCE at most; a few more, where two of them lease at the
    very same moment.
    """
    now = timezone.now()
    with transaction.atomic():
        # A leased hub has a due time, by which there is an index.
        live = Hub.objects.filter(refresh_due_at__isnull=False, lease_until__gt=now).count()
        room = max(0, min(limit, HOST_AT_ONCE - live))
        due = Hub.objects.filter(
            Q(lease_until=None) | Q(lease_until__lte=now), refresh_due_at__lte=now
        ).order_by("refresh_due_at")
        if connection.features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True)
        hubs = list(due[:room])
        for hub in hubs:
            hub.epoch += 1
            hub.lease_until = now + LEASE
        Hub.objects.bulk_update(hubs, ["epoch", "lease_until"])
    return hubs


def refresh(hub: Hub) -> None:
    """Ask SpKey after a leased hub, remember the answer, and say when to ask again.

    A hub that was leased to somebody else meanwhile is left to them.
    """
    leased = Hub.objects.filter(pk=hub.pk, epoch=hub.epoch)
    current = leased.select_related("organisation__credential", "read_for__credential").first()
    if current is not None:
        _release(current, _ask(current))


def _ask(hub: Hub) -> timedelta:
    """Read the hub's status, unless its key or SpKey must rest.

    Return the time until the next read.
    """
    credential = _credential(hub)
    if credential is None:
        return REFRESH_TROUBLED
    client = gate.ask(credential)
    if isinstance(client, Held):
        return timedelta(seconds=client.seconds)
    asked_at = timezone.now()
    try:
        status.record(hub, client.hub_status(hub.hub_id), read_at=asked_at)
    except spkey.NotFound as error:
        if error.from_api:  # Else it is a gateway's page, and says nothing of the hub.
            status.record_missing(hub, read_at=asked_at)
    except spkey.BadCredentials:
        key_health.mark_refused(credential)
    except spkey.RateLimited as limit:
        return timedelta(seconds=limit.held_for)
    except spkey.SpkeyError:
        return REFRESH_TROUBLED
    else:
        awaited = not hub.online and hub.awaited_until and hub.awaited_until > asked_at
        return REFRESH_WAITING if awaited else REFRESH_ONLINE
    return REFRESH_TROUBLED


def _credential(hub: Hub) -> ApiCredential | None:
    for organisation in filter(None, (hub.organisation, hub.read_for)):
        with suppress(gate.NoUsableKeyError):
            return gate.usable(organisation)
    return None


def _release(hub: Hub, every: timedelta) -> None:
    """Give the lease back: in one statement, or a watch begun at this moment would go unseen."""
    now = timezone.now()
    Hub.objects.filter(pk=hub.pk, epoch=hub.epoch).update(
        lease_until=None,
        refresh_due_at=Case(
            When(watched_until__gt=now, then=Value(now + every)),
            When(
                Q(online=None) | Q(online=False),
                awaited_until__gt=now,
                then=Value(now + max(every, REFRESH_AWAITED)),
            ),
            default=None,
        ),
    )
