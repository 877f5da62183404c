"""Which claims are worked on next, and writing to one under its lease."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Case, F, Q, QuerySet, Value, When
from django.utils import timezone

from portal.claims.engine import timing
from portal.claims.models import Claim
from portal.core import leasing
from portal.core.leasing import Lease, LeaseLostError


def _due() -> QuerySet[Claim]:
    """Return the active claims that are due and nobody's."""
    return leasing.due(Claim.objects.active())


def some_due() -> bool:
    """Say whether there is a claim to lease: a read, where leasing is a write."""
    return _due().exists()


def unserved_due() -> bool:
    """Say whether a claim is due of an organisation that no worker serves at this moment."""
    return leasing.some_unserved(_due(), timing.AT_ONCE, by="organisation")


def take_due(limit: int, *, unserved_only: bool = False) -> list[Lease[Claim]]:
    """Lease at most `limit` due claims, each organisation's oldest first, in turns.

    `unserved_only` leases only for organisations that no worker serves, one claim each. Over all
    workers, about `timing.AT_ONCE` claims are with SpKey at a time: two that lease in one moment
    may pass it.
    """
    with transaction.atomic():
        taken = leasing.take_in_turns(
            _due(), limit, timing.AT_ONCE, by="organisation", unserved_only=unserved_only
        )
        if taken:
            # Of all attempts, only the first is shown as it begins.
            shown = Case(When(contacted_at=None, then=Value(1)), default=Value(0))
            begun = Claim.objects.filter(pk__in=[lease.pk for lease in taken])
            begun.update(contacted_at=timezone.now(), version=F("version") + shown)
    return taken


def load(lease: Lease[Claim]) -> Claim:
    """Return the leased claim with what an attempt needs. Raises LeaseLostError.

    Every column costs time here, so what only support's claims need is read for those.
    """
    claim = lease.row().select_related("organisation__credential", "hub", "submitted_by").first()
    if claim is None:
        raise LeaseLostError
    claim.hub.organisation = claim.organisation  # A claim's hub row is of its own organisation.
    return claim


def write(lease: Lease[Claim], *, still_leased_for: timedelta | None = None, **fields: Any) -> None:
    """Write to the leased claim what a page can show. Raises LeaseLostError when it is lost.

    `still_leased_for` also demands that the lease lasts at least that much longer.
    """
    lease.write(for_at_least=still_leased_for, version=F("version") + 1, **fields)


def due_unless_expedited(claim: Claim, due: datetime | None, now: datetime) -> Any:
    """Return when the claim is due: now, where somebody asked for that during the attempt."""
    # What they asked for before was this attempt.
    expedited = Q(send_requested=True) if not claim.send_requested else Q(pk=None)
    if claim.cancel_requested_at is None:
        expedited |= Q(cancel_requested_at__isnull=False)
    return Case(When(expedited, then=Value(now)), default=Value(due))
