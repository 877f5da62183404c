"""What follows from an answer: `rules`'s tables applied to a claim, without a side effect.

Each function takes the facts of a claim and an answer, and returns a Decision. Writing it
down is `step`'s.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from portal import spkey
from portal.claims.engine import timing
from portal.claims.engine.calls import CallOutcome, Reading, Sent
from portal.claims.engine.rules import AFTER_READ, AFTER_SEND, Rule
from portal.claims.models import FINAL, Reason, State
from portal.gateway import pacing
from portal.gateway.gate import Held, HeldReason
from portal.gateway.pacing import Again
from portal.hubs import status
from portal.hubs.models import Hub

FREE = Rule(State.SENDING, again=Again.AT_ONCE)
UNREADABLE = AFTER_READ[CallOutcome.UNREACHABLE]
# What SpKey has said of the hub itself: what holds all claims up for a while says nothing against
# it.
OF_THE_HUB = (Reason.OFFLINE, Reason.BUSY, Reason.TOO_OFTEN)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a decision needs to know of a claim.

    `retry_window_start` is since when the claim has been tried, time in which it could not be left
    out. `recent_sends` counts the last ten minutes. `seen_offline` says that the hub was
    offline when it was last read.
    """

    hub_id: str
    org_id: str
    site_id: str
    reason: str
    retry_window_start: datetime
    tries: int
    sends: int
    recent_sends: int
    last_send_at: datetime | None
    unresolved: bool
    no_effect_seen_at: datetime | None
    send_requested: bool
    cancelling: bool
    seen_offline: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """Where the claim goes. `wait` is in seconds, None for no further attempt by the clock.

    `send` asks for a send instead of a rest. `unresolved` says whether a send's outcome stays
    open. `refused_key` and `foreign_key` (it proved to be another organisation's) concern the
    key, and through it all claims that use it. `held_up_by` is the reason for which all claims
    wait: SpKey has said nothing about the hub this time, whatever reason of its own is kept.
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
    foreign_key: bool = False
    held_up_by: Reason = Reason.NONE


FOREIGN_KEY = Decision(State.CONFLICT, Reason.KEY_MISMATCH, foreign_key=True)


def after_read(facts: Facts, reading: Reading, now: datetime) -> Decision:
    """Decide after a status read."""
    return _unless_stopped(facts, _after_read(facts, reading, now))


def _after_read(facts: Facts, reading: Reading, now: datetime) -> Decision:
    if reading.hub is not None:
        return _after_status(facts, reading.hub, reading.asked_at, now)
    rule = AFTER_READ[reading.outcome]
    if rule.again is Again.BACKOFF:
        return _unreadable(facts, now, reading.held_for)
    return _by(rule, facts, now, held_for=reading.held_for, still_open=facts.unresolved)


def _by(
    rule: Rule,
    facts: Facts,
    now: datetime,
    *,
    held_for: float = 0.0,
    still_open: bool = False,
) -> Decision:
    """Apply a row of the tables. `still_open`: the outcome of an earlier send is not known."""
    if rule.again is Again.KEY_HELD and now - facts.retry_window_start > timing.MAX_AGE:
        return _unreadable(replace(facts, unresolved=still_open), now)
    final = rule.again is Again.NEVER
    verifying = still_open and rule.state == State.WAITING
    is_held = rule.again is Again.KEY_HELD
    reason = _kept(facts, rule.reason) if is_held else rule.reason
    return Decision(
        State.VERIFYING if verifying else rule.state,
        reason,
        held_up_by=rule.reason if is_held else Reason.NONE,
        wait=pacing.wait(rule.again, facts.tries, held_for),
        unresolved=rule.open or (still_open and not final),
        no_effect_seen_at=facts.no_effect_seen_at if still_open and not final else None,
        failed=rule.again is Again.BACKOFF,
        refused_key=rule.again is Again.KEY,
    )


def _after_status(
    facts: Facts, hub: spkey.HubStatus, asked_at: datetime, now: datetime
) -> Decision:
    binding = status.binding_of(hub, facts.org_id)
    rule = verdict(binding, hub.status, hub.site_id, facts.site_id)
    if rule is UNREADABLE:
        return _unreadable(facts, now)
    if rule is FREE and facts.unresolved:
        return _settle(facts, hub, asked_at, now)
    if rule is FREE:
        return _free_to_send(facts, hub, now)
    # A hub that was suspended right after our send took effect is claimed all the same.
    if facts.sends and binding == Hub.Binding.OURS and hub.site_id == facts.site_id:
        return Decision(State.CLAIMED)
    # Even while our send is open: somebody else may have been faster, also at a site of
    # the same name. Only the event of a 200 proves for whom our own key claimed.
    return Decision(rule.state, rule.reason)


def verdict(binding: str, hub_status: str, at: str, site_id: str | None) -> Rule:
    """Say what follows from what was read of a hub for a claim that was not sent yet.

    `binding` is whose the hub is, seen from the claim's organisation, `at` SpKey's id of the site
    where it is, and `site_id` that of the claim's site, None where nobody has picked one. FREE:
    it can be sent. UNREADABLE: the reading tells nothing. Anything else is the claim's end.
    """
    is_ours = binding == Hub.Binding.OURS
    if binding == Hub.Binding.MISSING:
        return AFTER_READ[CallOutcome.NOT_FOUND]
    if binding == Hub.Binding.OTHER:
        return Rule(State.CONFLICT, Reason.ANOTHER_ORGANISATION)
    if hub_status == status.PROVISIONED:
        return FREE
    if is_ours and at != site_id:
        return Rule(State.CONFLICT, Reason.ANOTHER_SITE)
    if hub_status == status.SUSPENDED:
        return Rule(State.REJECTED, Reason.SUSPENDED)
    if hub_status == status.DECOMMISSIONED:
        return Rule(State.REJECTED, Reason.DECOMMISSIONED)
    is_done = is_ours and hub_status == status.CLAIMED
    return Rule(State.ALREADY_YOURS) if is_done else UNREADABLE


def _settle(facts: Facts, hub: spkey.HubStatus, asked_at: datetime, now: datetime) -> Decision:
    """Believe that a send had no effect only after two late reads that agree."""
    sent_at = facts.last_send_at or facts.retry_window_start
    settling = pacing.settle(sent_at, facts.no_effect_seen_at, asked_at, now)
    if not settling.is_settled:
        return Decision(
            State.VERIFYING,
            _reason(facts, hub),
            wait=settling.wait,
            unresolved=True,
            no_effect_seen_at=settling.no_effect_seen_at,
        )
    return _ended(facts, hub, now) or Decision(
        State.WAITING, _reason(facts, hub), wait=pacing.backoff(0)
    )


def _reason(facts: Facts, hub: spkey.HubStatus) -> Reason:
    """Return why the claim is not done yet, after SpKey has answered: no silence of before."""
    is_offline = hub.online is False or (facts.reason == Reason.OFFLINE and not hub.online)
    return Reason.OFFLINE if is_offline else Reason.NONE


def _ended(facts: Facts, hub: spkey.HubStatus, now: datetime) -> Decision | None:
    if facts.cancelling:
        return Decision(State.CANCELLED)
    if now - facts.retry_window_start > timing.MAX_AGE or facts.sends >= timing.MAX_SENDS:
        return Decision(State.EXPIRED, _reason(facts, hub))
    return None


def _free_to_send(facts: Facts, hub: spkey.HubStatus, now: datetime) -> Decision:
    if ended := _ended(facts, hub, now):
        return ended
    until_next = _until_next_send(facts, hub, now)
    if until_next > 0 and not facts.send_requested:
        wait = min(until_next, timing.offline_wait(facts.tries, now - facts.retry_window_start))
        reason = _reason(facts, hub) or Reason.TOO_OFTEN
        return Decision(State.WAITING, reason, wait=wait, failed=True)
    if facts.recent_sends >= pacing.MAX_SENDS_IN_WINDOW and facts.last_send_at is not None:
        left = facts.last_send_at + timing.SEND_WINDOW - now
        wait = max(1.0, min(left, timing.SEND_WINDOW).total_seconds())
        return Decision(State.WAITING, Reason.TOO_OFTEN, wait=wait)
    return Decision(State.SENDING, send=True)


def _until_next_send(facts: Facts, hub: spkey.HubStatus, now: datetime) -> float:
    """Seconds until the next send is due. The status may lag, so an offline hub is sent too."""
    if hub.online and facts.seen_offline:
        return 0.0
    spacing = pacing.send_spacing(facts.sends, offline=hub.online is False)
    return ((facts.last_send_at or facts.retry_window_start) + spacing - now).total_seconds()


def after_unexpected_error(facts: Facts, now: datetime) -> Decision:
    """Decide after something that nobody foresaw: like an answer that cannot be read."""
    return _unreadable(facts, now)


def blocked(facts: Facts, reason: Reason) -> Decision:
    """Decide for a claim with no key, nobody or no right in whose name SpKey could be asked."""
    return _unless_stopped(facts, _not_asked(facts, State.BLOCKED, reason, pacing.BLOCKED_EVERY))


def while_held(facts: Facts, held: Held, now: datetime) -> Decision:
    """Decide for a claim about which the gate lets nobody ask SpKey now."""
    state = State.VERIFYING if facts.unresolved else State.WAITING
    if held.reason is HeldReason.RATE_LIMITED:
        return _while_all_wait(facts, state, Reason.RATE, held)
    too_old = now - facts.retry_window_start > timing.MAX_AGE
    if held.reason is HeldReason.KEY_DOUBTED and not too_old:
        return _while_all_wait(facts, state, Reason.KEY_DOUBTED, held)
    decision = _unreadable(facts, now)
    if decision.state in {State.WAITING, State.VERIFYING}:
        return replace(decision, wait=pacing.return_wait(held.seconds), failed=False)
    return decision


def _while_all_wait(facts: Facts, state: State, of_all: Reason, held: Held) -> Decision:
    wait = held.seconds + pacing.backoff(1)
    return replace(_not_asked(facts, state, _kept(facts, of_all), wait), held_up_by=of_all)


def _kept(facts: Facts, of_all: Reason) -> Reason:
    """Return the hub's own reason where it has one, else that for which all claims wait."""
    return Reason(facts.reason) if facts.reason in OF_THE_HUB else of_all


def while_hub_held(facts: Facts) -> Decision:
    """Decide for a claim of a hub to which something else is being sent at this moment."""
    return _unless_stopped(facts, Decision(State.WAITING, Reason.BUSY, wait=timing.HELD_WAIT))


def while_clock_is_off(facts: Facts) -> Decision:
    """Decide for a claim of which nobody knows whether it may be sent: the clock was put back."""
    reason = _kept(facts, Reason.NONE)
    return _unless_stopped(facts, Decision(State.WAITING, reason, wait=timing.HELD_WAIT))


def _not_asked(facts: Facts, state: State, reason: Reason, wait: float) -> Decision:
    """Rest without having asked SpKey: an open send stays open."""
    return Decision(
        state,
        reason,
        wait=wait,
        unresolved=facts.unresolved,
        no_effect_seen_at=facts.no_effect_seen_at,
    )


def _unreadable(facts: Facts, now: datetime, held_for: float = 0.0) -> Decision:
    too_old = now - facts.retry_window_start > timing.MAX_AGE
    wait = pacing.wait(Again.BACKOFF, facts.tries, held_for)
    if facts.unresolved:
        if too_old:
            return Decision(
                State.REVIEW, Reason.NOT_CONFIRMED, wait=timing.REVIEW_EVERY, unresolved=True
            )
        return Decision(
            State.VERIFYING,
            Reason.UNREACHABLE,
            wait=wait,
            unresolved=True,
            no_effect_seen_at=facts.no_effect_seen_at,
            failed=True,
        )
    if facts.cancelling:
        return Decision(State.CANCELLED)
    if too_old:
        return Decision(State.EXPIRED, Reason.UNREACHABLE)
    return Decision(State.WAITING, Reason.UNREACHABLE, wait=wait, failed=True)


def after_lookup(facts: Facts, error: spkey.SpkeyError, now: datetime) -> Decision:
    """Decide after SpKey could not be asked in whose name to claim; nothing was sent yet."""
    if isinstance(error, spkey.BadCredentials):
        return _unless_stopped(facts, _by(AFTER_READ[CallOutcome.BAD_CREDENTIALS], facts, now))
    if isinstance(error, spkey.RateLimited):
        rule = AFTER_READ[CallOutcome.RATE_LIMITED]
        return _unless_stopped(facts, _by(rule, facts, now, held_for=error.held_for))
    return _unreadable(facts, now, error.held_for)


def after_send(facts: Facts, sent: Sent, now: datetime) -> Decision:
    """Decide after a claim was sent."""
    return _unless_stopped(facts, _after_send(facts, sent, now))


def _unless_stopped(facts: Facts, decision: Decision) -> Decision:
    """Where somebody asked to stop and no send is open, rest no more: the claim is cancelled."""
    if not facts.cancelling or decision.unresolved or decision.state in FINAL:
        return decision
    return replace(decision, state=State.CANCELLED, reason=Reason.NONE, send=False)


def _after_send(facts: Facts, sent: Sent, now: datetime) -> Decision:
    if sent.event is not None and _names(sent.event, facts):
        return Decision(State.CLAIMED)
    if sent.event is not None and sent.event.org_id != facts.org_id:
        return FOREIGN_KEY
    decision = _by(AFTER_SEND[sent.outcome], facts, now, held_for=sent.held_for)
    return replace(decision, problems=sent.problems)


def _names(event: spkey.ClaimedEvent, facts: Facts) -> bool:
    """Whether the event is about this hub, this organisation and this site."""
    return (
        event.hub_id.lower() == facts.hub_id
        and event.org_id == facts.org_id
        and event.site_id == facts.site_id
    )
