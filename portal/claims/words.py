"""What people read of a claim: short, plain, and with a next step."""

from dataclasses import dataclass

from portal.claims.models import Reason, State
from portal.orgs.key_words import Chip

__all__ = ["Chip", "Words", "sentence", "words"]


@dataclass(frozen=True, slots=True)
class Words:
    """A state in words: the chip, what happened, and what to do now."""

    chip: Chip
    title: str
    text: str


def _words(kind: str, icon: str, word: str, title: str, text: str) -> Words:
    return Words(Chip(kind, icon, word), title, text)


OFFLINE_TEXT = (
    "Check the power and the network cable, and give the hub two minutes to start. "
    "We keep trying; you may leave this page."
)
SAVED = "Your scan is saved and we keep trying. You need not scan again."

BY_STATE: dict[str, Words] = {
    State.QUEUED: _words(
        "working", "clock", "Waiting to send", "Saved", "Your scan is saved. We send it now."
    ),
    State.SENDING: _words(
        "working", "working", "Claiming", "Claiming the hub", "This takes a few seconds."
    ),
    State.VERIFYING: _words(
        "working",
        "working",
        "Confirming",
        "Confirming with SmartphoneKey",
        "The answer was not clear, so we are checking. Do not scan again.",
    ),
    State.WAITING: _words("working", "clock", "Trying again", "We keep trying", SAVED),
    State.BLOCKED: _words(
        "attention",
        "key",
        "Needs your admin",
        "Your administrator must mend the access",
        "Your scan is saved and continues by itself afterwards.",
    ),
    State.REVIEW: _words(
        "attention",
        "help",
        "Not confirmed",
        "We could not confirm this claim",
        "SmartphoneKey has not answered for a day. We still look every hour; "
        "ask support, and quote the reference.",
    ),
    State.CLAIMED: _words("good", "check", "Claimed", "Claimed", "The hub is yours."),
    State.ALREADY_YOURS: _words(
        "good",
        "check",
        "Already yours",
        "Already claimed here",
        "The hub belongs to this site. There is nothing to do.",
    ),
    State.CONFLICT: _words(
        "stop",
        "shield",
        "Someone else's",
        "This hub belongs to another organisation",
        "Compare the last four characters with the label. If they agree, "
        "set the hub aside and ask your administrator.",
    ),
    State.NOT_FOUND: _words(
        "stop",
        "search",
        "Unknown hub",
        "SmartphoneKey knows no such hub",
        "Compare the id with the label, character by character, and scan it again.",
    ),
    State.REJECTED: _words(
        "stop",
        "stop",
        "Refused",
        "SmartphoneKey refused the claim",
        "Ask your administrator, and quote the reference.",
    ),
    State.EXPIRED: _words(
        "stop",
        "clock",
        "Gave up",
        "We gave up on this claim",
        "SmartphoneKey kept failing on this hub. Ask their support, and quote the reference; "
        "or try again: that makes a new claim.",
    ),
    State.CANCELLED: _words(
        "quiet", "stop", "Cancelled", "Cancelled", "Nothing more is sent for this hub."
    ),
}

_OFFLINE = _words("attention", "offline", "Hub offline", "The hub is not online", OFFLINE_TEXT)
_SILENT = "SmartphoneKey is not answering"

BY_REASON: dict[tuple[str, str], Words] = {
    (State.WAITING, Reason.OFFLINE): _OFFLINE,
    (State.VERIFYING, Reason.OFFLINE): _OFFLINE,
    (State.WAITING, Reason.UNREACHABLE): _words(
        "attention", "offline", "SpKey silent", _SILENT, SAVED
    ),
    (State.VERIFYING, Reason.UNREACHABLE): _words(
        "working",
        "working",
        "Confirming",
        _SILENT,
        "The claim was sent and we keep asking what became of it. Do not scan again.",
    ),
    (State.WAITING, Reason.RATE): _words(
        "working", "clock", "SpKey busy", "SmartphoneKey is busy", SAVED
    ),
    (State.VERIFYING, Reason.RATE): _words(
        "working", "clock", "Confirming", "SmartphoneKey is busy", "We confirm it in a moment."
    ),
    (State.WAITING, Reason.BUSY): _words(
        "working",
        "working",
        "Claiming",
        "SmartphoneKey is still working on this hub",
        SAVED,
    ),
    (State.BLOCKED, Reason.KEY_MISSING): _words(
        "attention",
        "key",
        "Needs your admin",
        "Your organisation has no API key yet",
        "Ask your administrator to add it. Your scan is saved and continues by itself.",
    ),
    (State.BLOCKED, Reason.KEY_KIND): _words(
        "attention",
        "key",
        "Needs your admin",
        "The stored API key is of the wrong kind",
        "A super key serves support's claims only, and a normal key never those. "
        "Those who run the portal can put it right. Your scan is saved and continues by itself.",
    ),
    (State.BLOCKED, Reason.KEY_REFUSED): _words(
        "attention",
        "key",
        "Needs your admin",
        "Your administrator must renew the API key",
        "SmartphoneKey refuses the stored one. Your scan is saved and continues by itself.",
    ),
    (State.BLOCKED, Reason.KEY_UNREADABLE): _words(
        "attention",
        "key",
        "Needs your admin",
        "The portal cannot read the stored API key",
        "Ask your administrator to store it again. Your scan is saved and continues by itself.",
    ),
    (State.BLOCKED, Reason.KEY_MISMATCH): _words(
        "attention",
        "key",
        "Needs your admin",
        "The API key belongs to another organisation",
        "Ask your administrator to put in the right one. Your scan is saved and continues "
        "by itself.",
    ),
    (State.BLOCKED, Reason.NO_USER): _words(
        "attention",
        "person",
        "Needs your admin",
        "SmartphoneKey does not know you yet",
        "Your administrator must give your SpKey user id, or a fallback for the organisation. "
        "Your scan is saved.",
    ),
    (State.CONFLICT, Reason.ANOTHER_SITE): _words(
        "stop",
        "site",
        "At another site",
        "This hub is yours, at another site",
        "Ask your administrator to move it. Nothing was changed.",
    ),
    (State.REJECTED, Reason.SUSPENDED): _words(
        "stop",
        "stop",
        "Suspended",
        "This hub is suspended",
        "It cannot be claimed until SmartphoneKey releases it. Ask their support, "
        "and quote the reference.",
    ),
    (State.REJECTED, Reason.DECOMMISSIONED): _words(
        "stop",
        "stop",
        "Out of service",
        "This hub was taken out of service",
        "It cannot be claimed again. Install another one.",
    ),
    (State.REJECTED, Reason.FORBIDDEN): _words(
        "stop",
        "key",
        "Refused",
        "Your organisation's key may not claim this hub",
        "Ask your administrator whether the key belongs to this organisation.",
    ),
    (State.REJECTED, Reason.INVALID): _words(
        "stop",
        "alert",
        "Refused",
        "SmartphoneKey did not accept the details",
        "Ask your administrator to check what is listed here.",
    ),
    (State.CANCELLED, Reason.RIGHT_GONE): _words(
        "quiet",
        "stop",
        "Cancelled",
        "Cancelled: no longer allowed",
        "The person or the site may no longer claim hubs. Nothing more is sent.",
    ),
    (State.EXPIRED, Reason.OFFLINE): _words(
        "stop",
        "clock",
        "Gave up",
        "SmartphoneKey never reached the hub",
        "Check its power and network cable, then try again: that makes a new claim.",
    ),
    (State.EXPIRED, Reason.UNREACHABLE): _words(
        "stop",
        "clock",
        "Gave up",
        "SmartphoneKey did not answer for a day",
        "Nothing is wrong with the hub. Try again: that makes a new claim.",
    ),
    (State.WAITING, Reason.TOO_OFTEN): _words(
        "working",
        "clock",
        "Trying again",
        "We have sent it several times",
        "SmartphoneKey answers, and has not claimed the hub yet. The next try leaves by itself.",
    ),
    (State.CONFLICT, Reason.KEY_MISMATCH): _words(
        "stop",
        "key",
        "Wrong organisation",
        "The stored API key claimed it for another organisation",
        "The key is not your organisation's own. Ask your administrator: "
        "SpKey's support can move the hub.",
    ),
}


def words(state: str, reason: str) -> Words:
    """Return what people read of a claim in this state, for this reason."""
    return BY_REASON.get((state, reason)) or BY_STATE[state]


def sentence(state: str, reason: str) -> str:
    """Return one line for the journal: what the reader of the page was told."""
    found = words(state, reason)
    return f"{found.title}. {found.text}"[:300]
