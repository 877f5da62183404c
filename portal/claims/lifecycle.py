"""Every change of a claim's state. Nothing else assigns one.

One path serves the first try, a retry and the recovery of a killed worker:
lease → may this still be? → read → decide → commit the intent → send → commit the outcome.
No network call happens inside a database transaction.
"""

import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Case, F, Value, When
from django.utils import timezone

from portal import spkey
from portal.claims import (
    calls,
    consequences,
    decide,
    facts,
    identity,
    journal,
    leases,
    looking_back,
    policy,
    words,
)
from portal.claims.decision import Decision
from portal.claims.leases import Lease, LeaseLostError
from portal.claims.models import ACTIVE, FINAL, Attempt, Claim, Reason, State
from portal.claims.submitting import AnotherSiteError, Order, retry, submit
from portal.hubs import circuit, keys, status, watching
from portal.orgs.models import ApiCredential, Membership, User

logger = logging.getLogger(__name__)

LONGEST_SEND = timedelta(seconds=35)
RIGHT_GONE = Decision(State.CANCELLED, Reason.RIGHT_GONE)

__all__ = ["AnotherSiteError", "Order", "attempt", "resume", "retry", "stop", "submit", "try_now"]


@dataclass(slots=True)
class _Work:
    """One attempt under way: what it holds, and the calls that are still to be written down."""

    lease: Lease
    claim: Claim
    credential: ApiCredential | None = None
    read: tuple[calls.Reading, str] | None = None
    sent: tuple[Attempt, calls.Journal, str] | None = None
    reference: str = ""
    seen_offline: bool = False

    def write_calls(self) -> None:
        """Write the calls into the journal, within the transaction of what followed from them."""
        if self.read is not None:
            journal.note_read(self.claim, self.lease.epoch, *self.read)
        if self.sent is not None:
            journal.close_send(*self.sent)
        self.read = self.sent = None


def attempt(lease: Lease) -> None:
    """Take a leased claim one step further. Never raises for what SpKey answers.

    A lease that was lost on the way changes nothing; its new holder goes on.
    """
    try:
        work = _Work(lease, leases.load(lease))
        if work.claim.unresolved_since is not None:
            journal.close_abandoned(work.claim, lease.epoch)
        _step_or_stumble(work)
    except LeaseLostError:
        return


def _step_or_stumble(work: _Work) -> None:
    """Take the step. An error that nobody foresaw costs a wait, not the claim its end."""
    try:
        _step(work)
    except (LeaseLostError, OperationalError, InterfaceError):
        # The database is away: the lease runs out, and the next worker goes on from the row.
        raise
    except Exception:
        logger.exception("claim %s: an attempt failed", work.claim.pk)
        work.read = work.sent = None
        _rest(work, decide.stumbled(facts.gather(work.claim), timezone.now()))


def _step(work: _Work) -> None:
    claim = work.claim
    if claim.unresolved_since is None:
        if claim.cancel_requested_at is not None:
            return _rest(work, Decision(State.CANCELLED))
        if not identity.permitted(claim):
            return _rest(work, RIGHT_GONE)
    try:
        work.credential = identity.credential_for(claim)
    except identity.Blocked as blocked:
        return _rest(work, decide.barred(facts.gather(claim), blocked.reason))
    if paused := keys.paused_for(work.credential):
        return _rest(work, decide.paused(facts.gather(claim), paused))
    if held := circuit.held_for():
        return _rest(work, decide.not_asked(facts.gather(claim), held, timezone.now()))
    client = keys.client_for(work.credential)
    decision = _read(work, client)
    if decision.send:
        return _send(work, client)
    return _rest(work, decision)


def _read(work: _Work, client: spkey.Client) -> Decision:
    hub, asked_at = work.claim.hub, timezone.now()
    work.seen_offline = hub.online is False
    known = None
    if not circuit.is_probing():  # SpKey's return is found out by a read, never by a send.
        known = facts.just_read(work.claim, work.lease.epoch, asked_at)
    reading = known or _ask(work, client, asked_at)
    gathered = replace(facts.gather(work.claim), seen_offline=work.seen_offline)
    decision = decide.after_read(gathered, reading, timezone.now())
    if known is None:
        work.read = (reading, words.sentence(decision.state, decision.reason))
        work.reference = reading.journal.reference
    return decision


def _ask(work: _Work, client: spkey.Client, asked_at: datetime) -> calls.Reading:
    hub = work.claim.hub
    reading = calls.read(client, hub.hub_id, asked_at=asked_at)
    if reading.hub is not None:
        status.record(hub, reading.hub, read_at=asked_at)
    elif reading.outcome == calls.Outcome.NOT_FOUND:
        status.record_missing(hub, read_at=asked_at)
    return reading


def _send(work: _Work, client: spkey.Client) -> None:
    claim = work.claim
    try:
        user_id = identity.spkey_user_id(claim, client)
    except Membership.DoesNotExist:
        return _rest(work, RIGHT_GONE)
    except identity.Blocked as blocked:
        return _rest(work, decide.barred(facts.gather(claim), blocked.reason))
    except spkey.SpkeyError as error:
        work.reference = error.reference or ""
        return _rest(work, decide.after_lookup(facts.gather(claim), error, timezone.now()))
    body = identity.claim_body(claim, user_id)
    intent = _commit_intent(work, body)
    if intent is None:
        return _rest(work, RIGHT_GONE)
    sent = calls.send(client, claim.hub.hub_id, **body)
    decision = decide.after_send(facts.gather(claim), sent, timezone.now())
    work.sent = (intent, sent.journal, words.sentence(decision.state, decision.reason))
    if decision.state == State.CLAIMED and sent.event is not None:
        claim.claimed_at = sent.event.claimed_at
    work.reference = sent.journal.reference
    return _rest(work, decision)


@transaction.atomic
def _commit_intent(work: _Work, body: dict[str, Any]) -> Attempt | None:
    """Commit that a send is about to leave; return None when the right to claim is gone now."""
    claim, now = work.claim, timezone.now()
    if not identity.permitted(claim):
        return None
    fields: dict[str, Any] = {
        "state": State.SENDING,
        "reason": "",
        "unresolved_since": now,
        "settled_read_at": None,
        "last_send_at": now,
        "send_wanted": False,
        "changed_at": now,
    }
    leases.write(work.lease, still_leased_for=LONGEST_SEND, sends=F("sends") + 1, **fields)
    for name, value in fields.items():
        setattr(claim, name, value)
    claim.sends += 1
    work.write_calls()
    shown = {name: value for name, value in body.items() if value is not None}
    return journal.open_send(claim, work.lease.epoch, shown, now)


def _rest(work: _Work, decision: Decision) -> None:
    """Write a decision down and give the lease back: state, audit and key health together."""
    claim = work.claim
    with transaction.atomic():
        if work.credential is not None:
            decision = consequences.for_key(claim, work.credential, decision)
        leases.write(work.lease, **_fields(claim, decision, timezone.now(), work.reference))
        work.write_calls()
        if decision.state == State.ALREADY_YOURS:
            looking_back.hasten(claim)
        if decision.state == State.CLAIMED:
            watching.expect(claim.hub, claim.spkey_site_id, claim.acting_organisation_id)
        if decision.state in FINAL:
            actor = identity.stopped_by(claim) if decision.state == State.CANCELLED else None
            consequences.of_end(claim, decision.state, decision.reason, actor)
        consequences.tell(claim, decision, work.credential)


def _fields(claim: Claim, decision: Decision, now: datetime, reference: str) -> dict[str, Any]:
    final = decision.state in FINAL
    due = None if decision.wait is None else now + timedelta(seconds=decision.wait)
    moved = (decision.state, decision.reason) != (claim.state, claim.reason)
    fields: dict[str, Any] = {
        "state": decision.state,
        "reason": decision.reason,
        "next_attempt_at": None if final else leases.unless_hurried(claim, due, now),
        "timed_at": now,
        "lease_until": None,
        "trying_since": facts.trying_since(claim, now),
        "tries": claim.tries + 1 if decision.failed else 0,
        "unresolved_since": claim.unresolved_since if decision.unresolved else None,
        "settled_read_at": decision.settled_read_at,
        "problems": [list(problem) for problem in decision.problems],
        "reference": reference[:64] or claim.reference,
        "changed_at": now if moved else claim.changed_at,
        "finished_at": now if final else None,
        "look_back_at": looking_back.first(claim, decision, now),
    }
    if decision.state == State.CLAIMED:
        fields["claimed_at"] = claim.claimed_at or claim.hub.claimed_at or now
    if decision.state == State.ALREADY_YOURS:
        fields["claimed_at"] = claim.hub.claimed_at
    return fields


def try_now(claim: Claim) -> bool:
    """Make a waiting claim due at once, send included. Return whether that changed anything."""
    now = timezone.now()
    return bool(
        Claim.objects.filter(
            pk=claim.pk, state__in=(State.WAITING, State.VERIFYING, State.REVIEW, State.BLOCKED)
        ).update(next_attempt_at=now, timed_at=now, send_wanted=True, version=F("version") + 1)
    )


@transaction.atomic
def stop(claim: Claim, actor: User) -> bool:
    """Stop trying. Return True when the claim is cancelled, False when that must wait.

    A claim whose send may have taken effect is not cancelled on hope: it is marked, nothing
    more is sent, and the next read tells whether it ended as claimed or as cancelled.
    """
    now = timezone.now()
    mine = Claim.objects.filter(pk=claim.pk)
    cancelled = mine.filter(
        state__in=(State.QUEUED, State.WAITING, State.BLOCKED), unresolved_since=None
    ).update(
        state=State.CANCELLED,
        reason="",
        epoch=F("epoch") + 1,
        lease_until=None,
        next_attempt_at=None,
        cancel_requested_at=now,
        cancel_requested_by=actor,
        changed_at=now,
        finished_at=now,
        timed_at=now,
        look_back_at=Case(When(sends__gt=0, then=Value(now + policy.LOOK_BACKS[0]))),
        version=F("version") + 1,
    )
    if cancelled:
        consequences.of_end(claim, State.CANCELLED, "", actor)
        return True
    mine.filter(state__in=ACTIVE, cancel_requested_at=None).update(
        cancel_requested_at=now,
        cancel_requested_by=actor,
        next_attempt_at=now,
        timed_at=now,
        version=F("version") + 1,
    )
    return False


def resume(credential: ApiCredential) -> int:
    """Put the claims that waited for this key back to work. Return how many."""
    now = timezone.now()
    served = Claim.objects.filter(organisation=credential.organisation_id, acting_organisation=None)
    if credential.is_super:
        served = Claim.objects.filter(acting_organisation=credential.organisation_id)
    blocked = served.filter(state=State.BLOCKED)
    news: dict[str, Any] = {"reason": "", "next_attempt_at": now, "timed_at": now}
    news |= {"trying_since": now, "changed_at": now, "version": F("version") + 1}
    # A send whose outcome is open stays open: it is confirmed first, never sent again at once.
    unresolved = blocked.exclude(unresolved_since=None).update(state=State.VERIFYING, **news)
    # A worker that still holds one, with the key of before, is not to block it again.
    news |= {"epoch": F("epoch") + 1, "lease_until": None}
    return unresolved + blocked.update(state=State.QUEUED, **news)
