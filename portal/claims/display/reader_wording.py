"""What others read of a claim than who made it: administrators, colleagues, support."""

from dataclasses import replace

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.claims.display.wording import BY_REASON, BY_STATE, NOTHING_LISTED, Words, words
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
            "yours, ask SmartphoneKey's support."
        ),
    ),
    (State.REJECTED, Reason.NONE): (
        BY_STATE[State.REJECTED].title,
        _("Ask SmartphoneKey's support, and quote the claim number."),
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
    _("Ask support, and quote the claim number."),
)


def support_words(state: str, reason: str) -> Words | None:
    """Return the words for a claim that support made, or None where everybody's serve."""
    if state == State.BLOCKED:
        return _SUPPORT_BLOCKED.get(reason, _SUPPORT_KEY)
    if (state, reason) == (State.REJECTED, Reason.FORBIDDEN):
        return _SUPPORT_FORBIDDEN
    return None
