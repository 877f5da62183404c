"""What people read of a row in the tray before it is a claim: what a lookup found, or a refusal."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from portal.claims.display.wording import Words, words
from portal.claims.models import Reason, State
from portal.core.ui import Chip, Text

CLAIM_ALL_THE_SAME: Final = _("You can claim it all the same.")

LOOKING: Final = Words(
    Chip("working", "working", _("Looking it up")),
    _("We ask SmartphoneKey about this hub"),
    _("You can claim it already."),
)
# The chip says it all: the row's title is then the hub's model and serial number.
READY: Final = Words(Chip("good", "check", _("Ready")), "", "")
READY_OFFLINE: Final = Words(
    Chip("good", "check", _("Ready")),
    "",
    _("It is not online at this moment: is it powered, and is the network cable in?"),
)
HERE: Final = Words(
    Chip("good", "check", _("Already claimed here")),
    _("Already claimed here"),
    words(State.ALREADY_YOURS, Reason.NONE).text,
)
YOURS: Final = Words(
    Chip("quiet", "site", _("Already yours")),
    _("This hub is yours already"),
    _("There is nothing to do, unless it stands somewhere else now."),
)
SUSPENDED: Final = Words(
    words(State.REJECTED, Reason.SUSPENDED).chip,
    words(State.REJECTED, Reason.SUSPENDED).title,
    _("It cannot be claimed until SmartphoneKey releases it. Ask their support."),
)
DECOMMISSIONED: Final = words(State.REJECTED, Reason.DECOMMISSIONED)
ELSEWHERE: Final = words(State.CONFLICT, Reason.ANOTHER_SITE)
SOMEBODY_ELSES: Final = words(State.CONFLICT, Reason.ANOTHER_ORGANISATION)
MISSING: Final = words(State.NOT_FOUND, Reason.NONE)


def _quietly(icon: str, title: Text) -> Words:
    return Words(Chip("quiet", icon, _("Not looked up")), title, CLAIM_ALL_THE_SAME)


NO_ANSWER: Final = _quietly("help", _("SmartphoneKey has said nothing of this hub yet"))
SILENT: Final = _quietly("offline", words(State.WAITING, Reason.UNREACHABLE).title)
BUSY: Final = _quietly("clock", words(State.WAITING, Reason.RATE).title)
NO_WORKER: Final = _quietly("clock", _("The portal looks nothing up at this moment"))


def barred(reason: str) -> Words:
    """Return the words for a lookup that the organisation's key keeps from being made."""
    return _quietly("key", words(State.BLOCKED, reason).title)


NO_SITE: Final = Words(
    Chip("stop", "site", _("Pick the site again")),
    _("Pick the site again"),
    _("The site that was picked takes no claims, or is not there any more. Nothing was sent."),
)
NO_CLAIM: Final = Words(
    Chip("stop", "help", _("Not found")),
    _("There is no such claim here"),
    _("Scan the hub again. Nothing was sent."),
)
REFUSED_CHIP: Final = Chip("stop", "stop", _("Refused"))
NO_LABEL_CHIP: Final = Chip("stop", "search", _("No hub label"))
NOT_TAKEN_CHIP: Final = Chip("attention", "clock", _("Not saved yet"))
