"""A hub as a row of the inventory, on a page and in a file."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from portal.core.ui import Chip
from portal.hubs.display import wording
from portal.hubs.models import Health, Hub

IN_USE: Final = {Health.ONLINE, Health.OFFLINE, Health.UNKNOWN}


@dataclass(frozen=True, slots=True)
class HubRow:
    """What a row of the inventory shows. Of one that is not in use, nothing is asked any more."""

    pk: str
    hub_id: str
    url: str
    place: str
    site: str
    chip: Chip
    status: str
    since: datetime | None
    since_words: str
    model: str
    serial: str
    firmware: str
    claimed_by: str
    claimed_at: datetime | None
    claimed_words: str
    read_at: datetime | None
    is_primary: bool
    is_in_use: bool


def row_of(hub: Hub) -> HubRow:
    """Return the hub as a row; its site is loaded."""
    return HubRow(
        pk=str(hub.pk),
        hub_id=str(hub.hub_id),
        url=reverse("hubs:detail", args=(hub.pk,)),
        place=hub.place,
        site=site_of(hub),
        chip=wording.chip(hub),
        status=hub.status,
        since=hub.health_since,
        since_words=_moment(hub.health_since),
        model=hub.model,
        serial=hub.serial,
        firmware=hub.firmware,
        claimed_by=hub.claimed_by_name,
        claimed_at=hub.claimed_at,
        claimed_words=_moment(hub.claimed_at),
        read_at=hub.read_at,
        is_primary=hub.is_primary,
        is_in_use=hub.health in IN_USE,
    )


def site_of(hub: Hub) -> str:
    """Return the hub's site as people call it, or its SpKey id where the portal has none."""
    return hub.site.shown_name if hub.site else hub.spkey_site_id


def heads(zone: str = "") -> list[str]:
    """Return the heads of the columns in a file; with `zone`, those of times say in which it is."""
    times = {gettext("Since"), gettext("Last seen"), gettext("Claimed"), gettext("Read")}
    return [f"{head} ({zone})" if zone and head in times else head for head in _heads()]


def _heads() -> list[str]:
    return [
        gettext("Hub id"),
        gettext("Place"),
        gettext("Site"),
        gettext("SpKey site id"),
        gettext("State"),
        gettext("Since"),
        gettext("Last seen"),
        gettext("Model"),
        gettext("Serial"),
        gettext("Firmware"),
        gettext("Claimed by"),
        gettext("Claimed"),
        gettext("Read"),
        gettext("Note"),
    ]


def cells(hub: Hub) -> list[str]:
    """Return the hub's cells in a file of text."""
    return [cell if isinstance(cell, str) else _exact(cell) for cell in values(hub)]


def values(hub: Hub) -> list[str | datetime | None]:
    """Return the hub's cells, texts and times."""
    return [
        str(hub.hub_id),
        hub.place,
        hub.site.shown_name if hub.site else "",
        hub.spkey_site_id or (hub.site.spkey_site_id if hub.site else ""),
        str(wording.chip(hub).word),
        hub.health_since,
        hub.last_seen,
        hub.model,
        hub.serial,
        hub.firmware,
        hub.claimed_by_name,
        hub.claimed_at,
        hub.read_at,
        hub.note,
    ]


def _moment(at: datetime | None) -> str:
    return wording.moment(at) if at else ""


def _exact(at: datetime | None) -> str:
    return timezone.localtime(at).isoformat(sep=" ", timespec="seconds") if at else ""
