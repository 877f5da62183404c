"""Gathering what a decision needs to know of a claim."""

from datetime import datetime

from django.utils import timezone

from portal.claims import journal, policy
from portal.claims.decide import Facts
from portal.claims.models import Claim, State


def gather(claim: Claim) -> Facts:
    """Return the facts of a claim, a cancel asked for during the attempt among them."""
    asked = Claim.objects.filter(pk=claim.pk).values_list("cancel_requested_at", flat=True)
    return Facts(
        hub_id=str(claim.hub.hub_id),
        org_id=claim.organisation.spkey_org_id,
        site_id=claim.spkey_site_id,
        reason=claim.reason,
        created_at=trying_since(claim, timezone.now()),
        tries=claim.tries,
        sends=claim.sends,
        recent_sends=journal.recent_sends(claim, timezone.now()),
        last_send_at=claim.last_send_at,
        unresolved=claim.unresolved_since is not None,
        settled_read_at=claim.settled_read_at,
        send_wanted=claim.send_wanted,
        cancelling=asked.first() is not None,
    )


def trying_since(claim: Claim, now: datetime) -> datetime:
    """Return since when the claim has been tried, without the time in which it could not be.

    A blocked claim starts anew, and what a worker comes late for does not count against it.
    """
    if claim.state == State.BLOCKED:
        return now
    late = now - (claim.next_attempt_at or now)
    return claim.trying_since + late if late > policy.LATE else claim.trying_since
