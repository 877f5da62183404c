"""What people read of a claim: short, plain, and with a next step.

The one table of the words for a claim's state and reason. Chips, filters, groups, e-mails and the
operators' pages take them from here, so that a state has the same name wherever it is named.
"""

import math
from dataclasses import dataclass, replace

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from portal.claims.models import Claim, Reason, State
from portal.core.ui import Chip, Text
from portal.notices.models import Notice
from portal.orgs.display import key_wording


@dataclass(frozen=True, slots=True)
class Words:
    """A state in words: the chip, what happened, and what to do now."""

    chip: Chip
    title: Text
    text: Text


def _words(kind: str, icon: str, word: Text, title: Text, text: Text) -> Words:
    return Words(Chip(kind, icon, word), title, text)


# Of a form that the database did not take: it was busy for too long, or away.
NOT_SAVED = _("Not saved yet: try again. Nothing was lost; sending it twice makes one claim.")
TOO_OFTEN = _("These are too many at once. They are kept here, and go on by themselves in a while.")
PICK_SITE = _("Pick the site first.")

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
        "working", "working", _("Claiming"), _("Claiming the hub"), _("This takes a few seconds.")
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
            "ask support, and quote the reference."
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
        _("Someone else's"),
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
        _("Ask your administrator, and quote the reference."),
    ),
    State.EXPIRED: _words(
        "stop",
        "clock",
        _("Gave up"),
        _("We gave up on this claim"),
        _(
            "SmartphoneKey kept failing on this hub. Ask their support, and quote the reference; "
            "or try again: that makes a new claim."
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
            "and quote the reference."
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
        _("Your organisation's key may not claim this hub"),
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
            "The key is not your organisation's own. Ask your administrator: "
            "SpKey's support can move the hub."
        ),
    ),
}


def words(state: str, reason: str) -> Words:
    """Return what people read of a claim in this state, for this reason."""
    return BY_REASON.get((state, reason)) or BY_STATE[state]


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


def address_unconfirmed(person: str) -> Words:
    """Return the words for others about a claim of somebody whose address is not confirmed."""
    title = gettext("The e-mail address of %(person)s is not confirmed yet")
    text = gettext(
        "%(person)s confirms it by setting a password through the link that “Forgot your password?”"
        " sends there. A SpKey user id under People serves as well. "
        "The claim then goes on by itself within 15 minutes, or with Try now."
    )
    chip = words(State.BLOCKED, Reason.ADDRESS_UNCONFIRMED).chip
    return Words(chip, title % {"person": person}, text % {"person": person})


_FOR_ADMINISTRATORS: dict[tuple[str, str], tuple[Text, Text]] = {
    (State.BLOCKED, Reason.NONE): (
        _("The access to SmartphoneKey must be mended"),
        _("See under API key. The scan is saved and continues by itself afterwards."),
    ),
    (State.CONFLICT, Reason.NONE): (
        BY_STATE[State.CONFLICT].title,
        _(
            "Compare the last four characters with the label. If they agree, and it should be "
            "yours, ask SmartphoneKey's support."
        ),
    ),
    (State.REJECTED, Reason.NONE): (
        BY_STATE[State.REJECTED].title,
        _("Ask SmartphoneKey's support, and quote the reference."),
    ),
    (State.BLOCKED, Reason.KEY_MISSING): (
        _("Your organisation has no API key yet"),
        _("Add it under API key. The scan is saved and continues by itself."),
    ),
    (State.BLOCKED, Reason.KEY_REFUSED): (
        _("SmartphoneKey refuses the stored API key"),
        _("Renew it under API key. The scan is saved and continues by itself."),
    ),
    (State.BLOCKED, Reason.KEY_UNREADABLE): (
        _("The portal cannot read the stored API key"),
        _("Store it again under API key. The scan is saved and continues by itself."),
    ),
    (State.BLOCKED, Reason.KEY_MISMATCH): (
        key_wording.FOREIGN_KEY,
        _("Put in the right one under API key. The scan is saved and continues by itself."),
    ),
    (State.BLOCKED, Reason.NO_USER): (
        _("SmartphoneKey does not know %(person)s yet"),
        _(
            "Give %(person)s a SpKey user id, or the organisation a fallback, under People. "
            "The scan is saved."
        ),
    ),
    (State.CONFLICT, Reason.ANOTHER_SITE): (
        _("This hub is yours, at another site"),
        _("Have it moved in SpKey if it stands here now. Nothing was changed."),
    ),
    (State.REJECTED, Reason.FORBIDDEN): (
        _("Your organisation's key may not claim this hub"),
        _("See under API key whether the key belongs to this organisation."),
    ),
    (State.REJECTED, Reason.INVALID): (
        _("SmartphoneKey did not accept the details"),
        _("Check what is listed here."),
    ),
    (State.CONFLICT, Reason.KEY_MISMATCH): (
        _("The stored API key claimed it for another organisation"),
        _(
            "The key is not your organisation's own: put in the right one under API key. "
            "SpKey's support can move the hub."
        ),
    ),
}


def for_administrator(state: str, reason: str, person: str) -> Words:
    """Return the words for who can put it right: what to do, and where. `person` made the claim."""
    usual, named = words(state, reason), {"person": person}
    said = _FOR_ADMINISTRATORS.get((state, reason))
    if said is None and (state, reason) not in BY_REASON:
        said = _FOR_ADMINISTRATORS.get((state, Reason.NONE))
    if said is None:
        return usual
    title, text = said
    return Words(usual.chip, str(title) % named, str(text) % named)


def unknown_to_spkey(person: str) -> Words:
    """Return the words for others about a claim of somebody who has no SpKey user id."""
    title = gettext("SmartphoneKey does not know %(person)s yet") % {"person": person}
    text = gettext(
        "An administrator must give them a SpKey user id, or the organisation a fallback. "
        "The scan is saved."
    )
    return Words(words(State.BLOCKED, Reason.NO_USER).chip, title, text)


def nothing_listed(person: str) -> Words:
    """Return the words for an administrator where SpKey does not say what it found wrong."""
    text = gettext(
        "SmartphoneKey does not say which. Check the SpKey site id "
        "and the SpKey user id of %(person)s."
    )
    return replace(NOTHING_LISTED, text=text % {"person": person})


def without_right(person: str, *, for_admin: bool) -> Words:
    """Return the words for others about a claim whose person may not make it any more."""
    title = gettext("%(person)s may not claim here any more") % {"person": person}
    text = (
        gettext(
            "Their job here has ended, or their access has. Release it, and it goes on in your "
            "name; reject it, and nothing is sent."
        )
        if for_admin
        else gettext(
            "Their job here has ended, or their access has. "
            "An administrator releases it or rejects it."
        )
    )
    return Words(words(State.BLOCKED, Reason.RIGHT_GONE).chip, title, text)


def claimer(claim: Claim, *, for_support: bool = False) -> str:
    """Say who made the claim: of an agent, only support's own people learn who it was."""
    if claim.by_support and not for_support:
        return gettext("SpKey support")
    return claim.submitted_by.display_name


def claimed_elsewhere(claim: Claim) -> str:
    """Say that this claim, of the same organisation, has the hub at another site."""
    if claim.is_final:
        sentence = gettext(
            "This hub was just claimed at %(site)s, by %(person)s. A hub can be at one site only."
        )
    else:
        sentence = gettext("This hub is being claimed at %(site)s, by %(person)s.")
    return sentence % {"site": claim.site_name, "person": claimer(claim)}


def too_often(seconds: int) -> str:
    """Say that somebody did something too often, and how long to wait."""
    minutes = math.ceil(seconds / 60)
    sentence = ngettext(
        "That was tried too often. Try again in %(minutes)s minute.",
        "That was tried too often. Try again in %(minutes)s minutes.",
        minutes,
    )
    return sentence % {"minutes": minutes}


def known_at(site: str) -> str:
    """Say where SpKey has a hub that is the organisation's already."""
    return gettext("SmartphoneKey has it at %(elsewhere)s.") % {"elsewhere": site}


def state_name(state: str) -> Text:
    """Return what a state is called, whatever the reason."""
    return BY_STATE[state].chip.word


STATES: list[tuple[str, Text]] = [(state.value, state_name(state)) for state in State]
"""The states and what they are called, as a choice among them takes them."""


def chips() -> dict[str, list[tuple[str, str]]]:
    """Return what claims' chips say, by name, and the states with reasons of which each is said.

    A name is a state, or "state.reason" for a reason with a word of its own: the first that has
    the word. Of a state alone, the reason is ""; its other reasons without a word go with it.
    """
    said: dict[str, str] = {}
    found: dict[str, list[tuple[str, str]]] = {}
    for each in State:
        name = said.setdefault(str(state_name(each)), each.value)
        found.setdefault(name, []).append((each, ""))
    for (state, reason), shown in BY_REASON.items():
        word = str(shown.chip.word)
        name = said.setdefault(word, f"{state}.{reason}")
        found.setdefault(name, []).append((state, reason))
    return found


def chip_choices() -> list[tuple[str, Text]]:
    """Return what claims' chips say, by name, as a choice among them takes it."""
    pairs = {name: of[0] for name, of in chips().items()}
    return [(name, words(state, reason).chip.word) for name, (state, reason) in pairs.items()]


REASONS: dict[str, Text] = {
    Reason.NONE: "–",
    Reason.OFFLINE: _OFFLINE.chip.word,
    Reason.UNREACHABLE: words(State.WAITING, Reason.UNREACHABLE).chip.word,
    Reason.RATE: words(State.WAITING, Reason.RATE).chip.word,
    Reason.BUSY: _("SpKey is still working on the hub"),
    Reason.KEY_MISSING: _("No API key"),
    Reason.TOO_OFTEN: _("Sent too often lately"),
    Reason.KEY_KIND: _("API key of the wrong kind"),
    Reason.KEY_DOUBTED: words(State.WAITING, Reason.KEY_DOUBTED).chip.word,
    Reason.KEY_REFUSED: _("API key refused"),
    Reason.KEY_UNREADABLE: _("API key cannot be decrypted"),
    Reason.KEY_MISMATCH: key_wording.WRONG_ORGANISATION,
    Reason.NO_USER: _("No SpKey user"),
    Reason.ADDRESS_UNCONFIRMED: words(State.BLOCKED, Reason.ADDRESS_UNCONFIRMED).chip.word,
    Reason.ANOTHER_SITE: words(State.CONFLICT, Reason.ANOTHER_SITE).chip.word,
    Reason.ANOTHER_ORGANISATION: state_name(State.CONFLICT),
    Reason.SUSPENDED: words(State.REJECTED, Reason.SUSPENDED).chip.word,
    Reason.DECOMMISSIONED: words(State.REJECTED, Reason.DECOMMISSIONED).chip.word,
    Reason.INVALID: _("Details refused"),
    Reason.FORBIDDEN: _("Not allowed"),
    Reason.NOT_CONFIRMED: state_name(State.REVIEW),
    Reason.RIGHT_GONE: words(State.BLOCKED, Reason.RIGHT_GONE).chip.word,
}
"""What a reason is called by itself: as its chip says it, where it has one of its own."""

_FIELDS: dict[str, Text] = {
    "siteId": _("SpKey site id"),
    "userId": _("SpKey user id"),
    "orgId": _("SpKey organisation id"),
    "hubId": _("Hub id"),
}


def problem(field: str, message: str) -> str:
    """Say which field SpKey found wrong, and what it said of it, which may be either alone."""
    name = str(_FIELDS.get(field.rpartition(".")[2], field))
    return ": ".join(part for part in (name, message) if part)


GROUPS: dict[str, Text] = {
    "open": _("Under way"),
    "done": _("All claimed"),
    "attention": _("Needs attention"),
    "key": _("Waiting for the API key"),
    "offline": REASONS[Reason.OFFLINE],
    "late": _("Claimed later, this week"),
    "forbidden": _("Refused: API key"),
    "refused": _("Refused lately"),
    "unclaimed": _("Unclaimed lately"),
    "ended": _("Ended without"),
}
"""What the groups of claims are called that a list shows together: see `groups.py`."""

IN_EMAILS: dict[str, Text] = {
    Notice.Kind.REVIEW: state_name(State.REVIEW),
    Notice.Kind.LATE_EFFECT: CLAIMED_LATER.word,
    Notice.Kind.KEY_FORBIDDEN: words(State.REJECTED, Reason.FORBIDDEN).chip.word,
    Notice.Kind.BOUND_ELSEWHERE: words(State.CONFLICT, Reason.KEY_MISMATCH).chip.word,
}
"""What the page of the claim calls it that an e-mail is about."""


# Of support's claim, where support's own access is at fault: the organisation for which the claim
# was made can repair none of it, and must not be sent to try.
_SUPPORT_KEY = Words(
    Chip("attention", "key", _("Needs support")),
    _("Support must mend its own API key"),
    _(
        "The claim goes out with support's key, not with the organisation's. "
        "The claim is saved and continues by itself afterwards."
    ),
)
_SUPPORT_USER = Words(
    Chip("attention", "person", _("Needs support")),
    _("SmartphoneKey does not know the support agent yet"),
    _(
        "Support must give the agent's SpKey user id, or a fallback for its own people. "
        "The claim is saved and continues by itself afterwards."
    ),
)
_SUPPORT_ADDRESS = Words(
    Chip("attention", "person", _("Needs support")),
    _("The support agent's e-mail address is not confirmed yet"),
    _(
        "The agent confirms it by setting a password through the link that “Forgot your password?” "
        "sends there. The claim is saved and continues by itself afterwards."
    ),
)
_SUPPORT_BLOCKED = {
    Reason.NO_USER.value: _SUPPORT_USER,
    Reason.ADDRESS_UNCONFIRMED.value: _SUPPORT_ADDRESS,
}
_SUPPORT_FORBIDDEN = Words(
    Chip("stop", "key", _("Refused")),
    _("Support's key may not claim this hub"),
    _("Ask support, and quote the reference."),
)


def support_words(state: str, reason: str) -> Words | None:
    """Return the words for a claim that support made, or None where everybody's serve."""
    if state == State.BLOCKED:
        return _SUPPORT_BLOCKED.get(reason, _SUPPORT_KEY)
    if (state, reason) == (State.REJECTED, Reason.FORBIDDEN):
        return _SUPPORT_FORBIDDEN
    return None
