"""The calls that a row of work has made: what was asked of SpKey for it, and what came of it."""

from datetime import datetime, timedelta
from typing import Any, Protocol

from django.db.models import Max
from django.utils import timezone

from portal.core import leasing
from portal.gateway import pacing
from portal.gateway.models import Call
from portal.hubs.calls import CallOutcome, CallRecord, Reading
from portal.orgs.models import ApiCredential

READ, SEND = "read", "send"


class HasAttempts(Protocol):
    """A row of work that has attempts."""

    sends: int
    attempts: Any


def recent_sends(row: HasAttempts, now: datetime) -> int:
    """Return how many times the row was sent in the last ten minutes."""
    if not row.sends:
        return 0
    number: int = row.attempts.filter(
        kind=SEND,
        started_at__gt=now - pacing.SEND_WINDOW,
        # Later than now were those before a clock was put back.
        started_at__lte=now + leasing.CLOCKS_APART,
    ).count()
    return number


def was_offline(row: HasAttempts) -> bool:
    """Say whether the row's last send did not get to the hub, as SpKey answered."""
    if not row.sends:
        return False
    outcomes = row.attempts.filter(kind=SEND).order_by("-number").values_list("outcome", flat=True)
    return outcomes.first() in {CallOutcome.OFFLINE, CallOutcome.NOT_PASSED_ON}


def met_401_before(row: HasAttempts, credential: ApiCredential, now: datetime) -> bool:
    """Say whether a send of the row with this very key was answered 401 a minute ago or more.

    Only the last ten minutes count: between two that are further apart the key was good.
    """
    since = max(credential.sent_since, now - pacing.SEND_WINDOW)
    refused = row.attempts.filter(kind=SEND, outcome=CallOutcome.BAD_CREDENTIALS)
    before = refused.filter(started_at__gt=since, started_at__lte=now - credential.DOUBT)
    return bool(before.exists())


def record_read(row: HasAttempts, epoch: int, reading: Reading) -> None:
    """Append a status read that has ended."""
    _append(
        row,
        epoch,
        READ,
        started_at=reading.asked_at,
        finished_at=reading.asked_at + timedelta(seconds=reading.record.duration),
        **_ending(reading.record),
    )


def open_send(row: HasAttempts, epoch: int, sent: dict[str, Any], now: datetime) -> Any:
    """Append the intent of a send, to be committed before it leaves."""
    return _append(row, epoch, SEND, started_at=now, sent=sent)


def close_send(attempt: Call, ending: CallRecord) -> None:
    """Write the ending of a send, once."""
    type(attempt)._default_manager.filter(pk=attempt.pk, outcome="").update(
        finished_at=timezone.now(), **_ending(ending)
    )


def close_abandoned(row: HasAttempts, epoch: int) -> None:
    """Close sends whose worker vanished: whether they left, nobody knows."""
    row.attempts.filter(kind=SEND, outcome="", epoch__lt=epoch).update(outcome="abandoned")


def _append(row: HasAttempts, epoch: int, kind: str, **fields: Any) -> Any:
    last = row.attempts.aggregate(last=Max("number"))["last"] or 0
    return row.attempts.create(number=last + 1, kind=kind, epoch=epoch, **fields)


def _ending(ending: CallRecord) -> dict[str, Any]:
    return {
        "outcome": ending.outcome,
        "http_status": ending.http_status,
        "request_id": ending.request_id[:64],
        "reference": ending.reference[:64],
        "duration_ms": round(ending.duration * 1000),
        "message": ending.message[:300],
    }
