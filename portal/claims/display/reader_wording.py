"""What others read of a claim than who made it: administrators, colleagues, support."""

from dataclasses import replace

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.claims.display.wording import (
    BY_REASON,
    BY_STATE,
    NO_LONGER_YOURS,
    NOTHING_LISTED,
    Words,
    words,
)
from portal.claims.models import Claim, Reason, State
from portal.core.ui import Chip, Text
from portal.orgs.display import key_wording

_FOR_ADMINISTRATORS: dict[tuple[str, str], tuple[Text, Text]] = {
    (State.BLOCKED, Reason.NONE): (
        _("The access to SmartphoneKey must be mended"),
        _("See under API key. The scan is saved and continues by itself afterwards."),
    ),
    (State.CONFLICT, Reason.NONE): (
        BY_STATE[State.CONFLICT].title,
        _(
            "Compare the last four characters with the label. If they agree, and it should be "
            "yours, ask SmartphoneKey’s support."
        ),
    ),
    (State.REJECTED, Reason.NONE): (
        BY_STATE[State.REJECTED].title,
        _("Ask SmartphoneKey’s support, and quote the claim number."),
    ),
    (State.BLOCKED, Reason.KEY_MISSING): (
        BY_REASON[State.BLOCKED, Reason.KEY_MISSING].title,
        _("Add it under API key. The scan is saved and continues by itself."),
    ),
    (State.BLOCKED, Reason.KEY_REFUSED): (
        _("SmartphoneKey refuses the stored API key"),
        _("Renew it under API key. The scan is saved and continues by itself."),
    ),
    (State.BLOCKED, Reason.KEY_UNREADABLE): (
        BY_REASON[State.BLOCKED, Reason.KEY_UNREADABLE].title,
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
        BY_REASON[State.CONFLICT, Reason.ANOTHER_SITE].title,
        _("Move it here if it stands here now. Nothing was changed."),
    ),
    (State.REJECTED, Reason.FORBIDDEN): (
        BY_REASON[State.REJECTED, Reason.FORBIDDEN].title,
        _("See under API key whether the key belongs to this organisation."),
    ),
    (State.REJECTED, Reason.INVALID): (
        BY_REASON[State.REJECTED, Reason.INVALID].title,
        _("Check what is listed here."),
    ),
    (State.CONFLICT, Reason.KEY_MISMATCH): (
        BY_REASON[State.CONFLICT, Reason.KEY_MISMATCH].title,
        _(
            "The key is not your organisation’s own: put in the right one under API key. "
            "SpKey’s support can move the hub."
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


def stopped_by(person: str, *, for_admin: bool = False) -> Words:
    """Return the words for a claim that somebody else than its reader has stopped."""
    title = gettext("Stopped by %(person)s") % {"person": person}
    text = (
        _("Nothing more is sent for this hub. To claim it all the same, scan it again.")
        if for_admin
        else _("Nothing more is sent for this hub. If it should be claimed all the same, ask them.")
    )
    return Words(BY_STATE[State.CANCELLED].chip, title, text)


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


def without_releasers_right(person: str, *, is_own: bool, for_admin: bool) -> Words:
    """Return the words about a claim that a person released who may not make it any more.

    `is_own`: the reader has scanned it.
    """
    title = gettext("%(person)s released it and may not claim here any more") % {"person": person}
    if for_admin:
        text = gettext(
            "Release it again, and it goes on in your name; reject it, and nothing is sent."
        )
    elif is_own:
        text = gettext("Your scan is saved: another administrator releases it or rejects it.")
    else:
        text = gettext("Another administrator releases it or rejects it.")
    return Words(words(State.BLOCKED, Reason.RIGHT_GONE).chip, title, text)


def claimer(claim: Claim, *, for_support: bool = False) -> str:
    """Say who made the claim: of an agent, only support's own people learn who it was."""
    if claim.by_support and not for_support:
        return gettext("SpKey support")
    return claim.submitted_by.display_name


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
    _("The support agent’s e-mail address is not confirmed yet"),
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
    _("Support’s key may not claim this hub"),
    _("Ask support, and quote the claim number."),
)


_GO_ON = _("The claim is saved and continues by itself afterwards.")
_NO_LONGER_THEIRS = Words(
    Chip("stop", "alert", _("No longer theirs")),
    _("SmartphoneKey no longer has it as theirs"),
    NO_LONGER_YOURS.text,
)
_FOR_AGENTS: dict[tuple[str, str], tuple[Text, Text, Text]] = {
    (State.BLOCKED, Reason.NONE): (
        _("Needs your key"),
        _("Your own API key must be mended"),
        _GO_ON,
    ),
    (State.BLOCKED, Reason.NO_USER): (
        _("Needs your user id"),
        BY_REASON[State.BLOCKED, Reason.NO_USER].title,
        _("Your own organisation lacks your SpKey user id, or a fallback. The claim is saved."),
    ),
    (State.BLOCKED, Reason.ADDRESS_UNCONFIRMED): (
        _SUPPORT_ADDRESS.chip.word,
        _SUPPORT_ADDRESS.title,
        _SUPPORT_ADDRESS.text,
    ),
    (State.REVIEW, Reason.NONE): (
        BY_STATE[State.REVIEW].chip.word,
        BY_STATE[State.REVIEW].title,
        _("SmartphoneKey has not answered for a day. We still look every hour."),
    ),
    (State.WAITING, Reason.OFFLINE): (
        BY_REASON[State.WAITING, Reason.OFFLINE].chip.word,
        BY_REASON[State.WAITING, Reason.OFFLINE].title,
        _("It is tried by itself. Have its power and network cable checked where it stands."),
    ),
    (State.CLAIMED, Reason.NONE): (
        BY_STATE[State.CLAIMED].chip.word,
        BY_STATE[State.CLAIMED].title,
        _("The hub is theirs."),
    ),
    (State.ALREADY_YOURS, Reason.NONE): (
        _("Already theirs"),
        BY_STATE[State.ALREADY_YOURS].title,
        BY_STATE[State.ALREADY_YOURS].text,
    ),
    (State.CONFLICT, Reason.NONE): (
        BY_STATE[State.CONFLICT].chip.word,
        BY_STATE[State.CONFLICT].title,
        _(
            "Have the whole id compared with the label. If it agrees, an installer of theirs can "
            "ask for it from their tray."
        ),
    ),
    (State.CONFLICT, Reason.ANOTHER_SITE): (
        BY_REASON[State.CONFLICT, Reason.ANOTHER_SITE].chip.word,
        _("This hub is theirs, at another site"),
        _("It has to be moved, not claimed. Nothing was changed."),
    ),
    (State.CONFLICT, Reason.KEY_MISMATCH): (
        BY_REASON[State.CONFLICT, Reason.KEY_MISMATCH].chip.word,
        BY_REASON[State.CONFLICT, Reason.KEY_MISMATCH].title,
        _("Look at your own API key: it is not the one that it should be."),
    ),
    (State.REJECTED, Reason.NONE): (
        BY_STATE[State.REJECTED].chip.word,
        BY_STATE[State.REJECTED].title,
        _("The claim’s page has SmartphoneKey’s reference of it."),
    ),
    (State.REJECTED, Reason.SUSPENDED): (
        BY_REASON[State.REJECTED, Reason.SUSPENDED].chip.word,
        BY_REASON[State.REJECTED, Reason.SUSPENDED].title,
        _("It cannot be claimed until SmartphoneKey releases it."),
    ),
    (State.REJECTED, Reason.FORBIDDEN): (
        _SUPPORT_FORBIDDEN.chip.word,
        _("Your own key may not claim this hub"),
        _("The claim’s page has SmartphoneKey’s reference of the refusal."),
    ),
    (State.REJECTED, Reason.INVALID): (
        BY_REASON[State.REJECTED, Reason.INVALID].chip.word,
        BY_REASON[State.REJECTED, Reason.INVALID].title,
        _("Check the SpKey site id, and your own SpKey user id."),
    ),
    (State.EXPIRED, Reason.NONE): (
        BY_STATE[State.EXPIRED].chip.word,
        BY_STATE[State.EXPIRED].title,
        _("SmartphoneKey kept failing on this hub. Claim it once more to try again."),
    ),
    (State.EXPIRED, Reason.OFFLINE): (
        BY_REASON[State.EXPIRED, Reason.OFFLINE].chip.word,
        BY_REASON[State.EXPIRED, Reason.OFFLINE].title,
        _("Have its power and network cable checked, then claim it once more."),
    ),
    (State.EXPIRED, Reason.UNREACHABLE): (
        BY_REASON[State.EXPIRED, Reason.UNREACHABLE].chip.word,
        BY_REASON[State.EXPIRED, Reason.UNREACHABLE].title,
        _("Nothing is wrong with the hub. Claim it once more to try again."),
    ),
    (State.CANCELLED, Reason.RIGHT_GONE): (
        BY_REASON[State.CANCELLED, Reason.RIGHT_GONE].chip.word,
        _("Cancelled: the access is over"),
        _("It ended, or was taken back, before this was sent. Nothing more is sent."),
    ),
}


def for_agent(state: str, reason: str) -> Words:
    """Return the words for an agent of a claim that support makes for somebody else, or could."""
    usual = words(state, reason)
    said = _FOR_AGENTS.get((state, reason))
    if said is None and (state == State.BLOCKED or (state, reason) not in BY_REASON):
        said = _FOR_AGENTS.get((state, Reason.NONE))
    if said is None:
        return usual
    word, title, text = said
    return Words(replace(usual.chip, word=word), title, text)


def no_longer_theirs() -> Words:
    """Return the words for an agent of a hub that its organisation has no more."""
    return _NO_LONGER_THEIRS


def support_words(state: str, reason: str) -> Words | None:
    """Return the words for a claim that support made, or None where everybody's serve."""
    if state == State.BLOCKED:
        return _SUPPORT_BLOCKED.get(reason, _SUPPORT_KEY)
    if (state, reason) == (State.REJECTED, Reason.FORBIDDEN):
        return _SUPPORT_FORBIDDEN
    return None
