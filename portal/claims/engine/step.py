"""One step of a leased claim: what the worker finds out, and the state that follows.

Only this module and `actions` (what people do) assign a state. One path serves the first try, a
retry and the recovery of a killed worker: lease → may this still be? → read → decide → commit the
intent → send → commit the outcome. No network call happens inside a database transaction.
"""

import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F
from django.utils import timezone

from portal import spkey
from portal.claims import permissions
from portal.claims.engine import (
    calls,
    context,
    credentials,
    decide,
    effects,
    leases,
    recheck,
)
from portal.claims.engine.decide import Decision
from portal.claims.models import FINAL, SUCCEEDED, Attempt, Claim, Reason, State
from portal.core import logs
from portal.core.leasing import ClockPutBackError, Lease, LeaseLostError, given_back
from portal.gateway import circuit, gate
from portal.gateway.gate import Held
from portal.hubs import attempts, holds, watching
from portal.hubs.holds import HubHeldError
from portal.orgs.models import ApiCredential, Membership

logger = logging.getLogger(__name__)

LONGEST_SEND = timedelta(seconds=35)
RIGHT_GONE = Decision(State.CANCELLED, Reason.RIGHT_GONE)


@dataclass(slots=True)
class _Work:
    """One attempt under way: what it holds, and the calls that are still to be written down."""

    lease: Lease[Claim]
    claim: Claim
    credential: ApiCredential | None = None
    read: calls.Reading | None = None
    sent: tuple[Attempt, calls.CallRecord] | None = None
    reference: str = ""
    seen_offline: bool = False

    def write_calls(self) -> None:
        """Write the calls down as attempts, within the transaction of what followed from them."""
        if self.read is not None:
            attempts.record_read(self.claim, self.lease.epoch, self.read)
        if self.sent is not None:
            attempts.close_send(*self.sent)
        self.read = self.sent = None


def attempt(lease: Lease[Claim]) -> None:
    """Take a leased claim one step further. Never raises for what SpKey answers.

    A lease that was lost on the way changes nothing; its new holder goes on.
    """
    try:
        work = _Work(lease, leases.load(lease))
        logs.note(organisation=work.claim.organisation_id)
        if work.claim.outcome_unknown_since is not None:
            attempts.close_abandoned(work.claim, lease.epoch)
        _step_guarded(work)
    except LeaseLostError:
        return


def _step_guarded(work: _Work) -> None:
    """Take the step. An error that nobody foresaw costs a wait, not the claim its end."""
    try:
        _step(work)
    except (LeaseLostError, OperationalError, InterfaceError):
        # The database is away: the lease runs out, and the next worker goes on from the row.
        raise
    except ClockPutBackError:
        # Only before a send: whether it may leave was all that was asked.
        _rest(work, decide.while_clock_is_off(context.gather(work.claim)))
    except Exception:
        logger.exception("claim %s: an attempt failed", work.claim.pk)
        work.read = work.sent = None
        _rest(work, decide.after_unexpected_error(context.gather(work.claim), timezone.now()))


def _step(work: _Work) -> None:
    claim = work.claim
    if claim.outcome_unknown_since is None:
        if claim.cancel_requested_at is not None:
            return _rest(work, Decision(State.CANCELLED))
        if not permissions.permitted(claim):
            return _rest(work, _without_right(claim))
    try:
        work.credential = credentials.credential_for(claim)
    except credentials.Blocked as blocked:
        return _rest(work, decide.blocked(context.gather(claim), blocked.reason))
    client = gate.ask(work.credential)
    if isinstance(client, Held):
        return _rest(work, decide.while_held(context.gather(claim), client, timezone.now()))
    decision = _read(work, client)
    if decision.send:
        return _send(work, client)
    return _rest(work, decision)


def _read(work: _Work, client: spkey.Client) -> Decision:
    hub, asked_at = work.claim.hub, timezone.now()
    work.seen_offline = hub.online is False
    known = None
    if not circuit.is_probing():  # SpKey's return is found out by a read, never by a send.
        known = context.just_read(work.claim, work.lease.epoch, asked_at)
    reading = known or _ask(work, client, asked_at)
    gathered = replace(context.gather(work.claim), seen_offline=work.seen_offline)
    decision = decide.after_read(gathered, reading, timezone.now())
    if known is None:
        work.read = reading
        work.reference = reading.record.reference
    return decision


def _ask(work: _Work, client: spkey.Client, asked_at: datetime) -> calls.Reading:
    reading = calls.read(client, work.claim.hub, asked_at=asked_at)
    calls.remember(work.claim.hub, reading)
    return reading


def _send(work: _Work, client: spkey.Client) -> None:
    claim = work.claim
    try:
        user_id = credentials.spkey_user_id(claim, client)
    except Membership.DoesNotExist:
        return _rest(work, _without_right(claim))
    except credentials.Blocked as blocked:
        return _rest(work, decide.blocked(context.gather(claim), blocked.reason))
    except spkey.SpkeyError as error:
        work.reference = error.reference or ""
        return _rest(work, decide.after_lookup(context.gather(claim), error, timezone.now()))
    body = credentials.claim_body(claim, user_id)
    try:
        intent = _commit_intent(work, body)
    except HubHeldError:
        return _rest(work, decide.while_hub_held(context.gather(claim)))
    if intent is None:
        return _rest(work, _without_right(claim))
    sent = calls.send(client, claim.hub.spkey_id, **body)
    decision = decide.after_send(context.gather(claim), sent, timezone.now())
    work.sent = (intent, sent.record)
    if decision.state == State.CLAIMED and sent.event is not None:
        claim.claimed_at = sent.event.claimed_at
    work.reference = sent.record.reference
    return _rest(work, decision)


def _without_right(claim: Claim) -> Decision:
    if permissions.is_for_an_administrator(claim):
        return decide.blocked(context.gather(claim), Reason.RIGHT_GONE)
    return RIGHT_GONE


@transaction.atomic
def _commit_intent(work: _Work, body: dict[str, Any]) -> Attempt | None:
    """Commit that a send is about to leave; return None when the right to claim is gone now.

    Raises HubHeldError, and commits nothing, while something else is being sent to the hub.
    """
    claim, now = work.claim, timezone.now()
    if not permissions.permitted(claim, hold=True):
        return None
    fields: dict[str, Any] = {
        "state": State.SENDING,
        "reason": "",
        "outcome_unknown_since": now,
        "no_effect_seen_at": None,
        "last_send_at": now,
        "send_requested": False,
        "changed_at": now,
    }
    leases.write(work.lease, still_leased_for=LONGEST_SEND, sends=F("sends") + 1, **fields)
    holds.take(claim.hub, _holder(claim))
    for name, value in fields.items():
        setattr(claim, name, value)
    claim.sends += 1
    work.write_calls()
    shown = {name: value for name, value in body.items() if value is not None}
    intent: Attempt = attempts.open_send(claim, work.lease.epoch, shown, now)
    return intent


def _rest(work: _Work, decision: Decision) -> None:
    """Write a decision down and give the lease back: state, audit and key health together."""
    claim = work.claim
    with transaction.atomic():
        if work.credential is not None:
            decision = effects.for_key(claim, work.credential, decision)
        leases.write(work.lease, **_fields(claim, decision, timezone.now(), work.reference))
        if work.sent is not None:
            holds.give_back(claim.hub, _holder(claim))
        work.write_calls()
        if decision.state == State.ALREADY_YOURS:
            recheck.recheck_now(claim)
        if decision.state == State.CLAIMED:
            watching.await_online(claim.hub, claim.spkey_site_id)
            effects.keep_claimer(claim)
            effects.back_in_use(claim)
        if decision.state in SUCCEEDED and not effects.hangs_elsewhere(claim, decision.state):
            effects.keep_place(claim)
            effects.mark_replaced(claim)
        if decision.state in FINAL:
            actor = context.stopped_by(claim) if decision.state == State.CANCELLED else None
            effects.of_end(claim, decision.state, decision.reason, actor)
        effects.notify(claim, decision, work.credential)


def _holder(claim: Claim) -> str:
    return f"claim {claim.pk.hex}"


def _fields(claim: Claim, decision: Decision, now: datetime, reference: str) -> dict[str, Any]:
    final = decision.state in FINAL
    due = None if decision.wait is None else now + timedelta(seconds=decision.wait)
    next_step = (
        recheck.first(claim, decision, now)
        if final
        else leases.due_unless_expedited(claim, due, now)
    )
    moved = (decision.state, decision.reason) != (claim.state, claim.reason)
    fields: dict[str, Any] = {
        "state": decision.state,
        "reason": decision.reason,
        "held_up_by": decision.held_up_by,
        **given_back(next_step),
        "retry_window_start": context.retry_window_start(claim, now),
        "tries": claim.tries + 1 if decision.failed else 0,
        "outcome_unknown_since": claim.outcome_unknown_since if decision.unresolved else None,
        "no_effect_seen_at": decision.no_effect_seen_at,
        "problems": [list(problem) for problem in decision.problems],
        "reference": reference[:64] or claim.reference,
        "changed_at": now if moved else claim.changed_at,
        "finished_at": now if final else None,
    }
    if decision.state == State.CLAIMED:
        fields["claimed_at"] = claim.claimed_at or claim.hub.claimed_at or now
    if decision.state == State.ALREADY_YOURS:
        fields["claimed_at"] = claim.hub.claimed_at
    return fields
