"""What states, reasons and groups are called by themselves: in filters, e-mails and tables."""

from django.utils.translation import gettext_lazy as _

from portal.claims.display.wording import BY_REASON, CLAIMED_LATER, ONLINE, state_name, words
from portal.claims.models import Reason, State
from portal.core.ui import Text
from portal.notices.models import Notice
from portal.orgs.display import key_wording

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
    Reason.OFFLINE: words(State.WAITING, Reason.OFFLINE).chip.word,
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

GROUPS: dict[str, Text] = {
    "progress": _("In progress"),
    "needs": _("Needs somebody"),
    "release": REASONS[Reason.RIGHT_GONE],
    "done": state_name(State.CLAIMED),
    "online": ONLINE.word,
    "offline": _("Offline"),
    "failed": _("Refused or failed"),
    "cancelled": state_name(State.CANCELLED),
    "open": _("Under way"),
    "attention": _("Needs attention"),
    "key": _("Waiting for the API key"),
    "hub_offline": REASONS[Reason.OFFLINE],
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
