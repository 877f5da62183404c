"""What follows from each answer of SpKey, as tables."""

from dataclasses import dataclass
from typing import Final

from portal.claims.engine.calls import CallOutcome
from portal.claims.models import Reason, State
from portal.gateway.pacing import Again


@dataclass(frozen=True, slots=True)
class Rule:
    """What follows from an answer. `open`: whether the send took effect is still to be read."""

    state: State
    reason: Reason = Reason.NONE
    again: Again = Again.NEVER
    open: bool = False


# After a read: of a claim whose send is open, "waiting" is "verifying", and it stays open.
# Of an answer that is the hub's status, `decide.after_read` judges the status itself.
AFTER_READ: Final = {
    CallOutcome.NOT_FOUND: Rule(State.NOT_FOUND),
    CallOutcome.FORBIDDEN: Rule(State.CONFLICT, Reason.ANOTHER_ORGANISATION),
    CallOutcome.BAD_CREDENTIALS: Rule(State.BLOCKED, Reason.KEY_REFUSED, Again.KEY),
    CallOutcome.RATE_LIMITED: Rule(State.WAITING, Reason.RATE, Again.KEY_HELD),
    CallOutcome.UNREACHABLE: Rule(State.WAITING, Reason.UNREACHABLE, Again.BACKOFF),
}


# After a send: an event that names our hub, organisation and site is a success before this.
AFTER_SEND: Final = {
    CallOutcome.ANSWERED: Rule(State.VERIFYING, Reason.NONE, Again.AT_ONCE, open=True),
    CallOutcome.UNCLEAR: Rule(State.VERIFYING, Reason.NONE, Again.AT_ONCE, open=True),
    # It took effect, which the next read shows.
    CallOutcome.SIDE_EFFECTS_FAILED: Rule(State.VERIFYING, Reason.NONE, Again.AT_ONCE, open=True),
    # A 400: without details only the next read tells what became of the claim.
    CallOutcome.REFUSED: Rule(State.VERIFYING, Reason.NONE, Again.AT_ONCE, open=True),
    CallOutcome.UNKNOWN: Rule(State.VERIFYING, Reason.NONE, Again.READ_BACK, open=True),
    CallOutcome.OFFLINE: Rule(State.VERIFYING, Reason.OFFLINE, Again.READ_BACK, open=True),
    # A 400 that says which fields were wrong, or that what was sent is.
    CallOutcome.INVALID: Rule(State.REJECTED, Reason.INVALID),
    CallOutcome.FORBIDDEN: Rule(State.REJECTED, Reason.FORBIDDEN),
    CallOutcome.NOT_FOUND: Rule(State.NOT_FOUND),
    CallOutcome.BAD_CREDENTIALS: Rule(State.BLOCKED, Reason.KEY_REFUSED, Again.KEY),
    CallOutcome.RATE_LIMITED: Rule(State.WAITING, Reason.RATE, Again.KEY_HELD),
    CallOutcome.BUSY: Rule(State.WAITING, Reason.BUSY, Again.BACKOFF),
    CallOutcome.UNREACHABLE: Rule(State.WAITING, Reason.UNREACHABLE, Again.BACKOFF),
}
