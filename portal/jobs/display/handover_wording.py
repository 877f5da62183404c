"""What people read of a handover: its rows, its exceptions, and what has changed since."""

from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from portal.core.ui import Chip, Text
from portal.jobs.handover import Item, Standing
from portal.jobs.handover_changes import Change, Changed
from portal.jobs.models import HandoverHub

State = HandoverHub.State

STATES: dict[str, Chip] = {
    State.CLAIMED: Chip("good", "check", _("Claimed")),
    State.UNDER_WAY: Chip("working", "working", _("Still being claimed")),
    State.REFUSED: Chip("stop", "stop", pgettext_lazy("one hub", "Not claimed")),
    State.MISSING: Chip("attention", "alert", _("No hub claimed here")),
}
ONLINE = Chip("good", "signal", _("Online"))
OFFLINE = Chip("attention", "offline", _("Offline"))

_CHANGES: dict[str, Text] = {
    Change.LEFT: _("Is no longer ours"),
    Change.REPLACED: _("Is no longer ours. Hub %(now)s stands here now"),
    Change.MOVED: _("Moved to %(now)s"),
    Change.SUSPENDED: pgettext_lazy("one hub", "Suspended"),
    Change.CLAIMED: _("Claimed"),
    Change.OFFLINE: _("Offline"),
    Change.ONLINE: _("Online"),
    Change.PLACE: _("Its place is now “%(now)s”"),
    Change.FIRMWARE: _("Firmware is now %(now)s"),
}
_GRAVE = {Change.LEFT, Change.REPLACED, Change.MOVED, Change.SUSPENDED, Change.OFFLINE}


@dataclass(frozen=True, slots=True)
class News:
    """A change as a line: of which hub, what, and whether it is good."""

    place: str
    hub_id: str
    chip: Chip
    changed: Changed | None = None


def chip(row: HandoverHub | Item) -> Chip:
    """Return how far the hub had got, at a glance: of a claimed one, whether it was online."""
    if row.state != State.CLAIMED:
        return STATES[row.state]
    return ONLINE if row.online else OFFLINE


def change(changed: Changed) -> News:
    """Return a change as a line."""
    row = changed.row
    words = str(_CHANGES[changed.change]) % {"now": changed.now}
    is_grave = changed.change in _GRAVE
    mark = Chip("attention", "alert", words) if is_grave else Chip("good", "check", words)
    return News(row.place, str(row.hub_id), mark, changed)


def addition(place: str, hub_id: str) -> News:
    """Return a line for a hub that was claimed for the job since."""
    return News(place, hub_id, Chip("good", "check", gettext("Claimed since")))


def lacks(standing: Standing) -> str:
    """Say in one sentence what is not as it should be; "" where all is."""
    if not standing.items and not standing.shortfall:
        return gettext("No hub was claimed on this job.")
    claimed = [item for item in standing.exceptions if item.state == State.CLAIMED]
    unclaimed = len(standing.exceptions) - len(claimed) + standing.shortfall
    parts = []
    if unclaimed:
        words = ngettext("%(n)d hub is not claimed", "%(n)d hubs are not claimed", unclaimed)
        parts.append(words % {"n": unclaimed})
    if claimed:
        words = ngettext("%(n)d hub is offline", "%(n)d hubs are offline", len(claimed))
        parts.append(words % {"n": len(claimed)})
    return gettext("%(what)s.") % {"what": gettext("; ").join(parts)} if parts else ""


def label(item: Item) -> str:
    """Return what a hub is called in a line: its place, and the end of its id."""
    tail = f"…{str(item.hub_id)[-4:].upper()}" if item.hub_id else ""
    return " ".join(filter(None, (item.place, tail))) or gettext("A hub")


def last_seen(item: Item) -> str:
    """Say when an offline hub was seen last; "" where it was never."""
    if item.last_seen is None:
        return ""
    at = date_format(localtime(item.last_seen), "j M Y, H:i")
    return gettext("Last seen %(at)s.") % {"at": at}
