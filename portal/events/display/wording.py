"""Deliveries in words: what came, and what became of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.translation import gettext_lazy as _

from portal import spkey
from portal.core.ui import Chip, Text
from portal.events.models import Delivery, Result
from portal.hubs.display import wording as hub_wording

TYPES: Final[dict[str, Text]] = {
    "HubClaimed": _("A hub was claimed"),
    "HubReClaimed": _("A hub was moved"),
    "HubRoleSet": _("A hub’s role was changed"),
    "HubSuspended": _("A hub was suspended"),
    "HubDecommissioned": _("A hub was decommissioned"),
    "MatterDeviceCreated": _("A device was added"),
    spkey.SHADOW_UPDATE: _("A hub reported"),
}
OF_RESULTS: Final[dict[str, Text]] = {
    Result.NO_EVENT: _("A check of the address"),
    Result.TEST: _("Your test"),
}
CHIPS: Final[dict[str, Chip]] = {
    Result.WAITING: Chip("working", "working", _("In a moment")),
    Result.READ: Chip("good", "check", _("Hub read")),
    Result.OVERTAKEN: Chip("quiet", "clock", _("Known already")),
    Result.NOT_OURS: Chip("quiet", "close", _("Not your hub")),
    Result.TOO_MANY: Chip("attention", "alert", _("Too many new hubs")),
    Result.NOTHING: Chip("quiet", "check", _("Nothing to do")),
    Result.NO_EVENT: Chip("good", "check", _("Arrived")),
    Result.TEST: Chip("good", "check", _("Arrived")),
}
TAIL: Final = 4


@dataclass(frozen=True, slots=True)
class Line:
    """A delivery as a page shows it; `tail` is the end of the hub's id."""

    at: datetime
    what: Text
    tail: str
    chip: Chip
    times: int


def line(delivery: Delivery) -> Line:
    """Return the delivery as a page shows it."""
    known = OF_RESULTS.get(delivery.result) or TYPES.get(delivery.type)
    what = known or hub_wording.vendors(delivery.type)
    return Line(
        at=delivery.received_at,
        what=what,
        tail=delivery.hub[-TAIL:].upper(),
        chip=CHIPS[delivery.result],
        times=delivery.times,
    )
