"""Leases: a claim is worked on by one worker at a time, and a late one cannot write.

A lease is a compare-and-set that raises the claim's epoch. Whoever holds an older epoch
changes nothing any more.
"""

import os
import socket
import uuid
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Case, F, Max, Q, QuerySet, Value, When, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from portal.claims.engine import timing
from portal.claims.models import Claim

# What a clock that was put back makes wrong: the times of the next steps, and what they count from.
NEXT_STEPS = ("timed_at", "next_attempt_at", "recheck_at")
COUNTED_FROM = ("last_send_at", "outcome_unknown_since", "no_effect_seen_at", "retry_window_start")


class LeaseLostError(Exception):
    """The claim was leased to somebody else, or moved by a person, meanwhile."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work on one claim, until it runs out or another epoch begins."""

    claim_id: uuid.UUID
    epoch: int


def _due() -> QuerySet[Claim]:
    """Return the claims that are due and nobody's."""
    now = timezone.now()
    free = Q(lease_until=None) | Q(lease_until__lte=now)
    return Claim.objects.filter(free, next_attempt_at__lte=now)


def _under_way() -> Counter[uuid.UUID]:
    """Return how many claims each organisation has with workers now."""
    leased = Claim.objects.filter(lease_until__gt=timezone.now())
    return Counter(leased.values_list("organisation_id", flat=True))


def some_due() -> bool:
    """Say whether there is a claim to lease: a read, where leasing is a write."""
    return _due().exists()


def unserved_due() -> bool:
    """Say whether a claim is due of an organisation that no worker serves at this moment."""
    return _due().exclude(organisation__in=list(_under_way())).exists()


def take_due(limit: int, *, unserved_only: bool = False) -> list[Lease]:
    """Lease at most `limit` due claims, each organisation's oldest first, in turns.

    What an organisation has under way counts as turns it has had, or the one with the longest
    queue would win each time that a single thread falls free. `unserved_only` leases only for
    organisations that no worker serves, one claim each. Over all workers, about
    `policy.AT_ONCE` claims are with SpKey at a time: two that lease in one moment may pass it.
    """
    now = timezone.now()
    with transaction.atomic():
        under_way = _under_way()
        due = _due().exclude(organisation__in=list(under_way)) if unserved_only else _due()
        room = max(0, min(limit, timing.AT_ONCE - under_way.total()))
        chosen = due.filter(pk__in=_next_in_turn(due, room, under_way, unserved_only))
        if connection.features.has_select_for_update_skip_locked:
            chosen = chosen.select_for_update(skip_locked=True)
        claims = list(chosen.only("pk", "epoch", "contacted_at", "version"))
        Claim.objects.filter(pk__in=[claim.pk for claim in claims]).update(**leased(now))
        first = [claim.pk for claim in claims if claim.contacted_at is None]
        Claim.objects.filter(pk__in=first).update(contacted_at=now, version=F("version") + 1)
    return [Lease(claim.pk, claim.epoch + 1) for claim in claims]


def leased(now: datetime) -> dict[str, Any]:
    """Return the fields of a claim that this process leases."""
    return {
        "epoch": F("epoch") + 1,
        "lease_until": now + timing.LEASE,
        "leased_by": holder(),
        "timed_at": now,
    }


def holder() -> str:
    """Return this process's name, as it stands in leases and signs of life."""
    return f"{socket.gethostname()}-{os.getpid()}"


def _next_in_turn(
    due: QuerySet[Claim], limit: int, under_way: Counter[uuid.UUID], unserved_only: bool
) -> list[uuid.UUID]:
    turn = Window(RowNumber(), partition_by=F("organisation_id"), order_by=F("next_attempt_at"))
    first = due.annotate(turn=turn).filter(turn__lte=1 if unserved_only else limit)
    waiting = [
        (turn + under_way[organisation_id], due_at, pk)
        for turn, organisation_id, due_at, pk in first.values_list(
            "turn", "organisation_id", "next_attempt_at", "pk"
        )
    ]
    return [pk for *_, pk in sorted(waiting)[:limit]]


def correct_clock() -> int:
    """Bring back the times that were set before the clock was put back. Return how many claims.

    Without this a claim would rest, or stay leased, for as long as the clock went back. What
    is counted from is only brought back to now: a send seems younger than it is, never older.
    """
    now = timezone.now()
    longest = now + timing.LEASE
    Claim.objects.filter(lease_until__gt=longest + timing.PUT_BACK).update(lease_until=longest)
    ahead = Claim.objects.exclude(next_attempt_at=None, recheck_at=None).filter(
        timed_at__gt=now + timing.PUT_BACK
    )
    last = ahead.aggregate(last=Max("timed_at"))["last"]
    if last is None:
        return 0
    step = last - now
    brought_back: dict[str, Any] = {name: F(name) - step for name in NEXT_STEPS}
    for name in COUNTED_FROM:
        brought_back[name] = Case(When(**{f"{name}__gt": now}, then=Value(now)), default=F(name))
    return ahead.update(**brought_back)


def release(holders: Collection[str]) -> int:
    """Take the leases of workers that are dead, by their names. Return how many there were.

    One that lives after all is fenced: it neither sends nor writes any more.
    """
    now = timezone.now()
    held = Claim.objects.filter(lease_until__gt=now, leased_by__in=holders)
    return held.update(lease_until=now, epoch=F("epoch") + 1) if holders else 0


def load(lease: Lease) -> Claim:
    """Return the leased claim with what an attempt needs. Raises LeaseLostError.

    Every column costs time here, so what only support's claims need is read for those.
    """
    claim = (
        Claim.objects.select_related("organisation__credential", "hub", "submitted_by")
        .filter(pk=lease.claim_id, epoch=lease.epoch)
        .first()
    )
    if claim is None:
        raise LeaseLostError
    claim.hub.organisation = claim.organisation  # A claim's hub row is of its own organisation.
    return claim


def write(lease: Lease, *, still_leased_for: Any = None, **fields: Any) -> None:
    """Write to the leased claim, fenced by the epoch. Raises LeaseLostError when it is lost.

    `still_leased_for` (a timedelta) also demands that the lease lasts at least that much longer.
    """
    claims = Claim.objects.filter(pk=lease.claim_id, epoch=lease.epoch)
    if still_leased_for is not None:
        claims = claims.filter(lease_until__gte=timezone.now() + still_leased_for)
    if not claims.update(version=F("version") + 1, **fields):
        raise LeaseLostError


def due_unless_expedited(claim: Claim, due: datetime | None, now: datetime) -> Any:
    """Return when the claim is due: now, where somebody asked for that during the attempt."""
    # What they asked for before was this attempt.
    hurried = Q(send_requested=True) if not claim.send_requested else Q(pk=None)
    if claim.cancel_requested_at is None:
        hurried |= Q(cancel_requested_at__isnull=False)
    return Case(When(hurried, then=Value(now)), default=Value(due))
