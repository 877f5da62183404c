"""What follows from each answer of SpKey, as tables."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from portal.claims.engine.calls import CallOutcome
from portal.claims.models import Reason, State
from portal.gateway import pacing


class Again(StrEnum):
    """When the claim is looked at again."""

    NEVER = "never"
    AT_ONCE = "at once"
    BACKOFF = "random(0, min(300, 2·2ⁿ)), at least 0.5"
    READ_BACK = "about 2, 5, 10, 20, 40 after the send, then by the settle rule"
    KEY_HELD = "when the gate no longer holds the key back"
    KEY = "when a new key has passed its check"


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


def wait(again: Again, tries: int, held_for: float = 0.0) -> float | None:
    """Return the seconds until the claim is looked at again, after `tries` failures in a row.

    `held_for` is for how many SpKey, or the gate in its name, wants no call.
    """
    match again:
        case Again.NEVER:
            return None
        case Again.AT_ONCE:
            return 0.5
        case Again.BACKOFF:
            return max(pacing.backoff(tries), held_for)
        case Again.READ_BACK:
            return max(pacing.verify_wait(0), held_for)
        case Again.KEY_HELD:
            return held_for
        case Again.KEY:
            return pacing.BLOCKED_EVERY
