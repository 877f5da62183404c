"""What is said of move requests: chips, refusals, and what was found at SpKey."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from portal.consent.display.wording import DECLINED
from portal.core.ui import Chip, Text
from portal.hubs.models import Binding
from portal.moves import asking, deciding
from portal.moves.models import Answer, MoveRequest, State, Trouble

# To who asked: the same words whoever holds the hub, and whether or not the portal knows them.
WITH_SUPPORT: Final = Chip("working", "clock", _("With support"))
MOVING: Final = Chip("working", "working", _("Being moved"))
CHIPS: Final[dict[str, Chip]] = {
    State.ASKED: WITH_SUPPORT,
    State.WITH_HOLDER: WITH_SUPPORT,
    State.ANSWERED: WITH_SUPPORT,
    State.APPROVED: MOVING,
    State.UNCLEAR: MOVING,
    State.MOVED: Chip("good", "check", _("Moved to you")),
    State.NOT_MOVED: Chip("stop", "alert", _("Not moved")),
    State.DECLINED: DECLINED,
    State.WITHDRAWN: Chip("quiet", "close", _("Withdrawn")),
    State.NOT_NEEDED: Chip("quiet", "help", _("Not needed")),
}
SUPPORTS: Final[dict[str, Chip]] = {
    **CHIPS,
    State.ASKED: Chip("attention", "clock", _("New")),
    State.WITH_HOLDER: Chip("working", "clock", _("With the holder")),
    State.UNCLEAR: Chip("attention", "help", _("Not known")),
    State.MOVED: Chip("good", "check", _("Moved")),
}
LOOKED_UP: Final = Chip("attention", "search", _("Looked up"))
ANSWERS: Final[dict[str, Chip]] = {
    Answer.YES: Chip("attention", "check", _("The holder agrees")),
    Answer.NO: Chip("stop", "stop", _("The holder refuses")),
    Answer.SILENT: Chip("attention", "clock", _("No answer in three days")),
}

CANNOT_ASK: Final[dict[str, Text]] = {
    asking.Hindrance.FREE: _("Nobody has this hub: you can claim it yourself."),
    asking.Hindrance.OURS: _("This hub is your organisation’s already."),
    asking.Hindrance.MISSING: _("SmartphoneKey knows no such hub. Compare the id with the label."),
    asking.Hindrance.UNKNOWN: _(
        "SmartphoneKey has not said yet whose this hub is. Come back in a minute."
    ),
}
ASKED_BY_A_COLLEAGUE: Final = _("A colleague of yours has asked support for this hub already.")
CANNOT_DECIDE: Final[dict[str, Text]] = {
    deciding.Hindrance.OWN: _(
        "You asked for this hub yourself, or answered for its holder. A colleague decides."
    ),
    deciding.Hindrance.TOO_LATE: _("That cannot be done any more. This is how it is now."),
    deciding.Hindrance.BUSY: _("This hub is being moved or changed already. Wait until that ends."),
    deciding.Hindrance.OUT_OF_USE: _(
        "The hub is suspended or out of service, so it cannot be moved now. Decline it and say so, "
        "or look it up again once that has changed."
    ),
    deciding.Hindrance.SITE: _("The site was archived meanwhile. Decline it, and say so."),
}
NAMES_HOLDER: Final = _("Who asked reads this. Leave out whose the hub is.")
NAMES_A_SIDE: Final = _("Both organisations may read this. Leave out their names and ids.")
HAS_ADDRESS: Final = _("Leave out e-mail addresses: they tell whose the hub is.")
TROUBLES: Final[dict[str, Text]] = {
    Trouble.KEY: _("Your super key is missing, or refused by SmartphoneKey."),
    Trouble.UNREACHABLE: _("SmartphoneKey is not answering."),
    Trouble.FORBIDDEN: _("SmartphoneKey does not let your super key read this hub."),
}
NOT_NEEDED: Final[dict[str, Text]] = {
    Binding.FREE: _("Nobody has it any more: it can be claimed."),
    Binding.OURS: _("It is bound to your organisation by now."),
    Binding.MISSING: _("SmartphoneKey does not know it any more."),
}


def chip(asked: MoveRequest) -> Chip:
    """Return the request's state at a glance, for who asked."""
    return CHIPS[asked.state]


def supports_chip(asked: MoveRequest) -> Chip:
    """Return the request's state at a glance, for support."""
    if asked.state == State.ANSWERED:
        return ANSWERS[asked.holder_answer]
    if asked.state == State.ASKED and asked.found_org_id:
        return LOOKED_UP
    return SUPPORTS[asked.state]


def tells(problem: deciding.TellsError, *, both: bool) -> Text:
    """Return what is wrong with words that would tell one side of the other; `both` read them."""
    if problem.by_address:
        return HAS_ADDRESS
    return NAMES_A_SIDE if both else NAMES_HOLDER


def in_tray(asked: MoveRequest) -> Text:
    """Return what the row of a hub says that was asked for; "" where it may be asked for again."""
    if not asked.is_final:
        return _IN_TRAY["moving" if asked.state in {State.APPROVED, State.UNCLEAR} else "asked"]
    return _IN_TRAY.get(asked.state, "")


def way_out(*, can_ask: bool) -> Text:
    """Return what to do about a hub of somebody else's, to who may ask for it, or has."""
    return COMPARE_AND_ASK if can_ask else ""


COMPARE_AND_ASK: Final = _(
    "Compare the last four characters with the label. If they agree, ask support for it here."
)
_IN_TRAY: Final[dict[str, Text]] = {
    "asked": _("Support is asked to get it for you."),
    "moving": _("Support is moving it to you. You need not claim it."),
    State.MOVED: _("Support has moved it to you. You need not claim it."),
    State.DECLINED: _("Support declined to move it."),
}
