"""What people read of a row in the tray before it is a claim: what a lookup found, or a refusal.

The words of a hub's claim serve for its lookup too, unless there are others here.
"""

from dataclasses import replace
from typing import Final

from django.utils.translation import gettext_lazy as _

from portal.claims.display.answer_wording import NOT_SAVED
from portal.claims.display.reader_wording import for_administrator, for_agent
from portal.claims.display.timeline import WAITING_FOR_HUB
from portal.claims.display.wording import Words, words
from portal.claims.models import Reason, State
from portal.consent.display.wording import ALREADY_CLAIMING, NO_REASON, TOO_MANY, WHY_NOT
from portal.consent.rights import Why
from portal.core.ui import Chip, Text
from portal.tray.results import NO_WORKER, Move

CLAIM_ALL_THE_SAME: Final = _("You can still claim.")

LOOKING: Final = Words(
    Chip("working", "working", _("Checking")),
    _("We ask SmartphoneKey about this hub"),
    _("You can claim it already."),
)
# The chip says it all: the row's title is then the hub's model and serial number.
READY: Final = {
    True: Words(Chip("good", "check", _("Ready")), "", ""),
    False: Words(
        Chip("attention", "offline", _("Ready, offline")),
        "",
        _("It is not online at this moment: is it powered, and is the network cable in?"),
    ),
    None: Words(Chip("quiet", "help", _("Ready")), "", ""),
}
"""Of a hub that can be claimed, by whether it is online: None where that is not known."""
YOURS: Final = Words(
    Chip("quiet", "site", _("Already yours")),
    _("This hub is yours already"),
    _("There is nothing to do, unless it stands somewhere else now."),
)
ELSEWHERE: Final = words(State.CONFLICT, Reason.ANOTHER_SITE)
CLAIMED_ELSEWHERE_NOW: Final = Words(
    Chip("stop", "site", _("Being claimed elsewhere")),
    _("It is being claimed at another site"),
    "",
)

# What its reader may do, instead of asking somebody by telephone.
_OF_MOVE: Final = {
    Move.DO: _("Tap its number to move it here. Nothing was changed."),
    Move.ASK: _("If it stands here now, ask to have it moved. Nothing was changed."),
    Move.IS_ASKED: _("Your administrators are asked to move it here."),
}


def of_move(move: Move, found: Words) -> Words:
    """Return the words with what the reader may do about a hub that is at another site."""
    return replace(found, text=_OF_MOVE[move]) if move in _OF_MOVE else found


_HERE: Final = words(State.ALREADY_YOURS, Reason.NONE)
_OF_LOOKUP: Final = {
    # Of a hub, "Already yours" says as well that it stands somewhere else.
    (State.ALREADY_YOURS, Reason.NONE): replace(_HERE, chip=replace(_HERE.chip, word=_HERE.title)),
    (State.REJECTED, Reason.SUSPENDED): Words(
        words(State.REJECTED, Reason.SUSPENDED).chip,
        words(State.REJECTED, Reason.SUSPENDED).title,
        _("It cannot be claimed until SmartphoneKey releases it. Ask their support."),
    ),
}


# Instead of what somebody on site could do about a hub that is not online.
JOB_OVER: Final = _(
    "Its job is over, and nobody has to stay for it. What becomes of the hub stands in the list of "
    "claims."
)


def end(
    state: State, reason: Reason, *, for_admin: bool = False, for_support: bool = False
) -> Words:
    """Return the words for a hub whose claim would end so.

    An administrator is sent to nobody, nor is an agent of support.
    """
    if for_support:
        return for_agent(state, reason)
    if said := _OF_LOOKUP.get((state, reason)):
        return said
    return for_administrator(state, reason, "") if for_admin else words(state, reason)


def claimed(chip: Chip, *, online: bool) -> Words:
    """Return the words for a hub that is ours: while it is not online, there is something to do."""
    return Words(chip, chip.word, "" if online else WAITING_FOR_HUB.text)


def _no_lookup(icon: str) -> Chip:
    return Chip("quiet", icon, _("Not checked"))


def _quietly(icon: str, title: Text) -> Words:
    return Words(_no_lookup(icon), title, CLAIM_ALL_THE_SAME)


# The device's own, while it cannot ask the portal.
NOT_LOOKED_UP: Final = Words(
    _no_lookup("help"),
    _("Kept on this device"),
    _("It is checked as soon as the portal can be reached. You can claim it all the same."),
)
NO_ANSWER: Final = _quietly("help", _("SmartphoneKey has said nothing of this hub yet"))

_TROUBLES: Final = {
    NO_WORKER: _quietly("clock", _("The portal cannot check hubs at this moment")),
    Reason.UNREACHABLE: _quietly("offline", words(State.WAITING, Reason.UNREACHABLE).title),
    Reason.RATE: _quietly("clock", words(State.WAITING, Reason.RATE).title),
    Reason.KEY_DOUBTED: _quietly("key", words(State.WAITING, Reason.KEY_DOUBTED).title),
}


def trouble(why: str) -> Words:
    """Return the words for what keeps hubs from being looked up: see `results.Lookup`."""
    return _TROUBLES.get(why) or _quietly("key", words(State.BLOCKED, why).title)


NO_SITE: Final = Words(
    Chip("stop", "site", _("Pick the site again")),
    _("Pick the site again"),
    _("The site that was picked takes no claims, or is not there any more. Nothing was sent."),
)
NO_JOB: Final = Words(
    Chip("attention", "clock", _("Waits for a job")),
    _("No job of yours is open here"),
    _("Ask for a site, or your administrator for a job: then it is sent by itself."),
)
NO_CLAIM: Final = Words(
    Chip("stop", "help", _("Not found")),
    _("There is no such claim here"),
    _("Scan the hub again. Nothing was sent."),
)
_NOT_SENT: Final = Chip("stop", "stop", _("Not sent"))
NO_REASON_WORDS: Final = Words(Chip("attention", "help", _("Not sent")), NO_REASON, "")
NAMES_ANOTHER: Final = Words(
    NO_REASON_WORDS.chip,
    _("Reason, ticket or place names another organisation"),
    _("They read all three. Leave that out, and claim it again."),
)
NO_FACTOR: Final = Words(
    Chip("attention", "shield", _("Not sent yet")),
    _("Confirm that it is you"),
    _("It is sent as soon as you have used your second factor again."),
)
CLAIMED_BY_THEM: Final = Words(
    Chip("stop", "site", _("Not sent")), _("They claim it already"), ALREADY_CLAIMING
)
BRAKED: Final = Words(
    Chip("attention", "clock", _("Not sent yet")), _("Too many for now"), TOO_MANY
)


def no_access(why: Why) -> Words:
    """Return the words for what an agent may not do for the organisation now."""
    return Words(_NOT_SENT, "", WHY_NOT[why])


NOT_TAKEN: Final = Words(
    Chip("attention", "clock", _("Not saved yet")), _("Not saved yet"), NOT_SAVED
)


def no_label(explanation: str) -> Words:
    """Return the words for a text that is no hub label."""
    chip = Chip("stop", "search", _("No hub label"))
    return Words(chip, chip.word, explanation)


def refused(sentence: str) -> Words:
    """Return the words for a row that is not taken from this person."""
    return Words(Chip("stop", "stop", _("Refused")), "", sentence)
