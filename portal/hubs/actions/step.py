"""One step of a leased action: what is found out, and the state that follows.

Only this module and `asking` (what people do) assign a state. As with claims, one path serves the
first try, a retry and the recovery of a killed worker: lease → may this still be? → read → decide →
commit the intent → send → commit the outcome. No network call happens inside a database
transaction, and nothing is sent to a hub while something else is (`holds`).
"""

import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Case, F, Q, Value, When
from django.utils import timezone

from portal import spkey
from portal.core.leasing import ClockPutBackError, Lease, LeaseLostError, given_back
from portal.gateway import gate, key_health, spkey_users
from portal.gateway.gate import Held
from portal.gateway.key_health import Refusal
from portal.hubs import attempts, calls, holds
from portal.hubs.actions import calls as action_calls
from portal.hubs.actions import decide, permissions, timing
from portal.hubs.actions.confidential import Confidential
from portal.hubs.actions.decide import Decision, Facts
from portal.hubs.actions.ends import record_end
from portal.hubs.actions.models import FINAL, HubAction, HubActionAttempt, Reason, State
from portal.hubs.holds import HubHeldError
from portal.orgs import access
from portal.orgs.models import ApiCredential

logger = logging.getLogger(__name__)

KEY_REASONS = {
    "missing": Reason.KEY_MISSING,
    "unreadable": Reason.KEY_UNREADABLE,
    ApiCredential.State.REFUSED: Reason.KEY_REFUSED,
    ApiCredential.State.MISMATCH: Reason.KEY_MISMATCH,
    gate.WRONG_KIND: Reason.KEY_KIND,
}
NOBODY_REASONS = {
    spkey_users.Nobody.UNKNOWN: Reason.NO_USER,
    spkey_users.Nobody.UNCONFIRMED: Reason.ADDRESS_UNCONFIRMED,
}


class _NoRightError(Exception):
    """The right to carry the action out is gone."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


class _BlockedError(_NoRightError):
    """The action cannot go on until somebody has corrected something."""


@dataclass(slots=True)
class _Work:
    """One attempt under way: what it holds, and the calls that are still to be written down."""

    lease: Lease[HubAction]
    action: HubAction
    confidential: Confidential | None = None
    credential: ApiCredential | None = None
    read: calls.Reading | None = None
    sent: tuple[HubActionAttempt, calls.CallRecord] | None = None
    reference: str = ""

    def write_calls(self) -> None:
        """Write the calls down as attempts, within the transaction of what followed from them."""
        if self.read is not None:
            attempts.record_read(self.action, self.lease.epoch, self.read)
        if self.sent is not None:
            attempts.close_send(*self.sent)
            holds.give_back(self.action.hub, _holder(self.action))
        self.read = self.sent = None


def attempt(lease: Lease[HubAction], confidential: Confidential | None = None) -> None:
    """Take a leased action one step further. Never raises for what SpKey answers.

    `confidential` is what only who sends it has. A lease that was lost on the way changes nothing;
    its new holder goes on.
    """
    try:
        action = _load(lease)
        work = _Work(lease, action, confidential)
        if action.outcome_unknown_since is not None:
            attempts.close_abandoned(action, lease.epoch)
        _step_guarded(work)
    except LeaseLostError:
        return


def _load(lease: Lease[HubAction]) -> HubAction:
    owners = ("organisation__credential", "acting_organisation__credential")
    details = (*owners, "hub", "asked_by", "site")
    action = lease.row().select_related(*details).first()
    if action is None:
        raise LeaseLostError
    action.hub.organisation = action.organisation
    return action


def _step_guarded(work: _Work) -> None:
    """Take the step. An error that nobody foresaw costs a wait, not the action its end."""
    try:
        _step(work)
    except (LeaseLostError, OperationalError, InterfaceError):
        # The database is away: the lease runs out, and the next worker goes on from the row.
        raise
    except ClockPutBackError:
        # Only before a send: whether it may leave was all that was asked.
        _rest(work, decide.while_clock_is_off(_facts(work.action)))
    except Exception as error:
        # A trace may show what is confidential, in the words of the error or in a report of it.
        trace = None if work.action.is_confidential else error
        kind = type(error).__name__
        logger.error("action %s: an attempt failed: %s", work.action.pk, kind, exc_info=trace)
        work.read = work.sent = None
        _rest(work, decide.unreadable(_facts(work.action), timezone.now()))


def _step(work: _Work) -> None:
    action = work.action
    if (end := decide.abandoned(_facts(action)) or _not_begun(work)) is not None:
        return _rest(work, end)
    try:
        work.credential = _credential(action)
    except _BlockedError as blocked:
        return _rest(work, decide.blocked(_facts(action), blocked.reason))
    client = gate.ask(work.credential)
    if isinstance(client, Held):
        return _rest(work, decide.while_held(_facts(action), client, timezone.now()))
    seen_offline = action.hub.online is False
    reading = calls.read(client, action.hub, asked_at=timezone.now())
    calls.remember(action.hub, reading)
    if action.by_support:
        reading = action_calls.without_words(reading)
    work.read, work.reference = reading, reading.record.reference
    facts = replace(_facts(action), seen_offline=seen_offline)
    decision = decide.after_read(facts, reading, timezone.now())
    if decision.send:
        return _send(work, client)
    return _rest(work, decision)


def _not_begun(work: _Work) -> Decision | None:
    """Return how an action ends of which nothing is open, and nothing may or can be sent."""
    action = work.action
    if action.outcome_unknown_since is not None:
        return None
    if action.cancel_requested_at is not None:
        return Decision(State.CANCELLED)
    if action.is_confidential and work.confidential is None:
        return Decision(State.NOT_SENT, Reason.INTERRUPTED)
    reason = permissions.objection(action)
    return None if reason is None else Decision(State.CANCELLED, reason)


def _credential(action: HubAction) -> ApiCredential:
    # A super key serves what support does alone, and a normal key never that: there is no way from
    # the one to the other.
    try:
        return gate.usable(action.key_owner, is_super=action.by_support)
    except gate.NoUsableKeyError as error:
        raise _BlockedError(KEY_REASONS[str(error)]) from None


def _send(work: _Work, client: spkey.Client) -> None:
    action = work.action
    try:
        body = action_calls.body_of(action, _spkey_user_id(action, client))
        intent = _commit_intent(work, body)
    except _BlockedError as blocked:
        return _rest(work, decide.blocked(_facts(action), blocked.reason))
    except _NoRightError as gone:
        return _rest(work, Decision(State.CANCELLED, gone.reason))
    except HubHeldError:
        return _rest(work, decide.while_hub_held(_facts(action)))
    except spkey.SpkeyError as error:
        work.reference = error.reference or ""
        return _rest(work, decide.after_lookup(_facts(action), error, timezone.now()))
    sent = action_calls.send(client, action, body, work.confidential)
    work.confidential = None
    work.sent, work.reference = (intent, sent.record), sent.record.reference
    return _rest(work, decide.after_send(_facts(action), sent))


def _spkey_user_id(action: HubAction, client: spkey.Client) -> str:
    """Return the SpKey id of who asked for it; "" for what is not done in anybody's name."""
    if not action.is_read_back:
        return ""
    member = access.membership_in(action.asked_by, action.key_owner)
    if member is None:
        raise _NoRightError(Reason.RIGHT_GONE)
    try:
        return spkey_users.id_of(member, client, of_hub=action.hub.spkey_id)
    except spkey_users.NobodyError as nobody:
        raise _BlockedError(NOBODY_REASONS[nobody.why]) from None


@transaction.atomic
def _commit_intent(work: _Work, body: dict[str, Any]) -> HubActionAttempt:
    """Commit that a send is about to leave, and hold the hub for it.

    Raises _NoRightError and HubHeldError, and commits nothing, where it may not.
    """
    action, now = work.action, timezone.now()
    if (reason := permissions.objection(action, hold=True)) is not None:
        raise _NoRightError(reason)
    fields: dict[str, Any] = {
        "state": State.SENDING,
        "reason": "",
        "outcome_unknown_since": now,
        "no_effect_seen_at": None,
        "last_send_at": now,
        "changed_at": now,
    }
    _write(work.lease, still_leased_for=timing.LONGEST_SEND, sends=F("sends") + 1, **fields)
    holds.take(action.hub, _holder(action))
    for name, value in fields.items():
        setattr(action, name, value)
    action.sends += 1
    work.write_calls()
    intent: HubActionAttempt = attempts.open_send(action, work.lease.epoch, body, now)
    return intent


def _holder(action: HubAction) -> str:
    return f"action {action.pk.hex}"


def _rest(work: _Work, decision: Decision) -> None:
    """Write a decision down and give the lease back: state, record and key health together."""
    action = work.action
    with transaction.atomic():
        if work.credential is not None and decision.refused_key:
            decision = _for_key(action, work.credential, decision)
        _write(work.lease, **_fields(action, decision, timezone.now(), work.reference))
        work.write_calls()
        if decision.state in FINAL:
            record_end(action, decision.state, decision.reason)


def _for_key(action: HubAction, credential: ApiCredential, decision: Decision) -> Decision:
    """Write down that the key was answered 401, and return what follows for the action.

    One refused for the first time raises no alarm: the action waits for the second answer.
    """
    is_second = attempts.met_401_before(action, credential, timezone.now())
    refusal = key_health.take_refusal(credential, is_second=is_second)
    if refusal is Refusal.PROVEN or decision.state in FINAL:
        return decision
    state = State.VERIFYING if decision.unresolved else State.WAITING
    reason = Reason.KEY_DOUBTED if refusal is Refusal.DOUBTED else Reason.NONE
    wait = credential.DOUBT.total_seconds() + 1 if reason else 1.0
    return Decision(
        state,
        reason,
        wait=wait,
        unresolved=decision.unresolved,
        no_effect_seen_at=decision.no_effect_seen_at,
    )


def _write(
    lease: Lease[HubAction], *, still_leased_for: timedelta | None = None, **fields: Any
) -> None:
    lease.write(for_at_least=still_leased_for, version=F("version") + 1, **fields)


def _fields(action: HubAction, decision: Decision, now: datetime, reference: str) -> dict[str, Any]:
    final = decision.state in FINAL
    due = None if decision.wait is None else now + timedelta(seconds=decision.wait)
    moved = (decision.state, decision.reason) != (action.state, action.reason)
    return {
        "state": decision.state,
        "reason": decision.reason,
        **given_back(None if final else _due_unless_stopped(action, due, now)),
        "retry_window_start": _retry_window_start(action, now),
        "tries": action.tries + 1 if decision.failed else 0,
        "outcome_unknown_since": action.outcome_unknown_since if decision.unresolved else None,
        "no_effect_seen_at": decision.no_effect_seen_at,
        "problems": [list(problem) for problem in decision.problems] or action.problems,
        "reference": reference[:64] or action.reference,
        "changed_at": now if moved else action.changed_at,
        "finished_at": now if final else None,
    }


def _due_unless_stopped(action: HubAction, due: datetime | None, now: datetime) -> Any:
    """Return when the action is due: now, where somebody asked to stop during the attempt."""
    if action.cancel_requested_at is not None:
        return due
    asked = Q(cancel_requested_at__isnull=False)
    return Case(When(asked, then=Value(now)), default=Value(due))


def _retry_window_start(action: HubAction, now: datetime) -> datetime:
    """Return since when the action has been tried, without the time in which it could not be."""
    return now if action.state == State.BLOCKED else action.retry_window_start


def _facts(action: HubAction) -> Facts:
    """Return the facts of an action, a stop asked for during the attempt among them."""
    asked = HubAction.objects.filter(pk=action.pk).values_list("cancel_requested_at", flat=True)
    return Facts(
        kind=action.kind,
        is_read_back=action.is_read_back,
        is_confidential=action.is_confidential,
        org_id=action.organisation.spkey_org_id,
        wanted=action.spkey_site_id or action.make_primary,
        from_org_id=action.from_org_id,
        from_site_id=action.from_site_id if action.support_grant_id else "",
        reason=action.reason,
        retry_window_start=_retry_window_start(action, timezone.now()),
        tries=action.tries,
        sends=action.sends,
        recent_sends=attempts.recent_sends(action, timezone.now()),
        was_offline=attempts.was_offline(action),
        last_send_at=action.last_send_at,
        unresolved=action.outcome_unknown_since is not None,
        no_effect_seen_at=action.no_effect_seen_at,
        cancelling=asked.first() is not None,
    )
