"""What follows from each answer of SpKey to an action, as tables."""

from dataclasses import dataclass
from typing import Final

from portal.gateway.pacing import Again
from portal.hubs.actions.models import Reason, State
from portal.hubs.calls import CallOutcome
from portal.hubs.models import DECOMMISSIONED, SUSPENDED


@dataclass(frozen=True, slots=True)
class Rule:
    """What follows from an answer. `open`: whether the send took effect is still to be read."""

    state: State
    reason: Reason = Reason.NONE
    again: Again = Again.NEVER
    open: bool = False


_OUT_OF_USE: Final = {
    SUSPENDED: Reason.SUSPENDED,
    DECOMMISSIONED: Reason.DECOMMISSIONED,
}


def out_of_use(hub_status: str) -> Reason | None:
    """Return why nothing can be done to a hub with this status, None where something can."""
    return _OUT_OF_USE.get(hub_status)


# After a read that is no status: of an action whose send is open, see `decide`.
AFTER_READ: Final = {
    CallOutcome.NOT_FOUND: Rule(State.REFUSED, Reason.MISSING),
    CallOutcome.FORBIDDEN: Rule(State.REFUSED, Reason.NOT_OURS),
    CallOutcome.BAD_CREDENTIALS: Rule(State.BLOCKED, Reason.KEY_REFUSED, Again.KEY),
    CallOutcome.RATE_LIMITED: Rule(State.WAITING, Reason.RATE, Again.KEY_HELD),
    CallOutcome.UNREACHABLE: Rule(State.WAITING, Reason.UNREACHABLE, Again.BACKOFF),
}


def _to_read(reason: Reason = Reason.NONE, again: Again = Again.AT_ONCE) -> Rule:
    return Rule(State.VERIFYING, reason, again, open=True)


# After a send whose effect can be read: every answer that says yes or no is read back.
AFTER_SEND: Final = {
    CallOutcome.ANSWERED: _to_read(),
    CallOutcome.UNCLEAR: _to_read(),
    CallOutcome.SIDE_EFFECTS_FAILED: _to_read(),
    CallOutcome.UNKNOWN: _to_read(again=Again.READ_BACK),
    CallOutcome.OFFLINE: _to_read(Reason.OFFLINE, Again.READ_BACK),
    CallOutcome.NOT_PASSED_ON: _to_read(Reason.OFFLINE, Again.READ_BACK),
    # The next read tells whether the refusal is true.
    CallOutcome.REFUSED: _to_read(Reason.AGAINST_RULES),
    CallOutcome.INVALID: _to_read(Reason.INVALID),
    CallOutcome.FORBIDDEN: _to_read(Reason.FORBIDDEN),
    CallOutcome.NOT_FOUND: _to_read(Reason.MISSING),
    CallOutcome.BAD_CREDENTIALS: Rule(State.BLOCKED, Reason.KEY_REFUSED, Again.KEY),
    CallOutcome.RATE_LIMITED: Rule(State.WAITING, Reason.RATE, Again.KEY_HELD),
    CallOutcome.BUSY: Rule(State.WAITING, Reason.BUSY, Again.BACKOFF),
    CallOutcome.UNREACHABLE: Rule(State.WAITING, Reason.UNREACHABLE, Again.BACKOFF),
}
DENIALS: Final = (Reason.AGAINST_RULES, Reason.INVALID, Reason.FORBIDDEN, Reason.MISSING)

# After a send to the device, which nothing reads back: every answer is an end, and no second send
# leaves by itself.
AFTER_SEND_TO_DEVICE: Final = {
    CallOutcome.ANSWERED: Rule(State.ACCEPTED),
    CallOutcome.UNCLEAR: Rule(State.UNKNOWN),
    # What failed may be the passing on.
    CallOutcome.SIDE_EFFECTS_FAILED: Rule(State.UNKNOWN),
    CallOutcome.UNKNOWN: Rule(State.UNKNOWN, Reason.UNREACHABLE),
    CallOutcome.OFFLINE: Rule(State.NOT_PASSED_ON),
    CallOutcome.NOT_PASSED_ON: Rule(State.NOT_PASSED_ON),
    CallOutcome.REFUSED: Rule(State.REFUSED, Reason.AGAINST_RULES),
    CallOutcome.INVALID: Rule(State.REFUSED, Reason.INVALID),
    CallOutcome.FORBIDDEN: Rule(State.REFUSED, Reason.FORBIDDEN),
    CallOutcome.NOT_FOUND: Rule(State.REFUSED, Reason.MISSING),
    CallOutcome.BAD_CREDENTIALS: Rule(State.NOT_SENT, Reason.KEY_REFUSED),
    CallOutcome.RATE_LIMITED: Rule(State.NOT_SENT, Reason.RATE),
    CallOutcome.BUSY: Rule(State.NOT_SENT, Reason.BUSY),
    CallOutcome.UNREACHABLE: Rule(State.NOT_SENT, Reason.UNREACHABLE),
}
