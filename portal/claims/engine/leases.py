"""Which claims are worked on next, and writing to one under its lease."""

import uuid
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Case, F, Q, QuerySet, UUIDField, Value, When, Window
from django.db.models.functions import Coalesce, RowNumber
from django.utils import timezone

from portal.claims.engine import timing
from portal.claims.models import Claim
from portal.core import leasing
from portal.core.leasing import Lease, LeaseLostError


def _due() -> QuerySet[Claim]:
    """Return the active claims that are due and nobody's."""
    return leasing.due(Claim.objects.active())


def _under_way() -> Counter[uuid.UUID]:
    """Return how many claims each organisation has with workers now."""
    leased = leasing.under_way(Claim.objects.all())
    return Counter(leased.values_list("organisation_id", flat=True))


def some_due() -> bool:
    """Say whether there is a claim to lease: a read, where leasing is a write."""
    return _due().exists()


def unserved_due() -> bool:
    """Say whether a claim is due of an organisation that no worker serves at this moment."""
    return _due().exclude(organisation__in=list(_under_way())).exists()


def take_due(limit: int, *, unserved_only: bool = False) -> list[Lease[Claim]]:
    """Lease at most `limit` due claims, each organisation's oldest first, in turns.

    What an organisation has under way counts as turns it has had, or the one with the longest
    queue would win each time that a single thread falls free. `unserved_only` leases only for
    organisations that no worker serves, one claim each. Over all workers, about
    `timing.AT_ONCE` claims are with SpKey at a time: two that lease in one moment may pass it.
    """
    with transaction.atomic():
        under_way = _under_way()
        due = _due().exclude(organisation__in=list(under_way)) if unserved_only else _due()
        room = max(0, min(limit, timing.AT_ONCE - under_way.total()))
        chosen = _next_in_turn(due, room, under_way, unserved_only)
        taken = leasing.take(due.filter(pk__in=chosen), room)
        if taken:
            first = Claim.objects.filter(pk__in=[lease.pk for lease in taken], contacted_at=None)
            first.update(contacted_at=timezone.now(), version=F("version") + 1)
    return taken


def _next_in_turn(
    due: QuerySet[Claim], limit: int, under_way: Counter[uuid.UUID], unserved_only: bool
) -> list[uuid.UUID]:
    # An expression, or SQLite may go through all claims by an index that begins with the column.
    organisation = Coalesce(F("organisation_id"), F("organisation_id"), output_field=UUIDField())
    turn = Window(RowNumber(), partition_by=organisation, order_by=F("due_at"))
    first = due.annotate(turn=turn).filter(turn__lte=1 if unserved_only else limit)
    waiting = [
        (turn + under_way[organisation_id], due_at, pk)
        for turn, organisation_id, due_at, pk in first.values_list(
            "turn", "organisation_id", "due_at", "pk"
        )
    ]
    return [pk for *_, pk in sorted(waiting)[:limit]]


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
