"""Calls to SpKey about a hub, with every way in which one can end turned into a plain value."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from portal import spkey
from portal.hubs import status
from portal.hubs.models import Hub

logger = logging.getLogger(__name__)


class CallOutcome(StrEnum):
    """How a call ended, in the words of the attempts' record."""

    ANSWERED = "answered"
    UNCLEAR = "unclear"
    SIDE_EFFECTS_FAILED = "side_effects_failed"
    REFUSED = "refused"
    INVALID = "invalid"
    BUSY = "busy"
    OFFLINE = "offline"
    NOT_PASSED_ON = "not_passed_on"
    BAD_CREDENTIALS = "bad_credentials"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    RATE_LIMITED = "rate_limited"
    UNREACHABLE = "unreachable"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class CallRecord:
    """What the attempts' record keeps of a call. `duration` is in seconds."""

    outcome: CallOutcome
    http_status: int | None
    request_id: str
    reference: str
    duration: float
    message: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """A status read: the hub as SpKey knows it (None unless answered), and when it was asked.

    `held_for` is for how many seconds SpKey wants to be left alone: with this key after a 429, by
    everybody after a 503 that says so.
    """

    record: CallRecord
    asked_at: datetime
    hub: spkey.HubStatus | None = None
    held_for: float = 0.0

    @property
    def outcome(self) -> CallOutcome:
        """How the read ended."""
        return self.record.outcome


@dataclass(frozen=True, slots=True)
class Sent[Event]:
    """A command that was sent: the event that answers it, if one does, or how it failed.

    `held_for` is as in a Reading.
    """

    record: CallRecord
    event: Event | None = None
    problems: tuple[tuple[str, str], ...] = ()
    held_for: float = 0.0

    @property
    def outcome(self) -> CallOutcome:
        """How the send ended."""
        return self.record.outcome


def read(client: spkey.Client, hub: Hub, *, asked_at: datetime) -> Reading:
    """Read the hub's status. Never raises an API error.

    One that SpKey does not know is asked for once more in its other spelling.
    """
    reading = _read(client, hub.spkey_id, asked_at)
    if reading.outcome != CallOutcome.NOT_FOUND or not hub.other_spelling:
        return reading
    reading = _read(client, hub.other_spelling, asked_at)
    if reading.hub is not None:
        status.spell(hub, as_printed=not hub.as_printed)
    return reading


def remember(hub: Hub, reading: Reading) -> None:
    """Keep what a read says of the hub: its status, that there is none, or that it is foreign."""
    if reading.hub is not None:
        status.record(hub, reading.hub, read_at=reading.asked_at)
    elif reading.outcome == CallOutcome.NOT_FOUND:
        status.record_missing(hub, read_at=reading.asked_at)
    elif reading.outcome == CallOutcome.FORBIDDEN:
        status.record_foreign(hub, read_at=reading.asked_at)


def _read(client: spkey.Client, hub_id: str, asked_at: datetime) -> Reading:
    try:
        answer = client.hub_status(hub_id)
    except spkey.SpkeyError as error:
        record = _record_of(error, _read_outcome(error))
        return Reading(record, asked_at, held_for=error.held_for)
    return Reading(_record_of_answer(answer.meta, CallOutcome.ANSWERED), asked_at, hub=answer)


def sent[Event](call: Callable[[], spkey.CommandAnswer], kind: type[Event] | None) -> Sent[Event]:
    """Make this call, once, whose answer proves something by an event of that kind.

    None: by none, an answer is an answer. Never raises an API error.
    """
    try:
        answer = call()
    except spkey.SpkeyError as error:
        problems = tuple((p.field, p.message) for p in getattr(error, "details", ()))
        record = _record_of(error, _send_outcome(error))
        return Sent(record, problems=problems, held_for=error.held_for)
    event = answer.event.data if answer.event else None
    if kind is None:
        return Sent(_record_of_answer(answer.meta, CallOutcome.ANSWERED))
    if not isinstance(event, kind):
        return Sent(_record_of_answer(answer.meta, CallOutcome.UNCLEAR))
    return Sent(_record_of_answer(answer.meta, CallOutcome.ANSWERED), event=event)


def _read_outcome(error: spkey.SpkeyError) -> CallOutcome:
    return _common_outcome(error) or CallOutcome.UNREACHABLE


def _send_outcome(error: spkey.SpkeyError) -> CallOutcome:
    if isinstance(error, spkey.Busy):
        return CallOutcome.BUSY
    if isinstance(error, spkey.Refused):
        return CallOutcome.INVALID if error.is_invalid else CallOutcome.REFUSED
    if isinstance(error, spkey.HubOffline):
        return CallOutcome.OFFLINE
    if isinstance(error, spkey.NotPassedOn):
        return CallOutcome.NOT_PASSED_ON
    if isinstance(error, spkey.SideEffectsFailed):
        return CallOutcome.SIDE_EFFECTS_FAILED
    if outcome := _common_outcome(error):
        return outcome
    return CallOutcome.UNKNOWN if error.may_have_reached else CallOutcome.UNREACHABLE


def _common_outcome(error: spkey.SpkeyError) -> CallOutcome | None:
    # A 403 or 404 that is not in the API's words comes from a gateway or a wrong address:
    # it proves nothing about the hub.
    if isinstance(error, spkey.Forbidden | spkey.NotFound) and not error.from_api:
        return None
    known = {
        spkey.BadCredentials: CallOutcome.BAD_CREDENTIALS,
        spkey.Forbidden: CallOutcome.FORBIDDEN,
        spkey.NotFound: CallOutcome.NOT_FOUND,
        spkey.RateLimited: CallOutcome.RATE_LIMITED,
    }
    return next((outcome for kind, outcome in known.items() if isinstance(error, kind)), None)


def _record_of(error: spkey.SpkeyError, outcome: CallOutcome) -> CallRecord:
    if isinstance(error, spkey.TlsFailed):
        # Somebody may be between us and SpKey, or a certificate has run out: tell operators.
        logger.error("SpKey could not prove who it is: no secure connection")
    return CallRecord(
        outcome,
        error.http_status,
        error.request_id,
        error.reference or "",
        error.duration,
        error.message,
    )


def _record_of_answer(meta: spkey.AnswerMeta, outcome: CallOutcome) -> CallRecord:
    return CallRecord(
        outcome, meta.http_status, meta.request_id, meta.reference or "", meta.duration
    )
