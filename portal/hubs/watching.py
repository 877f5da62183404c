"""Live status: looking at a hub marks it as watched; the worker refreshes watched hubs.

However many people look, SpKey is asked once per hub and interval.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from portal import spkey
from portal.hubs import keys, status
from portal.hubs.models import Hub
from portal.orgs.models import Organisation

WATCH = timedelta(seconds=60)
# A poll that finds this much of the watch left writes nothing.
RENEW_BELOW = timedelta(seconds=30)
REFRESH_WAITING = timedelta(seconds=3)
REFRESH_ONLINE = timedelta(seconds=15)
REFRESH_TROUBLED = timedelta(seconds=20)
LEASE = timedelta(seconds=30)


def hub_for(organisation: Organisation, hub_id: UUID) -> Hub:
    """Return the organisation's row of this hub, made when there is none."""
    hub, _ = Hub.objects.get_or_create(organisation=organisation, hub_id=hub_id)
    return hub


def watch(hub: Hub) -> None:
    """Keep the hub refreshed for the next minute. Writes only when that is running out."""
    now = timezone.now()
    if hub.watched_until is not None and hub.watched_until > now + RENEW_BELOW:
        return
    Hub.objects.filter(pk=hub.pk).update(watched_until=now + WATCH)
    Hub.objects.filter(pk=hub.pk, refresh_due_at=None).update(refresh_due_at=now)


def lease_due(limit: int) -> list[Hub]:
    """Lease at most `limit` hubs that are due for a refresh, to one worker each."""
    now = timezone.now()
    with transaction.atomic():
        due = Hub.objects.filter(
            Q(lease_until=None) | Q(lease_until__lte=now), refresh_due_at__lte=now
        ).order_by("refresh_due_at")
        if connection.features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True)
        hubs = list(due[:limit])
        for hub in hubs:
            hub.epoch += 1
            hub.lease_until = now + LEASE
        Hub.objects.bulk_update(hubs, ["epoch", "lease_until"])
    return hubs


def refresh(hub: Hub) -> None:
    """Ask SpKey after a leased hub, remember the answer, and say when to ask again."""
    hub = Hub.objects.select_related("organisation__credential").get(pk=hub.pk, epoch=hub.epoch)
    every = REFRESH_TROUBLED
    try:
        answer = keys.client_for_reading(hub.organisation).hub_status(hub.hub_id)
        hub = status.record(hub, answer)
        every = REFRESH_ONLINE if hub.online else REFRESH_WAITING
    except keys.NoUsableKeyError:
        pass
    except spkey.NotFound:
        hub = status.record_missing(hub)
    except spkey.BadCredentials:
        keys.mark_refused(hub.organisation.credential)
    except spkey.SpkeyError:
        pass
    _release(hub, every)


def _release(hub: Hub, every: timedelta) -> None:
    now = timezone.now()
    Hub.objects.filter(pk=hub.pk, epoch=hub.epoch).update(
        lease_until=None, refresh_due_at=_next_due(hub, now, every)
    )


def _next_due(hub: Hub, now: datetime, every: timedelta) -> datetime | None:
    watched_until = Hub.objects.filter(pk=hub.pk).values_list("watched_until", flat=True).first()
    return now + every if watched_until and watched_until > now else None
