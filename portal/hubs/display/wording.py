"""What is said of hubs: their states, and moments."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from portal.core.ui import Chip, Text
from portal.hubs.models import CLAIMED, DECOMMISSIONED, LEFT, PROVISIONED, SUSPENDED, Health, Hub

PLACE_TOO_LONG: Final = _("At most 80 characters fit.")
NOTE_TOO_LONG: Final = _("At most 1,000 characters fit.")
CHOOSE_FIRST: Final = _("Choose the hubs first.")
NO_WORKBOOK: Final = _(
    "The Excel file could not be made just now. Take the CSV file, or try again in a minute."
)

STATES: Final[Mapping[str, Chip]] = {
    Health.ONLINE: Chip("good", "check", _("Online")),
    Health.OFFLINE: Chip("attention", "offline", _("Offline")),
    Health.UNKNOWN: Chip("quiet", "help", _("Not known")),
    Health.SUSPENDED: Chip("stop", "stop", _("Suspended")),
    Health.DECOMMISSIONED: Chip("stop", "put-away", _("Decommissioned")),
    Health.REPLACED: Chip("quiet", "put-away", _("Replaced")),
    LEFT: Chip("quiet", "sign-out", _("No longer yours")),
}
"""How a hub is: the same word in a chip, a filter, an export and an e-mail."""

MEANINGS: Final[Mapping[str, Text]] = {
    Health.OFFLINE: _("Check its power and its network cable. It is looked at again by itself."),
    Health.UNKNOWN: _(
        "SmartphoneKey does not say whether it is online, or could not be asked. "
        "It is asked again by itself."
    ),
    Health.SUSPENDED: _("SmartphoneKey has suspended it. Only its support can take that back."),
    Health.DECOMMISSIONED: _("SmartphoneKey has taken it out of use for good."),
    Health.REPLACED: _("Another hub has taken its place, so its state counts no more."),
    LEFT: _(
        "SmartphoneKey says that it does not belong to your organisation any more. "
        "If nobody of yours gave it away, ask its support."
    ),
}
"""What a state means, and what to do about it, of those that do not say it themselves."""


_STATUSES: Final[Mapping[str, Text]] = {
    PROVISIONED: pgettext_lazy("one hub", "Not claimed"),
    CLAIMED: _("Claimed"),
    SUSPENDED: STATES[Health.SUSPENDED].word,
    DECOMMISSIONED: STATES[Health.DECOMMISSIONED].word,
}


def status(word: str) -> str:
    """Return in the reader's words which status SmartphoneKey gives a hub."""
    return str(_STATUSES.get(word, "")) or vendors(word)


def vendors(word: str) -> str:
    """Return a word of SmartphoneKey's that the portal does not know as just that; "" for none."""
    if not word:
        return ""
    return gettext("“%(word)s”, as SmartphoneKey calls it") % {"word": word}


def state_of(hub: Hub) -> str:
    """Return the name of the hub's state: of its health, or that it has left."""
    return hub.health or LEFT


def chip(hub: Hub) -> Chip:
    """Return the hub's state at a glance."""
    return STATES[state_of(hub)]


def moment(at: datetime) -> str:
    """Return a moment as people say it: the time alone of one that is today."""
    local = timezone.localtime(at)
    today = timezone.localdate()
    if local.date() == today:
        return date_format(local, "H:i")
    return date_format(local, "j M, H:i" if local.year == today.year else "j M Y")


def length(span: timedelta) -> str:
    """Return how long something took, in its two largest units."""
    days, rest = span.days, span.seconds
    amounts = {"d": days, "h": rest // 3600, "m": rest % 3600 // 60}
    if days:
        return gettext("%(d)d d %(h)d h") % amounts
    if amounts["h"]:
        return gettext("%(h)d h %(m)d min") % amounts
    if amounts["m"]:
        return gettext("%(m)d min") % amounts
    return gettext("under a minute")
