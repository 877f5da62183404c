"""What follows from an answer: the tables of `rules` applied to an action, without a side effect.

Each function takes the facts of an action and an answer, and returns a Decision. Writing it down
is `step`'s. What only who sends it has never waits, and what cannot be read back is never sent
twice: their rests become ends (`_at_rest`).
"""

from dataclasses import dataclass, replace
from datetime import datetime

from portal import spkey
from portal.gateway import pacing
from portal.gateway.gate import Held, HeldReason
from portal.gateway.pacing import Again
from portal.hubs import status
from portal.hubs.actions import timing
from portal.hubs.actions.models import FINAL, Kind, Reason, State
from portal.hubs.actions.rules import (
    AFTER_READ,
    AFTER_SEND,
    AFTER_SEND_TO_DEVICE,
    DENIALS,
    Rule,
    out_of_use,
)
from portal.hubs.calls import CallOutcome, Reading, Sent
from portal.hubs.models import Hub


@dataclass(frozen=True, slots=True)
class Facts:
    """What a decision needs to know of an action.

    `wanted` is the site's id of a move, and whether primary of a role. `from_org_id` is whose the
    hub may be before a re-claim, and `from_site_id` where alone it may be before support moves it.
    `reason` is that of the last decision. `recent_sends` counts the last ten minutes.
    `seen_offline` says that the hub was offline when it was last read, and `was_offline` that the
    last send did not get to it.
    """

    kind: str
    is_read_back: bool
    is_confidential: bool
    org_id: str
    wanted: str | bool | None
    reason: str
    retry_window_start: datetime
    tries: int
    sends: int
    recent_sends: int
    last_send_at: datetime | None
    unresolved: bool
    no_effect_seen_at: datetime | None
    cancelling: bool
    seen_offline: bool = False
    was_offline: bool = False
    from_org_id: str = ""
    from_site_id: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """Where the action goes. `wait` is in seconds, None for no further attempt by the clock.

    `send` asks for a send instead of a rest. `unresolved` says whether a send's outcome stays
    open. `refused_key` concerns the key, and through it all that uses it.
    """

    state: State
    reason: Reason = Reason.NONE
    wait: float | None = None
    send: bool = False
    unresolved: bool = False
    no_effect_seen_at: datetime | None = None
    failed: bool = False
    problems: tuple[tuple[str, str], ...] = ()
    refused_key: bool = False


def after_read(facts: Facts, reading: Reading, now: datetime) -> Decision:
    """Decide after a status read."""
    if reading.hub is not None:
        return _at_rest(facts, _after_status(facts, reading.hub, reading.asked_at, now))
    rule = AFTER_READ[reading.outcome]
    if rule.again is Again.BACKOFF:
        return unreadable(facts, now, reading.held_for)
    if rule.again is Again.NEVER:
        return _at_rest(facts, _gone(facts, rule.reason, reading.asked_at, now))
    return _at_rest(facts, _by(rule, facts, reading.held_for, still_open=facts.unresolved))


def _by(rule: Rule, facts: Facts, held_for: float, *, still_open: bool = False) -> Decision:
    """Apply a row of the tables. `still_open`: the outcome of an earlier send is not known."""
    is_open = rule.open or still_open
    verifying = still_open and rule.state == State.WAITING
    return Decision(
        State.VERIFYING if verifying else rule.state,
        # A refusal that is still to be read back is not forgotten over a read that fails.
        _denied(facts) or rule.reason if still_open else rule.reason,
        wait=pacing.wait(rule.again, facts.tries, held_for),
        unresolved=is_open,
        no_effect_seen_at=facts.no_effect_seen_at if still_open else None,
        failed=rule.again is Again.BACKOFF,
        refused_key=rule.again is Again.KEY,
    )


def _denied(facts: Facts) -> Reason | None:
    """Return how the open send was refused, None where it was not."""
    is_denied = facts.unresolved and facts.reason in DENIALS
    return Reason(facts.reason) if is_denied else None


def _gone(facts: Facts, reason: Reason, asked_at: datetime, now: datetime) -> Decision:
    """Decide for a hub that is not ours any more, or not where it was, or not at all.

    While it is open whether a send took effect, two reads in a row have to say so, the second a
    late one: one that comes in between may be wrong.
    """
    if not facts.unresolved or _denied(facts):
        return Decision(State.REFUSED, reason)
    sent_at = facts.last_send_at or facts.retry_window_start
    if facts.reason == Reason.OUT_OF_SIGHT and asked_at - sent_at >= pacing.SETTLE_AFTER:
        return Decision(State.UNKNOWN, reason)
    wait = pacing.verify_wait((now - sent_at).total_seconds())
    return Decision(State.VERIFYING, Reason.OUT_OF_SIGHT, wait=wait, unresolved=True)


def _after_status(
    facts: Facts, hub: spkey.HubStatus, asked_at: datetime, now: datetime
) -> Decision:
    is_ours = status.binding_of(hub, facts.org_id) == Hub.Binding.OURS
    if not is_ours and facts.kind != Kind.RECLAIM:
        return _gone(facts, Reason.NOT_OURS, asked_at, now)
    if _is_so(facts, hub):
        return Decision(State.DONE if facts.sends else State.WAS_SO)
    if denied := _denied(facts):
        return Decision(State.REFUSED, denied)
    if facts.kind == Kind.RECLAIM and hub.org_id != facts.from_org_id:
        # Nobody was asked whether it may be taken from there.
        return _gone(facts, Reason.MOVED_MEANWHILE, asked_at, now)
    if facts.from_site_id and hub.site_id != facts.from_site_id:
        # It hangs at a site of which the grant may say nothing.
        return _gone(facts, Reason.ELSEWHERE, asked_at, now)
    if facts.unresolved:
        return _settle(facts, asked_at, now)
    if why := out_of_use(hub.status):
        return Decision(State.REFUSED, why)
    return _free_to_send(facts, hub, now)


def _is_so(facts: Facts, hub: spkey.HubStatus) -> bool:
    """Whether the hub is as the action wants it."""
    match facts.kind:
        case Kind.MOVE:
            return hub.site_id == facts.wanted
        case Kind.RECLAIM:
            return (hub.org_id, hub.site_id) == (facts.org_id, facts.wanted)
        case Kind.ROLE:
            return hub.is_primary == facts.wanted
        case Kind.SUSPEND:
            return hub.status == status.SUSPENDED
    return False


def _settle(facts: Facts, asked_at: datetime, now: datetime) -> Decision:
    """Believe that a send had no effect only after two late reads that agree."""
    sent_at = facts.last_send_at or facts.retry_window_start
    settling = pacing.settle(sent_at, facts.no_effect_seen_at, asked_at, now)
    if not settling.is_settled:
        return Decision(
            State.VERIFYING,
            _reason(facts),
            wait=settling.wait,
            unresolved=True,
            no_effect_seen_at=settling.no_effect_seen_at,
        )
    return _ended(facts, now) or Decision(State.WAITING, _reason(facts), wait=pacing.backoff(0))


def _reason(facts: Facts) -> Reason:
    """Return why it is not done yet, after SpKey has answered: no silence of before."""
    return Reason.OFFLINE if facts.was_offline else Reason.NONE


def _ended(facts: Facts, now: datetime) -> Decision | None:
    if facts.cancelling:
        return Decision(State.CANCELLED)
    if now - facts.retry_window_start > timing.MAX_AGE or facts.sends >= timing.MAX_SENDS:
        return Decision(State.EXPIRED, _reason(facts) or Reason(facts.reason))
    return None


def _free_to_send(facts: Facts, hub: spkey.HubStatus, now: datetime) -> Decision:
    if ended := _ended(facts, now):
        return ended
    until_next = _until_next_send(facts, hub, now)
    if until_next > 0:
        wait = min(until_next, 600.0)
        return Decision(State.WAITING, _reason(facts) or Reason.TOO_OFTEN, wait=wait)
    return Decision(State.SENDING, send=True)


def _until_next_send(facts: Facts, hub: spkey.HubStatus, now: datetime) -> float:
    """Seconds until the next send is due. The first is at once: SpKey knows what it can do."""
    if facts.last_send_at is None or facts.sends == 0:
        return 0.0
    if facts.recent_sends >= pacing.MAX_SENDS_IN_WINDOW:
        spacing = pacing.SEND_WINDOW
    elif facts.seen_offline and hub.online:
        return 0.0
    else:
        spacing = pacing.send_spacing(facts.sends, offline=hub.online is False)
    return min(spacing, facts.last_send_at + spacing - now).total_seconds()


def blocked(facts: Facts, reason: Reason) -> Decision:
    """Decide for an action with no key, or nobody, with which SpKey could be asked."""
    return _at_rest(facts, _not_asked(facts, State.BLOCKED, reason, pacing.BLOCKED_EVERY))


def while_held(facts: Facts, held: Held, now: datetime) -> Decision:
    """Decide for an action about which the gate lets nobody ask SpKey now."""
    if now - facts.retry_window_start > timing.MAX_AGE:
        return unreadable(facts, now)
    reason = {
        HeldReason.RATE_LIMITED: Reason.RATE,
        HeldReason.KEY_DOUBTED: Reason.KEY_DOUBTED,
    }.get(held.reason, Reason.UNREACHABLE)
    state = State.VERIFYING if facts.unresolved else State.WAITING
    return _at_rest(facts, _not_asked(facts, state, reason, pacing.return_wait(held.seconds)))


def while_hub_held(facts: Facts) -> Decision:
    """Decide for an action on a hub to which something else is being sent at this moment."""
    return _at_rest(facts, Decision(State.WAITING, Reason.BUSY, wait=timing.HELD_WAIT))


def while_clock_is_off(facts: Facts) -> Decision:
    """Decide for an action of which nobody knows whether it may be sent: the clock was put back."""
    return _at_rest(facts, Decision(State.WAITING, wait=timing.HELD_WAIT))


def _not_asked(facts: Facts, state: State, reason: Reason, wait: float) -> Decision:
    """Rest without having asked SpKey: an open send stays open."""
    return Decision(
        state,
        _denied(facts) or reason,
        wait=wait,
        unresolved=facts.unresolved,
        no_effect_seen_at=facts.no_effect_seen_at,
    )


def unreadable(facts: Facts, now: datetime, held_for: float = 0.0) -> Decision:
    """Decide after SpKey gave no answer that says anything, or something nobody foresaw."""
    if now - facts.retry_window_start > timing.MAX_AGE:
        state = State.UNKNOWN if facts.unresolved else State.EXPIRED
        return Decision(state, Reason.UNREACHABLE)
    rule = AFTER_READ[CallOutcome.UNREACHABLE]
    return _at_rest(facts, _by(rule, facts, held_for, still_open=facts.unresolved))


def after_lookup(facts: Facts, error: spkey.SpkeyError, now: datetime) -> Decision:
    """Decide after SpKey could not be asked in whose name to act; nothing was sent yet."""
    if isinstance(error, spkey.BadCredentials):
        return _at_rest(facts, _by(AFTER_READ[CallOutcome.BAD_CREDENTIALS], facts, 0.0))
    if isinstance(error, spkey.RateLimited):
        rule = AFTER_READ[CallOutcome.RATE_LIMITED]
        return _at_rest(facts, _by(rule, facts, error.held_for))
    return unreadable(facts, now, error.held_for)


def after_send(facts: Facts, sent: Sent[object]) -> Decision:
    """Decide after an action was sent."""
    table = AFTER_SEND if facts.is_read_back else AFTER_SEND_TO_DEVICE
    rule = table[sent.outcome]
    decision = Decision(
        rule.state,
        rule.reason,
        wait=pacing.wait(rule.again, facts.tries, sent.held_for),
        unresolved=rule.open,
        failed=rule.again is Again.BACKOFF,
        problems=sent.problems,
        refused_key=sent.outcome == CallOutcome.BAD_CREDENTIALS,
    )
    return _at_rest(facts, decision)


def abandoned(facts: Facts) -> Decision | None:
    """Decide for an action that somebody else was about to send; None where it is read back."""
    if facts.unresolved and not facts.is_read_back:
        return Decision(State.UNKNOWN, Reason.INTERRUPTED)
    return None


def _at_rest(facts: Facts, decision: Decision) -> Decision:
    """Where nothing is to be waited for, end instead of rest.

    That is an action that somebody stops, one that only who sends it has, and one to the device
    that was sent already.
    """
    if decision.unresolved or decision.state in FINAL:
        return decision
    if facts.cancelling:
        return Decision(State.CANCELLED)
    is_only_once = facts.is_confidential or (facts.sends and not facts.is_read_back)
    if is_only_once and not decision.send:
        return replace(decision, state=State.NOT_SENT, wait=None)
    return decision
