"""Gathering what a decision needs to know of a claim."""

from datetime import datetime, timedelta

from django.utils import timezone

from portal import spkey
from portal.claims.engine import timing
from portal.claims.engine.calls import CallOutcome, CallRecord, Reading
from portal.claims.engine.decide import Facts
from portal.claims.models import Claim, State
from portal.hubs import attempts, status
from portal.hubs.models import Hub
from portal.orgs.models import User


def gather(claim: Claim) -> Facts:
    """Return the facts of a claim, a cancel asked for during the attempt among them."""
    asked = Claim.objects.filter(pk=claim.pk).values_list("cancel_requested_at", flat=True)
    return Facts(
        hub_id=str(claim.hub.hub_id),
        org_id=claim.organisation.spkey_org_id,
        site_id=claim.spkey_site_id,
        reason=claim.reason,
        retry_window_start=retry_window_start(claim, timezone.now()),
        tries=claim.tries,
        sends=claim.sends,
        recent_sends=attempts.recent_sends(claim, timezone.now()),
        last_send_at=claim.last_send_at,
        unresolved=claim.outcome_unknown_since is not None,
        no_effect_seen_at=claim.no_effect_seen_at,
        send_requested=claim.send_requested,
        cancelling=asked.first() is not None,
    )


def retry_window_start(claim: Claim, now: datetime) -> datetime:
    """Return since when the claim has been tried, without the time in which it could not be.

    A blocked claim starts again, and what a worker comes late for does not count against it.
    """
    if claim.state == State.BLOCKED:
        return now
    late = now - (claim.due_at or now)
    return claim.retry_window_start + late if late > timing.LATE else claim.retry_window_start


def just_read(claim: Claim, epoch: int, now: datetime) -> Reading | None:
    """Return what was read of a free hub just before the claim was made, or None.

    The lookup of a label that was scanned spares the claim its own first read; a later try,
    and anything else that the lookup found, is read again.
    """
    hub = claim.hub
    can_be_claimed = hub.binding == Hub.Binding.FREE and hub.status == status.PROVISIONED
    if epoch != 1 or not can_be_claimed or hub.read_at is None:
        return None
    if not timedelta(0) <= now - hub.read_at < timing.FRESH_READ:
        return None
    lookup = CallRecord(CallOutcome.ANSWERED, None, "", "", 0.0)
    return Reading(lookup, hub.read_at, hub=_as_read(hub, lookup))


def _as_read(hub: Hub, lookup: CallRecord) -> spkey.HubStatus:
    """Return the row of a free hub as the answer that it was read from."""
    return spkey.HubStatus(
        hub_id=str(hub.hub_id),
        serial=hub.serial,
        model=hub.model,
        thing_name="",
        status=hub.status,
        org_id="",
        site_id="",
        is_primary=hub.is_primary,
        provisioned_at=None,
        claimed_at=None,
        online=hub.online,
        last_seen=hub.last_seen,
        firmware=hub.firmware,
        uptime_seconds=hub.uptime_seconds,
        meta=spkey.AnswerMeta(200, None, lookup.duration, ""),
    )


def stopped_by(claim: Claim) -> User | None:
    """Return who asked to stop, if anybody: perhaps while the attempt was under way."""
    asked = Claim.objects.filter(pk=claim.pk).values("cancel_requested_by")
    return User.objects.filter(pk__in=asked).first()
