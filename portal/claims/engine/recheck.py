"""Looking again at claims that have ended.

Late effects: SpKey may carry a command out long after its answer was lost, so claims that ended
badly after a send are rechecked. The claim's state stays as it is, for a final state never changes;
the effect is marked, recorded and notified. Of support's claims whose access is over, the key of
the organisation tells.

Support's claims read their result back: the key of the hub's organisation reads whether it has come
online, and where there is none that works, the key that claimed it does, for as long as the hub is
awaited. That is the claim's affair, and not of those who look at a page: with a super key nothing
else is read.
"""

import logging
from datetime import datetime

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from portal import spkey
from portal.claims import permissions
from portal.claims.engine import calls, credentials, effects, leases, timing
from portal.claims.engine.decide import Decision
from portal.claims.models import FINAL, SUCCEEDED, Claim, ClaimQuerySet, Reason, State
from portal.core import leasing, logs
from portal.core.leasing import ClockPutBackError, Lease, LeaseLostError
from portal.gateway import gate, key_health
from portal.gateway.gate import Held
from portal.orgs.models import ApiCredential

logger = logging.getLogger(__name__)

# Answers that leave nothing to wait for: the hub is not there, or not this organisation's.
DENIED = (calls.CallOutcome.NOT_FOUND, calls.CallOutcome.FORBIDDEN)


def first(claim: Claim, decision: Decision, now: datetime) -> datetime | None:
    """Return when a claim that ends with this decision is looked at again, None for never."""
    if decision.state == State.CLAIMED and claim.by_support:
        return now + timing.READ_BACK_EVERY
    ended_badly = decision.state in FINAL and decision.state not in SUCCEEDED
    if not ended_badly or not claim.sends or decision.reason == Reason.KEY_MISMATCH:
        return None
    return now + timing.RECHECK_AFTER[0]


def recheck_now(claim: Claim) -> None:
    """Recheck older claims at once when a new one finds their hub to be claimed already."""
    of_hub = Claim.objects.filter(organisation=claim.organisation_id, hub=claim.hub_id)
    bring_forward(of_hub, timezone.now())


def bring_forward(claims: QuerySet[Claim], at: datetime) -> None:
    """Recheck those of the claims then that ended badly after a send, not long ago."""
    ended_badly = Q(state__in=FINAL) & ~Q(state__in=SUCCEEDED) & ~Q(reason=Reason.KEY_MISMATCH)
    lately = Q(finished_at__gt=at - timing.RECHECK_WINDOW)
    later = Q(due_at=None) | Q(due_at__gt=at)
    claims.filter(ended_badly, lately, later, sends__gt=0, late_effect_at=None).update(
        **leasing.due_at(at)
    )


def _due() -> QuerySet[Claim]:
    """Return the ended claims that are due to be looked at again, and nobody's."""
    return leasing.due(Claim.objects.filter(state__in=FINAL))


def some_due() -> bool:
    """Say whether there is a claim to look at again: a read, where leasing is a write."""
    return _due().exists()


def take_due(limit: int) -> list[Lease[Claim]]:
    """Lease at most `limit` ended claims that are due to be looked at again."""
    return leasing.take(_due(), limit)


def recheck(lease: Lease[Claim]) -> None:
    """Read the hub of a leased claim that has ended; mark what its send did after all."""
    try:
        claim = leases.load(lease)
        logs.note(organisation=claim.organisation_id)
        _recheck_guarded(lease, claim)
    except LeaseLostError:
        return


def _recheck_guarded(lease: Lease[Claim], claim: Claim) -> None:
    """Look. An error that nobody foresaw costs a wait."""
    try:
        _recheck(lease, claim)
    except (LeaseLostError, OperationalError, InterfaceError):
        raise
    except ClockPutBackError:
        lease.write(**leasing.given_back(timezone.now() + timing.READ_BACK_EVERY))
    except Exception:
        logger.exception("claim %s: the recheck failed", claim.pk)
        _rest(lease, _later(claim))


def _recheck(lease: Lease[Claim], claim: Claim) -> None:
    if claim.state == State.CLAIMED:
        return _read_back(lease, claim)
    reading = _read(claim)
    if reading is not None and reading.outcome in DENIED:
        return _rest(lease, _next(claim))
    if reading is None or reading.hub is None or _others(claim).active().exists():
        return _rest(lease, _later(claim))
    if _took_effect(claim, reading.hub):
        return _mark(lease, claim)
    return _rest(lease, _next(claim))


def _read_back(lease: Lease[Claim], claim: Claim) -> None:
    """Read whether a hub that support claimed is online, where its organisation cannot."""
    now, hub, ended_at = timezone.now(), claim.hub, claim.finished_at or claim.created_at
    is_online = hub.online and hub.read_at is not None and hub.read_at > ended_at
    is_over = now - ended_at > hub.AWAIT_ONLINE_FOR or not permissions.permitted(claim)
    if is_online or is_over or gate.is_usable(claim.organisation):
        return lease.write(**leasing.given_back(None))
    _read(claim)
    return lease.write(**leasing.given_back(now + timing.READ_BACK_EVERY))


def _read(claim: Claim) -> calls.Reading | None:
    """Ask SpKey after the hub; None where that is not possible now."""
    credential = _key_for(claim)
    if credential is None:
        return None
    client = gate.ask(credential)
    if isinstance(client, Held):
        return None
    reading = calls.read(client, claim.hub, asked_at=timezone.now())
    if reading.outcome == calls.CallOutcome.BAD_CREDENTIALS:
        key_health.take_refusal(credential)
    calls.remember(claim.hub, reading)
    return reading


def _key_for(claim: Claim) -> ApiCredential | None:
    """Return the key that reads the claim's hub: where support may not any more, the key of the
    organisation, which has to learn what was done to it."""
    try:
        if claim.by_support and not permissions.permitted(claim):
            return gate.usable(claim.organisation)
        return credentials.credential_for(claim)
    except (credentials.Blocked, gate.NoUsableKeyError):
        return None


def _others(claim: Claim) -> ClaimQuerySet:
    """Return the organisation's other claims of the hub."""
    of_hub = Claim.objects.filter(organisation=claim.organisation_id, hub=claim.hub_id)
    return of_hub.exclude(pk=claim.pk)


def _took_effect(claim: Claim, hub: spkey.HubStatus) -> bool:
    """Whether the hub is where this claim wanted it, and nothing else brought it there.

    Nothing else: no other claim that was sent since, and nobody long after this one.
    """
    if (hub.org_id, hub.site_id) != (claim.organisation.spkey_org_id, claim.spkey_site_id):
        return False
    if claim.last_send_at is None or claim.finished_at is None:
        return False
    # No earliest moment: bound before the send, the read before it would have found the hub
    # so, and SpKey's clock need not agree with ours.
    if (hub.claimed_at or claim.finished_at) > claim.finished_at + timing.RECHECK_WINDOW:
        return False
    effective = Q(state=State.CLAIMED, finished_at__gte=claim.last_send_at)
    effective |= Q(late_effect_at__gte=claim.last_send_at)
    sent_since = Q(last_send_at__gt=claim.last_send_at)
    if hub.claimed_at is not None:
        sent_since &= Q(last_send_at__lte=hub.claimed_at)
    return not _others(claim).filter(effective | sent_since).exists()


def _next(claim: Claim) -> datetime | None:
    """Return the next of the moments at which a claim is rechecked, None after the last."""
    now = timezone.now()
    ended_at = claim.finished_at or now
    return next(
        (ended_at + after for after in timing.RECHECK_AFTER if ended_at + after > now), None
    )


def _later(claim: Claim) -> datetime | None:
    """Return when to try once more what could not be read, None when it has been long enough.

    That is longer than the gate holds anybody back.
    """
    now = timezone.now()
    if now - (claim.finished_at or now) > timing.RECHECK_WINDOW:
        return None
    return now + timing.RECHECK_RETRY_AFTER


@transaction.atomic
def _mark(lease: Lease[Claim], claim: Claim) -> None:
    leases.write(lease, late_effect_at=timezone.now(), **leasing.given_back(None))
    effects.of_late_effect(claim)


def _rest(lease: Lease[Claim], recheck_at: datetime | None) -> None:
    leases.write(lease, **leasing.given_back(recheck_at))
