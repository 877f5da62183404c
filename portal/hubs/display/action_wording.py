"""What people read of an action on a hub: short, plain, and with a next step.

Chips, lists and the hub's history take the words from here, so that a state has the same name
wherever it is named. Readers are administrators: nobody is sent to one.
"""

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from portal.core.ui import Chip, Text
from portal.hubs.actions.models import Command, HubAction, Kind, Reason, State
from portal.hubs.actions.rules import out_of_use
from portal.hubs.models import Hub


@dataclass(frozen=True, slots=True)
class Words:
    """A state in words: the chip, and what to know or do now."""

    chip: Chip
    text: Text


def _words(kind: str, icon: str, word: Text, text: Text) -> Words:
    return Words(Chip(kind, icon, word), text)


STOPPED: Final = _("Stopped. Nothing has changed.")
TOO_LATE: Final = _("It may have been done already: we look first.")
OF_KEY: Final = (
    Reason.KEY_MISSING,
    Reason.KEY_REFUSED,
    Reason.KEY_UNREADABLE,
    Reason.KEY_MISMATCH,
    Reason.KEY_KIND,
)
KEEP_TRYING: Final = _("It is saved and we keep trying. You may leave this page.")
A_FEW_SECONDS: Final = _("This takes a few seconds.")
BY_STATE: Final[dict[str, Words]] = {
    State.QUEUED: _words("working", "clock", _("Waiting to send"), _("It is sent now.")),
    State.SENDING: _words("working", "working", _("Sending"), A_FEW_SECONDS),
    State.VERIFYING: _words(
        "working", "working", _("Confirming"), _("We ask SmartphoneKey whether it is so now.")
    ),
    State.WAITING: _words("working", "clock", _("Trying again"), KEEP_TRYING),
    State.BLOCKED: _words("attention", "key", _("Waits for the key"), KEEP_TRYING),
    State.DONE: _words(
        "good", "check", pgettext_lazy("an action", "Done"), _("SmartphoneKey confirms it.")
    ),
    State.WAS_SO: _words("good", "check", _("Already so"), _("Nothing had to be sent.")),
    State.ACCEPTED: _words(
        "good",
        "check",
        _("Accepted"),
        _(
            "SmartphoneKey passes it on to the hub, at once or when the hub is back online. "
            "What the hub makes of it does not come back here."
        ),
    ),
    State.NOT_PASSED_ON: _words(
        "attention",
        "alert",
        _("Not passed on"),
        _("SmartphoneKey could not pass it on to the hub. Send it again in a few minutes."),
    ),
    State.UNKNOWN: _words(
        "attention",
        "help",
        _("Not known"),
        _("It may have been done. Look at the hub, and ask for it again where it is not so."),
    ),
    State.REFUSED: _words("stop", "alert", _("Refused"), _("SmartphoneKey refused it.")),
    State.EXPIRED: _words(
        "attention",
        "clock",
        _("Given up"),
        _("It was tried for a day. Nothing has changed. Ask for it again if it is needed."),
    ),
    State.NOT_SENT: _words(
        "attention", "alert", _("Not sent"), _("Nothing was sent. Ask for it again.")
    ),
    State.CANCELLED: _words("quiet", "close", _("Stopped"), _("Nothing has changed.")),
}
SITE_CLOSED: Final = _("The site was archived. Nothing has changed.")
BY_BOTH: Final[dict[tuple[str, str], Text]] = {
    (State.UNKNOWN, Reason.INTERRUPTED): _(
        "The portal was interrupted while it was sent, so nobody knows whether it left. Look at "
        "the hub, and send it again where that is needed: it is not sent again by itself."
    ),
    (State.UNKNOWN, Reason.UNREACHABLE): _(
        "SmartphoneKey gave no clear answer, so nobody knows whether it was done. Look at the hub, "
        "and ask for it again where that is needed."
    ),
    (State.UNKNOWN, Reason.NOT_OURS): _(
        "It may have been done, but the hub is not your organisation’s any more. Ask "
        "SmartphoneKey’s support what became of it."
    ),
    (State.UNKNOWN, Reason.MISSING): _(
        "It may have been done, but SmartphoneKey does not know the hub any more. Ask its support "
        "what became of it."
    ),
    (State.NOT_SENT, Reason.INTERRUPTED): _(
        "The portal was interrupted before it was sent. Nothing of it is kept: enter it again."
    ),
    (State.NOT_SENT, Reason.UNREACHABLE): _(
        "SmartphoneKey could not be reached, so nothing was sent. Try again in a few minutes."
    ),
    (State.NOT_SENT, Reason.RATE): _(
        "SmartphoneKey is busy with calls of this key, so nothing was done. Try again in a minute."
    ),
    (State.NOT_SENT, Reason.BUSY): _(
        "Something else was being sent to this hub, so nothing was done. Try again in a minute."
    ),
    **dict.fromkeys(
        ((State.NOT_SENT, reason) for reason in OF_KEY),
        _("The API key cannot be used, so nothing was sent. Store one that works, and ask again."),
    ),
    (State.NOT_SENT, Reason.KEY_DOUBTED): _(
        "SmartphoneKey refused the API key, so nothing was sent. Ask again in a minute."
    ),
    (State.EXPIRED, Reason.OFFLINE): _(
        "For a day SmartphoneKey could not pass it on. Nothing has changed. Bring the hub online, "
        "and ask for it again."
    ),
    (State.CANCELLED, Reason.RIGHT_GONE): _(
        "Who asked for it is no administrator any more. Ask for it yourself where it is needed."
    ),
    (State.CANCELLED, Reason.SITE_CLOSED): SITE_CLOSED,
}
BY_REASON: Final[dict[str, Text]] = {
    Reason.OFFLINE: _("The hub is offline. It is sent again when the hub is back, for a day."),
    Reason.UNREACHABLE: _("SmartphoneKey is not answering. It is saved and we keep trying."),
    Reason.RATE: _("SmartphoneKey is busy. It is saved and we try again in a moment."),
    Reason.BUSY: _("The hub is being changed. We try again in a moment."),
    Reason.TOO_OFTEN: _("It was sent several times without effect. The next time is later."),
    Reason.KEY_MISSING: _("There is no API key. Store one, and it goes on."),
    Reason.KEY_KIND: _("This needs an ordinary API key, and a super key is stored."),
    Reason.KEY_DOUBTED: _("SmartphoneKey refused the API key. We ask again in a minute."),
    Reason.KEY_REFUSED: _("SmartphoneKey refuses the API key. Store another one."),
    Reason.KEY_UNREADABLE: _("The stored API key cannot be read. Store it again."),
    Reason.KEY_MISMATCH: _("The API key belongs to another organisation. Store your own."),
    Reason.NO_USER: _(
        "SmartphoneKey knows nobody with the e-mail address of who asked. Add their SpKey user id "
        "under People."
    ),
    Reason.ADDRESS_UNCONFIRMED: _(
        "Who asked has not confirmed their e-mail address. Add their SpKey user id under People."
    ),
    Reason.NOT_OURS: _("The hub is not your organisation’s any more."),
    Reason.ELSEWHERE: _("The hub is at another site by now. Nothing was sent."),
    Reason.MOVED_MEANWHILE: _("Somebody else has the hub by now. Nothing has changed."),
    Reason.MISSING: _("SmartphoneKey does not know this hub."),
    Reason.OUT_OF_SIGHT: _("SmartphoneKey did not show the hub this time. We look again."),
    Reason.SUSPENDED: _("The hub is suspended. Ask SmartphoneKey’s support."),
    Reason.DECOMMISSIONED: _("The hub is out of service for good."),
    Reason.INVALID: _("SmartphoneKey does not accept what was sent."),
    Reason.AGAINST_RULES: _("SmartphoneKey says that this cannot be done to this hub now."),
    Reason.FORBIDDEN: _("Your organisation’s API key may not do this."),
}
LIFTED: Final = _("The hub is suspended. It can be moved once that is lifted.")
# What support does for an organisation: the key and the right are support's, and nobody who reads
# it can mend them.
BY_SUPPORT: Final[dict[str, Text]] = {
    **dict.fromkeys(OF_KEY, _("Support’s own key is being mended. It is saved and goes on then.")),
    Reason.KEY_DOUBTED: _("SmartphoneKey refused support’s key. We ask again in a minute."),
    Reason.NO_USER: _("SmartphoneKey does not know the agent yet. It goes on once it does."),
    Reason.ADDRESS_UNCONFIRMED: _(
        "The agent has not confirmed their e-mail address. It goes on once they have."
    ),
    Reason.RIGHT_GONE: _("Support’s access was over before anything was sent."),
    Reason.NOT_OURS: _("The hub is not the organisation’s any more."),
    Reason.FORBIDDEN: _("Support’s key may not do this."),
    Reason.SUSPENDED: LIFTED,
    Reason.SITE_CLOSED: SITE_CLOSED,
}
UNKNOWN_BY_SUPPORT: Final = _(
    "It may have been done. Where the hub is now says whether it was; only then is it asked for "
    "again."
)
OFFLINE_BY_SUPPORT: Final = _(
    "For a day SmartphoneKey could not pass it on. Nothing has changed. It can be asked for again "
    "once the hub is online."
)
# What is so for a while: of what has ended, it says nothing.
PASSING: Final = frozenset(
    {
        Reason.OFFLINE,
        Reason.UNREACHABLE,
        Reason.RATE,
        Reason.BUSY,
        Reason.TOO_OFTEN,
        Reason.OUT_OF_SIGHT,
        Reason.KEY_DOUBTED,
        Reason.NO_USER,
        Reason.ADDRESS_UNCONFIRMED,
        *OF_KEY,
    }
)
COMMANDS: Final[dict[str, Text]] = {
    Command.NODES: _("Ask for its devices"),
    Command.SERVER: _("Ask for server info"),
    Command.WIFI: _("Set the Wi-Fi"),
}
COMMISSIONING: Final = _("Add a Matter device")


def words(action: HubAction) -> Words:
    """Return the action's state in words."""
    of_state = BY_STATE[action.state]
    text = _by_support(action) if action.by_support else _by_person(action)
    if action.cancel_requested_at is not None and not action.is_final:
        text = _("It is stopped. It may have been done already: we look first.")
    return Words(of_state.chip, text or of_state.text)


def _by_person(action: HubAction) -> Text | None:
    """Return what is said of what a person does, None where the state says it all."""
    if text := BY_BOTH.get((action.state, action.reason)):
        return text
    return None if _has_passed(action) else BY_REASON.get(action.reason)


def _by_support(action: HubAction) -> Text | None:
    """Return the same of what support does: never what only a person could do."""
    if action.state == State.UNKNOWN:
        return UNKNOWN_BY_SUPPORT
    if (action.state, action.reason) == (State.EXPIRED, Reason.OFFLINE):
        return OFFLINE_BY_SUPPORT
    if _has_passed(action):
        return None
    return BY_SUPPORT.get(action.reason) or BY_REASON.get(action.reason)


def _has_passed(action: HubAction) -> bool:
    """Whether the reason was so for a while, of an action that has ended."""
    return action.is_final and action.reason in PASSING


def hindrance(hub: Hub) -> Text:
    """Return why nothing can be done to the hub as it was last read, "" where something can."""
    why = out_of_use(hub.status)
    return BY_REASON[why] if why else ""


def hindrance_for_support(hub_status: str) -> Text:
    """Return the same of a hub with this status, for support: it is not sent to support."""
    why = out_of_use(hub_status)
    return _OUT_OF_USE_FOR_SUPPORT[why] if why else ""


_OUT_OF_USE_FOR_SUPPORT: Final[dict[str, Text]] = {
    Reason.SUSPENDED: LIFTED,
    Reason.DECOMMISSIONED: BY_REASON[Reason.DECOMMISSIONED],
}


def title(action: HubAction) -> str:
    """Return what the action is, as people say it."""
    match action.kind:
        case Kind.MOVE:
            site = action.site.shown_name if action.site else action.spkey_site_id
            return gettext("Move to %(site)s") % {"site": site}
        case Kind.RECLAIM:
            site = action.site.shown_name if action.site else action.spkey_site_id
            return gettext("Bring it to %(site)s from elsewhere") % {"site": site}
        case Kind.ROLE:
            return gettext("Make primary") if action.make_primary else gettext("Make secondary")
        case Kind.SUSPEND:
            return gettext("Suspend")
        case Kind.COMMISSION:
            return str(COMMISSIONING)
    return str(COMMANDS.get(action.command, action.command))


def needs_key(action: HubAction) -> bool:
    """Whether the way on leads over the page of the API key."""
    return action.reason in OF_KEY
