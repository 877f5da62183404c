"""Reading a hub's status at the API, and remembering what it said."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Case, F, Q, Value, When
from django.utils import timezone

from portal import spkey
from portal.core.leasing import CLOCKS_APART
from portal.hubs import places
from portal.hubs.models import CLAIMED, DECOMMISSIONED, PROVISIONED, SUSPENDED, Binding, Hub

__all__ = ["CLAIMED", "DECOMMISSIONED", "PROVISIONED", "SUSPENDED"]

# For so long after it has left, a hub is read on: whether that was so.
LEFT_LATELY = timedelta(hours=1)

# What a page can see change; the time of reading alone is no news.
SHOWN_ON_PAGES = (
    "binding",
    "status",
    "serial",
    "model",
    "spkey_site_id",
    "is_primary",
    "online",
    "last_seen",
    "firmware",
    "uptime_seconds",
    "claimed_at",
)

# What may follow from a reading.
_FOLLOWS = ("version", "health", "health_since", "site", "place", "place_site_id")


def binding_of(answer: spkey.HubStatus, spkey_org_id: str) -> Binding:
    """Say whose the hub is, seen from the organisation with that SpKey id."""
    if answer.org_id == spkey_org_id:
        return Hub.Binding.OURS
    if answer.org_id or answer.status == CLAIMED:
        return Hub.Binding.OTHER
    return Hub.Binding.FREE


def record(hub: Hub, answer: spkey.HubStatus, *, read_at: datetime | None = None) -> Hub:
    """Remember what SpKey says of the hub, and return the row as saved.

    Of a hub that is somebody else's, only that is kept. `version` rises when something that
    a page shows has changed. `read_at` is when the question was asked (now, when None).
    """
    return _save(hub, _known(hub, answer), read_at)


def make_ours(read: Iterable[tuple[Hub, spkey.HubStatus, datetime]]) -> set[UUID]:
    """Save rows of ours that were not there yet, with what was read of each, in one statement.

    Return the hub ids of those that were made: where somebody was faster, theirs is the row.
    """
    hubs = []
    for hub, answer, read_at in read:
        for name, value in _known(hub, answer).items():
            setattr(hub, name, value)
        hub.read_at, hub.asked_at, hub.kept_until = read_at, read_at, None
        hub.online_at = read_at if hub.online else None
        hubs.append(hub)
    Hub.objects.bulk_create(hubs, ignore_conflicts=True)
    made = Hub.objects.filter(pk__in=[hub.pk for hub in hubs])
    return set(made.values_list("hub_id", flat=True))


def _known(hub: Hub, answer: spkey.HubStatus) -> dict[str, Any]:
    """Return what an answer says of the hub, as far as its organisation may know that."""
    binding = binding_of(answer, hub.organisation.spkey_org_id)
    ours = binding != Hub.Binding.OTHER
    return {
        "binding": binding,
        "status": answer.status if ours else "",
        "serial": answer.serial[:64] if ours else "",
        "model": answer.model[:64] if ours else "",
        "spkey_site_id": answer.site_id[:128] if ours else "",
        "is_primary": answer.is_primary and ours,
        "online": answer.online if ours else None,
        "last_seen": answer.last_seen if ours else None,
        "firmware": (answer.firmware or "")[:64] if ours else "",
        "uptime_seconds": answer.uptime_seconds if ours else None,
        "claimed_at": _claimed_at(hub, answer) if ours else None,
    }


def _claimed_at(hub: Hub, answer: spkey.HubStatus) -> datetime | None:
    """Return when the hub was claimed: SpKey's moment is that of its last move.

    What the portal knows belongs to whom it names as the claimer.
    """
    is_known = hub.claimed_by_name and hub.claimed_at and answer.claimed_at
    return hub.claimed_at if is_known else answer.claimed_at


def spell(hub: Hub, *, as_printed: bool) -> bool:
    """Ask SpKey for the hub as its label spells it, or in small letters; say if that is new."""
    if hub.as_printed == as_printed or not hub.printed_id:
        return False
    hub.as_printed = as_printed
    Hub.objects.filter(pk=hub.pk).update(as_printed=as_printed)
    return True


def record_missing(hub: Hub, *, read_at: datetime | None = None) -> Hub:
    """Remember that SpKey knows no such hub, and return the row as saved."""
    return _save(hub, _known_only(Hub.Binding.MISSING), read_at)


def record_foreign(hub: Hub, *, read_at: datetime | None = None) -> Hub:
    """Remember that the key may not read the hub, so it is somebody else's; return the row."""
    return _save(hub, _known_only(Hub.Binding.OTHER), read_at)


def _known_only(binding: Binding) -> dict[str, Any]:
    blank = Hub()
    return {name: getattr(blank, name) for name in SHOWN_ON_PAGES} | {"binding": binding}


def _save(hub: Hub, known: dict[str, Any], read_at: datetime | None) -> Hub:
    for name, value in known.items():
        setattr(hub, name, value)
    hub.read_at = read_at or timezone.now()
    if hub.online:
        hub.online_at = hub.read_at
    # Two may ask at once: the answer to the later question counts. One that was asked in the
    # future is of a clock that was put back since.
    now = timezone.now()
    no_newer = Q(read_at=None) | Q(read_at__lte=hub.read_at) | Q(read_at__gt=now + CLOCKS_APART)
    is_ours = known["binding"] == Hub.Binding.OURS
    kept: dict[str, Any] = {"kept_until": None} if is_ours else {}
    if hub.online:
        kept["online_at"] = hub.online_at
    # A change since then was seen by a clock that was put back.
    ahead = When(health_since__gt=now + CLOCKS_APART, then=Value(hub.read_at))
    Hub.objects.filter(no_newer, pk=hub.pk).update(
        **seen(known),
        **kept,
        read_at=hub.read_at,
        asked_at=_in_rounds(hub.read_at, is_ours),
        health_since=Case(ahead, default=F("health_since")),
    )
    hub.refresh_from_db(fields=_FOLLOWS)
    if is_ours and hub.place and hub.place_site_id not in {"", hub.spkey_site_id}:
        places.leave_behind(hub)
        hub.refresh_from_db(fields=_FOLLOWS)
    return hub


def _in_rounds(asked_at: datetime, is_ours: bool) -> Any:
    """Return what `asked_at` is of a hub: empty where it is not read by itself, see `rounds`."""
    if is_ours:
        return asked_at
    lately = Q(binding=Hub.Binding.OURS) | Q(left_at__gt=asked_at - LEFT_LATELY)
    return Case(When(lately, then=Value(asked_at)), default=None)


def seen(known: dict[str, Any]) -> dict[str, Any]:
    """Return what an update writes of this, some of SHOWN_ON_PAGES, for pages to see a change.

    Compared in the database: the row in memory may be older than what somebody else has written.
    """
    same = Q(**{name: value for name, value in known.items() if value is not None})
    same &= Q(**{f"{name}__isnull": True for name, value in known.items() if value is None})
    version = Case(When(same, then=F("version")), default=F("version") + 1)
    return {**known, "version": version}
