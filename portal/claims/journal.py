"""The attempts' journal: what was asked of SpKey for a claim, and what came of it."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max
from django.utils import timezone

from portal.claims import policy
from portal.claims.calls import Journal, Reading
from portal.claims.models import Attempt, Claim


def recent_sends(claim: Claim, now: datetime) -> int:
    """Return how many times the claim was sent in the last ten minutes."""
    if not claim.sends:
        return 0
    return claim.attempts.filter(
        kind=Attempt.Kind.SEND,
        started_at__gt=now - policy.SEND_WINDOW,
        # Later than now were those before a clock was put back.
        started_at__lte=now + policy.PUT_BACK,
    ).count()


def note_read(claim: Claim, epoch: int, reading: Reading, sentence: str) -> None:
    """Append a status read that has ended."""
    _append(
        claim,
        epoch,
        Attempt.Kind.READ,
        started_at=reading.asked_at,
        finished_at=reading.asked_at + timedelta(seconds=reading.journal.duration),
        sentence=sentence,
        **_ending(reading.journal),
    )


def open_send(claim: Claim, epoch: int, sent: dict[str, str], now: datetime) -> Attempt:
    """Append the intent of a send, to be committed before it leaves."""
    return _append(claim, epoch, Attempt.Kind.SEND, started_at=now, sent=sent)


def close_send(attempt: Attempt, ending: Journal, sentence: str) -> None:
    """Write the ending of a send, once."""
    Attempt.objects.filter(pk=attempt.pk, outcome="").update(
        finished_at=timezone.now(), sentence=sentence, **_ending(ending)
    )


def close_abandoned(claim: Claim, epoch: int) -> None:
    """Close sends whose worker vanished: whether they left, nobody knows."""
    claim.attempts.filter(kind=Attempt.Kind.SEND, outcome="", epoch__lt=epoch).update(
        outcome="abandoned", sentence="The portal stopped while sending; checking what happened."
    )


def _append(claim: Claim, epoch: int, kind: Attempt.Kind, **fields: Any) -> Attempt:
    last = claim.attempts.aggregate(last=Max("number"))["last"] or 0
    return Attempt.objects.create(claim=claim, number=last + 1, kind=kind, epoch=epoch, **fields)


def _ending(ending: Journal) -> dict[str, Any]:
    return {
        "outcome": ending.outcome,
        "http_status": ending.http_status,
        "request_id": ending.request_id[:64],
        "reference": ending.reference[:64],
        "duration_ms": round(ending.duration * 1000),
        "message": ending.message[:300],
    }
