"""What became of a call to SpKey, for operators and whoever looks into it."""

from django.utils.translation import gettext_lazy as _

from portal.core.ui import Text
from portal.hubs.calls import CallOutcome

OUTCOMES: dict[str, Text] = {
    CallOutcome.ANSWERED: _("Answered"),
    CallOutcome.UNCLEAR: _("Answered, but not clearly"),
    CallOutcome.SIDE_EFFECTS_FAILED: _("Done, but not all of it"),
    CallOutcome.REFUSED: _("Refused"),
    CallOutcome.INVALID: _("Details refused"),
    CallOutcome.BUSY: _("Hub busy"),
    CallOutcome.OFFLINE: _("Hub offline"),
    CallOutcome.NOT_PASSED_ON: _("Not passed on to the hub"),
    CallOutcome.BAD_CREDENTIALS: _("API key refused"),
    CallOutcome.FORBIDDEN: _("Not allowed"),
    CallOutcome.NOT_FOUND: _("No such hub"),
    CallOutcome.RATE_LIMITED: _("Asked to wait"),
    CallOutcome.UNREACHABLE: _("No answer"),
    CallOutcome.UNKNOWN: _("Outcome not known"),
}


def outcome(stored: str) -> Text:
    """Return how the call ended."""
    return OUTCOMES.get(stored, stored)
