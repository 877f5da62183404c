"""What people read of a claim: short, plain, and with a next step.

The one table of the words for a claim's state and reason. So that a state has the same name
wherever it is named, `name_wording.py` takes the words of filters, groups, e-mails and the
operators' pages from here. Who made the claim is spoken to; what others read instead is in
`reader_wording.py`, what people are told of what they asked for in `answer_wording.py`.
"""

from dataclasses import dataclass, replace

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.claims.models import Reason, State
from portal.core.ui import Chip, Text
from portal.hubs.display.action_wording import A_FEW_SECONDS
from portal.hubs.display.wording import STATES as HUB_STATES
from portal.hubs.models import Health
from portal.orgs.display import key_wording


@dataclass(frozen=True, slots=True)
class Words:
    """A state in words: the chip, what happened, and what to do now."""

    chip: Chip
    title: Text
    text: Text


def _words(kind: str, icon: str, word: Text, title: Text, text: Text) -> Words:
    return Words(Chip(kind, icon, word), title, text)


OFFLINE_TEXT = _(
    "Check the power and the network cable, and give the hub two minutes to start. "
    "We keep trying; you may leave this page."
)
SAVED = _("Your scan is saved and we keep trying. You need not scan again.")

BY_STATE: dict[str, Words] = {
    State.QUEUED: _words(
        "working",
        "clock",
        _("Waiting to send"),
        _("Saved"),
        _("Your scan is saved. We send it now."),
    ),
    State.SENDING: _words(
        "working", "working", _("Claiming"), _("Claiming the hub"), A_FEW_SECONDS
    ),
    State.VERIFYING: _words(
        "working",
        "working",
        _("Confirming"),
        _("Confirming with SmartphoneKey"),
        _("The answer was not clear, so we are checking. Do not scan again."),
    ),
    State.WAITING: _words("working", "clock", _("Trying again"), _("We keep trying"), SAVED),
    State.BLOCKED: _words(
        "attention",
        "key",
        _("Needs an admin"),
        _("Your administrator must mend the access"),
        _("Your scan is saved and continues by itself afterwards."),
    ),
    State.REVIEW: _words(
        "attention",
        "help",
        _("Not confirmed"),
        _("We could not confirm this claim"),
        _(
            "SmartphoneKey has not answered for a day. We still look every hour; "
            "ask support, and quote the claim number."
        ),
    ),
    State.CLAIMED: _words("good", "check", _("Claimed"), _("Claimed"), _("The hub is yours.")),
    State.ALREADY_YOURS: _words(
        "good",
        "check",
        _("Already yours"),
        _("Already claimed here"),
        _("The hub belongs to this site. There is nothing to do."),
    ),
    State.CONFLICT: _words(
        "stop",
        "shield",
        _("Someone else’s"),
        _("This hub belongs to another organisation"),
        _(
            "Compare the last four characters with the label. If they agree, "
            "set the hub aside and ask your administrator."
        ),
    ),
    State.NOT_FOUND: _words(
        "stop",
        "search",
        _("Unknown hub"),
        _("SmartphoneKey knows no such hub"),
        _("Compare the id with the label, character by character, and scan it again."),
    ),
    State.REJECTED: _words(
        "stop",
        "stop",
        _("Refused"),
        _("SmartphoneKey refused the claim"),
        _("Ask your administrator, and quote the claim number."),
    ),
    State.EXPIRED: _words(
        "stop",
        "clock",
        _("Gave up"),
        _("We gave up on this claim"),
        _(
            "SmartphoneKey kept failing on this hub. Ask their support, and quote the claim "
            "number; or try again: that makes a new claim."
        ),
    ),
    State.CANCELLED: _words(
        "quiet", "stop", _("Cancelled"), _("Cancelled"), _("Nothing more is sent for this hub.")
    ),
}

_OFFLINE = _words(
    "attention", "offline", _("Hub offline"), _("The hub is not online"), OFFLINE_TEXT
)
_SILENT = _("SmartphoneKey is not answering")
_CHECKING_ACCESS = _("Checking the access to SmartphoneKey")

BY_REASON: dict[tuple[str, str], Words] = {
    (State.WAITING, Reason.OFFLINE): _OFFLINE,
    (State.VERIFYING, Reason.OFFLINE): _OFFLINE,
    (State.WAITING, Reason.UNREACHABLE): _words(
        "attention", "offline", _("SpKey silent"), _SILENT, SAVED
    ),
    (State.VERIFYING, Reason.UNREACHABLE): _words(
        "working",
        "working",
        _("Confirming"),
        _SILENT,
        _("The claim was sent and we keep asking what became of it. Do not scan again."),
    ),
    (State.WAITING, Reason.RATE): _words(
        "working", "clock", _("SpKey busy"), _("SmartphoneKey is busy"), SAVED
    ),
    (State.VERIFYING, Reason.RATE): _words(
        "working",
        "clock",
        _("Confirming"),
        _("SmartphoneKey is busy"),
        _("We confirm it in a moment."),
    ),
    (State.WAITING, Reason.KEY_DOUBTED): _words(
        "working",
        "key",
        _("Checking access"),
        _CHECKING_ACCESS,
        _("It was refused once, perhaps by mistake. Your scan is saved; we ask again in a minute."),
    ),
    (State.VERIFYING, Reason.KEY_DOUBTED): _words(
        "working",
        "key",
        _("Confirming"),
        _CHECKING_ACCESS,
        _("The claim was sent, and we confirm it afterwards. Do not scan again."),
    ),
    (State.WAITING, Reason.BUSY): _words(
        "working",
        "working",
        _("Claiming"),
        _("SmartphoneKey is still working on this hub"),
        SAVED,
    ),
    (State.BLOCKED, Reason.KEY_MISSING): _words(
        "attention",
        "key",
        _("Needs an admin"),
        _("Your organisation has no API key yet"),
        _("Ask your administrator to add it. Your scan is saved and continues by itself."),
    ),
    (State.BLOCKED, Reason.KEY_KIND): _words(
        "attention",
        "key",
        _("Needs an admin"),
        _("The stored API key is of the wrong kind"),
        _(
            "A super key serves support's claims only, and a normal key never those. "
            "An operator of the portal can put it right. "
            "Your scan is saved and continues by itself."
        ),
    ),
    (State.BLOCKED, Reason.KEY_REFUSED): _words(
        "attention",
        "key",
        _("Needs an admin"),
        _("Your administrator must renew the API key"),
        _("SmartphoneKey refuses the stored one. Your scan is saved and continues by itself."),
    ),
    (State.BLOCKED, Reason.KEY_UNREADABLE): _words(
        "attention",
        "key",
        _("Needs an admin"),
        _("The portal cannot read the stored API key"),
        _("Ask your administrator to store it again. Your scan is saved and continues by itself."),
    ),
    (State.BLOCKED, Reason.KEY_MISMATCH): _words(
        "attention",
        "key",
        _("Needs an admin"),
        key_wording.FOREIGN_KEY,
        _(
            "Ask your administrator to put in the right one. Your scan is saved and continues "
            "by itself."
        ),
    ),
    (State.BLOCKED, Reason.NO_USER): _words(
        "attention",
        "person",
        _("Needs an admin"),
        _("SmartphoneKey does not know you yet"),
        _(
            "Your administrator must give your SpKey user id, or a fallback for the organisation. "
            "Your scan is saved."
        ),
    ),
    (State.BLOCKED, Reason.RIGHT_GONE): _words(
        "attention",
        "person",
        _("Waits for release"),
        _("You may not claim here any more"),
        _(
            "Your job here has ended, or your access has. Your scan is saved: "
            "an administrator releases it or rejects it."
        ),
    ),
    (State.BLOCKED, Reason.ADDRESS_UNCONFIRMED): _words(
        "attention",
        "person",
        _("Address not confirmed"),
        _("Your e-mail address is not confirmed yet"),
        _(
            "Confirm it by setting a password through the link that “Forgot your password?” sends "
            "you. Your scan is saved and goes on by itself within 15 minutes, or with Try now."
        ),
    ),
    (State.CONFLICT, Reason.ANOTHER_SITE): _words(
        "stop",
        "site",
        _("At another site"),
        _("This hub is yours, at another site"),
        _("Ask your administrator to move it. Nothing was changed."),
    ),
    (State.REJECTED, Reason.SUSPENDED): _words(
        "stop",
        "stop",
        _("Suspended"),
        _("This hub is suspended"),
        _(
            "It cannot be claimed until SmartphoneKey releases it. Ask their support, "
            "and quote the claim number."
        ),
    ),
    (State.REJECTED, Reason.DECOMMISSIONED): _words(
        "stop",
        "stop",
        _("Out of service"),
        _("This hub was taken out of service"),
        _("It cannot be claimed again. Install another one."),
    ),
    (State.REJECTED, Reason.FORBIDDEN): _words(
        "stop",
        "key",
        _("Refused"),
        _("Your organisation’s key may not claim this hub"),
        _("Ask your administrator whether the key belongs to this organisation."),
    ),
    (State.REJECTED, Reason.INVALID): _words(
        "stop",
        "alert",
        _("Refused"),
        _("SmartphoneKey did not accept the details"),
        _("Ask your administrator to check what is listed here."),
    ),
    (State.CANCELLED, Reason.RIGHT_GONE): _words(
        "quiet",
        "stop",
        _("Cancelled"),
        _("Cancelled: no longer allowed"),
        _("No hubs are claimed here any more. Nothing more is sent."),
    ),
    (State.EXPIRED, Reason.OFFLINE): _words(
        "stop",
        "clock",
        _("Gave up"),
        _("SmartphoneKey never reached the hub"),
        _("Check its power and network cable, then try again: that makes a new claim."),
    ),
    (State.EXPIRED, Reason.UNREACHABLE): _words(
        "stop",
        "clock",
        _("Gave up"),
        _("SmartphoneKey did not answer for a day"),
        _("Nothing is wrong with the hub. Try again: that makes a new claim."),
    ),
    (State.WAITING, Reason.TOO_OFTEN): _words(
        "working",
        "clock",
        _("Trying again"),
        _("We have sent it several times"),
        _("SmartphoneKey answers, and has not claimed the hub yet. The next try leaves by itself."),
    ),
    (State.CONFLICT, Reason.KEY_MISMATCH): _words(
        "stop",
        "key",
        key_wording.WRONG_ORGANISATION,
        _("The stored API key claimed it for another organisation"),
        _(
            "The key is not your organisation’s own. Ask your administrator: "
            "SpKey’s support can move the hub."
        ),
    ),
}


def words(state: str, reason: str) -> Words:
    """Return what people read of a claim in this state, for this reason."""
    return BY_REASON.get((state, reason)) or BY_STATE[state]


def state_name(state: str) -> Text:
    """Return what a state is called, whatever the reason."""
    return BY_STATE[state].chip.word


# What is known of a claim beyond its state.
NOTHING_LISTED = replace(
    BY_REASON[State.REJECTED, Reason.INVALID],
    text=_(
        "SmartphoneKey does not say which. Ask your administrator to check the SpKey site id "
        "and your SpKey user id."
    ),
)
CONTACTING = _words(
    "working",
    "working",
    _("Contacting"),
    _("Contacting SmartphoneKey"),
    _("Asking after the hub."),
)
STOPPING = _words(
    "working",
    "clock",
    _("Stopping"),
    _("Stopping"),
    _(
        "Checking first whether the claim took effect. Until SmartphoneKey has said so, "
        "the claim stays open."
    ),
)
ONLINE = Chip("good", "check", _("Online"))
OFFLINE = Chip("attention", "offline", _("Offline"))
NOT_KNOWN = HUB_STATES[Health.UNKNOWN]
NO_LONGER_YOURS = _words(
    "stop",
    "alert",
    _("No longer yours"),
    _("SmartphoneKey no longer has it as yours"),
    _("It was claimed here, and has been moved or released since."),
)
CLAIMED_LATER = Chip("attention", "alert", _("Claimed later"))


def claimed_later(site: str) -> Words:
    """Return the words for a claim that SpKey carried out after the portal had ended it."""
    text = gettext("We looked again: the hub now belongs to %(site)s. There is nothing to do.")
    return Words(CLAIMED_LATER, _("SmartphoneKey claimed it after all"), text % {"site": site})
