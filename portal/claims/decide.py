"""What follows from an answer: `policy`'s tables applied to a claim, without a side effect.

Each function takes the facts of a claim and an answer, and returns a Decision. Writing it
down is `lifecycle`'s.
"""

from dataclasses import replace
from datetime import datetime

from portal import spkey
from portal.claims import policy
from portal.claims.calls import Outcome, Reading, Sent
from portal.claims.decision import Decision, Facts
from portal.claims.models import FINAL, Reason, State
from portal.claims.policy import AFTER_READ, AFTER_SEND, Again, Rule
from portal.hubs import status
from portal.hubs.models import Hub

FREE = Rule(State.SENDING, again=Again.AT_ONCE)
UNREADABLE = AFTER_READ[Outcome.UNREACHABLE]
FOREIGN_KEY = Decision(State.CONFLICT, Reason.KEY_MISMATCH, foreign_key=True)


def after_read(facts: Facts, reading: Reading, now: datetime) -> Decision:
    """Decide after a status read."""
    return _unless_stopped(facts, _after_read(facts, reading, now))


def _after_read(facts: Facts, reading: Reading, now: datetime) -> Decision:
    if reading.hub is not None:
        return _after_status(facts, reading.hub, reading.asked_at, now)
    rule = AFTER_READ[reading.outcome]
    if rule.again is Again.BACKOFF:
        return _unreadable(facts, now)
    return _by(rule, facts, now, retry_after=reading.retry_after, still_open=facts.unresolved)


def _by(
    rule: Rule,
    facts: Facts,
    now: datetime,
    *,
    retry_after: float | None = None,
    still_open: bool = False,
) -> Decision:
    """Apply a row of the tables. `still_open`: the outcome of an earlier send is not known."""
    held_key = rule.again is Again.RETRY_AFTER
    wait = policy.wait(rule.again, facts.tries, retry_after)
    if held_key and now - facts.created_at > policy.MAX_AGE:
        return replace(_unreadable(replace(facts, unresolved=still_open), now), pause=wait)
    final = rule.again is Again.NEVER
    verifying = still_open and rule.state == State.WAITING
    return Decision(
        State.VERIFYING if verifying else rule.state,
        rule.reason,
        wait=wait,
        unresolved=rule.open or (still_open and not final),
        settled_read_at=facts.settled_read_at if still_open and not final else None,
        failed=rule.again is Again.BACKOFF,
        refused_key=rule.again is Again.KEY,
        pause=wait if held_key else None,
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
        return AFTER_READ[Outcome.NOT_FOUND]
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
    sent_at = facts.last_send_at or facts.created_at
    verifying = Decision(
        State.VERIFYING,
        _reason(facts, hub),
        wait=policy.verify_wait((now - sent_at).total_seconds()),
        unresolved=True,
        settled_read_at=facts.settled_read_at,
    )
    if asked_at - sent_at < policy.SETTLE_AFTER:
        return verifying
    first = facts.settled_read_at
    if first is None:
        wait = policy.SETTLE_APART.total_seconds() + 1
        return replace(verifying, settled_read_at=asked_at, wait=wait)
    if asked_at - first < policy.SETTLE_APART:
        return verifying
    return _ended(facts, hub, now) or Decision(
        State.WAITING, _reason(facts, hub), wait=policy.backoff(0)
    )


def _reason(facts: Facts, hub: spkey.HubStatus) -> Reason:
    """Return why the claim is not done yet, after SpKey has answered: no silence of before."""
    is_offline = hub.online is False or (facts.reason == Reason.OFFLINE and not hub.online)
    return Reason.OFFLINE if is_offline else Reason.NONE


def _ended(facts: Facts, hub: spkey.HubStatus, now: datetime) -> Decision | None:
    if facts.cancelling:
        return Decision(State.CANCELLED)
    if now - facts.created_at > policy.MAX_AGE or facts.sends >= policy.MAX_SENDS:
        return Decision(State.EXPIRED, _reason(facts, hub))
    return None


def _free_to_send(facts: Facts, hub: spkey.HubStatus, now: datetime) -> Decision:
    if ended := _ended(facts, hub, now):
        return ended
    until_next = _until_next_send(facts, hub, now)
    if until_next > 0 and not facts.send_wanted:
        wait = min(until_next, policy.offline_wait(facts.tries, now - facts.created_at))
        reason = _reason(facts, hub) or Reason.TOO_OFTEN
        return Decision(State.WAITING, reason, wait=wait, failed=True)
    if facts.recent_sends >= policy.MAX_SENDS_IN_WINDOW and facts.last_send_at is not None:
        left = facts.last_send_at + policy.SEND_WINDOW - now
        wait = max(1.0, min(left, policy.SEND_WINDOW).total_seconds())
        return Decision(State.WAITING, Reason.TOO_OFTEN, wait=wait)
    return Decision(State.SENDING, send=True)


def _until_next_send(facts: Facts, hub: spkey.HubStatus, now: datetime) -> float:
    """Seconds until the next send is due. The status may lag, so an offline hub is sent too."""
    if hub.online and facts.seen_offline:
        return 0.0
    spacing = policy.send_spacing(facts.sends, offline=hub.online is False)
    return ((facts.last_send_at or facts.created_at) + spacing - now).total_seconds()


def stumbled(facts: Facts, now: datetime) -> Decision:
    """Decide after something that nobody foresaw: like an answer that cannot be read."""
    return _unreadable(facts, now)


def barred(facts: Facts, reason: Reason) -> Decision:
    """Decide for a claim that has no key, or nobody, in whose name SpKey could be asked."""
    return _held(facts, State.BLOCKED, reason, policy.BLOCKED_EVERY)


def paused(facts: Facts, seconds: float) -> Decision:
    """Decide for a claim whose key SpKey wants to rest for so long."""
    state = State.VERIFYING if facts.unresolved else State.WAITING
    return _held(facts, state, Reason.RATE, seconds + policy.backoff(1))


def _held(facts: Facts, state: State, reason: Reason, wait: float) -> Decision:
    """Rest without having asked SpKey: an open send stays open."""
    return Decision(
        state,
        reason,
        wait=wait,
        unresolved=facts.unresolved,
        settled_read_at=facts.settled_read_at,
    )


def not_asked(facts: Facts, held: float, now: datetime) -> Decision:
    """Decide for a claim about which SpKey, not answering, is not asked for `held` seconds."""
    decision = _unreadable(facts, now)
    if decision.state in {State.WAITING, State.VERIFYING}:
        return replace(decision, wait=policy.return_wait(held), failed=False)
    return decision


def _unreadable(facts: Facts, now: datetime) -> Decision:
    too_old = now - facts.created_at > policy.MAX_AGE
    wait = policy.backoff(facts.tries)
    if facts.unresolved:
        if too_old:
            return Decision(
                State.REVIEW, Reason.NOT_CONFIRMED, wait=policy.REVIEW_EVERY, unresolved=True
            )
        return Decision(
            State.VERIFYING,
            Reason.UNREACHABLE,
            wait=wait,
            unresolved=True,
            settled_read_at=facts.settled_read_at,
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
        return _unless_stopped(facts, _by(AFTER_READ[Outcome.BAD_CREDENTIALS], facts, now))
    if isinstance(error, spkey.RateLimited):
        rule = AFTER_READ[Outcome.RATE_LIMITED]
        return _unless_stopped(facts, _by(rule, facts, now, retry_after=error.retry_after))
    return _unreadable(facts, now)


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
    decision = _by(AFTER_SEND[sent.outcome], facts, now, retry_after=sent.retry_after)
    return replace(decision, problems=sent.problems)


def _names(event: spkey.ClaimedEvent, facts: Facts) -> bool:
    """Whether the event is about this hub, this organisation and this site."""
    return (
        event.hub_id.lower() == facts.hub_id
        and event.org_id == facts.org_id
        and event.site_id == facts.site_id
    )
