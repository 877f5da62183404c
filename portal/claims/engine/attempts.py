"""The attempts: what was asked of SpKey for a claim, and what came of it."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max
from django.utils import timezone

from portal.claims.engine import timing
from portal.claims.engine.calls import CallOutcome, CallRecord, Reading
from portal.claims.models import Attempt, Claim
from portal.core import leasing
from portal.orgs.models import ApiCredential


def recent_sends(claim: Claim, now: datetime) -> int:
    """Return how many times the claim was sent in the last ten minutes."""
    if not claim.sends:
        return 0
    return claim.attempts.filter(
        kind=Attempt.Kind.SEND,
        started_at__gt=now - timing.SEND_WINDOW,
        # Later than now were those before a clock was put back.
        started_at__lte=now + leasing.CLOCKS_APART,
    ).count()


def met_401_before(claim: Claim, credential: ApiCredential, now: datetime) -> bool:
    """Say whether a send of the claim with this very key was answered 401 a minute ago or more.

    Only the last ten minutes count: between two that are further apart the key was good.
    """
    since = max(credential.sent_since, now - timing.SEND_WINDOW)
    refused = claim.attempts.filter(kind=Attempt.Kind.SEND, outcome=CallOutcome.BAD_CREDENTIALS)
    return refused.filter(started_at__gt=since, started_at__lte=now - credential.DOUBT).exists()


def record_read(claim: Claim, epoch: int, reading: Reading) -> None:
    """Append a status read that has ended."""
    _append(
        claim,
        epoch,
        Attempt.Kind.READ,
        started_at=reading.asked_at,
        finished_at=reading.asked_at + timedelta(seconds=reading.record.duration),
        **_ending(reading.record),
    )


def open_send(claim: Claim, epoch: int, sent: dict[str, str], now: datetime) -> Attempt:
    """Append the intent of a send, to be committed before it leaves."""
    return _append(claim, epoch, Attempt.Kind.SEND, started_at=now, sent=sent)


def close_send(attempt: Attempt, ending: CallRecord) -> None:
    """Write the ending of a send, once."""
    Attempt.objects.filter(pk=attempt.pk, outcome="").update(
        finished_at=timezone.now(), **_ending(ending)
    )


def close_abandoned(claim: Claim, epoch: int) -> None:
    """Close sends whose worker vanished: whether they left, nobody knows."""
    claim.attempts.filter(kind=Attempt.Kind.SEND, outcome="", epoch__lt=epoch).update(
        outcome="abandoned"
    )


def _append(claim: Claim, epoch: int, kind: Attempt.Kind, **fields: Any) -> Attempt:
    last = claim.attempts.aggregate(last=Max("number"))["last"] or 0
    return Attempt.objects.create(claim=claim, number=last + 1, kind=kind, epoch=epoch, **fields)


def _ending(ending: CallRecord) -> dict[str, Any]:
    return {
        "outcome": ending.outcome,
        "http_status": ending.http_status,
        "request_id": ending.request_id[:64],
        "reference": ending.reference[:64],
        "duration_ms": round(ending.duration * 1000),
        "message": ending.message[:300],
    }
