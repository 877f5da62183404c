"""The circuit of an API host: while it is open nobody calls the host, except one reader at a time.

It opens for everybody when the calls of several organisations about several hubs fail. One
organisation whose hubs fail has a circuit of its own, which holds back its calls alone.

Each process counts its own calls of the last minute. That a circuit is open is a row, which
all workers and pages share; without a row it is closed.
"""

import logging
import threading
import time
from collections import Counter, defaultdict, deque
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from portal import spkey
from portal.gateway.models import Circuit

logger = logging.getLogger(__name__)

WINDOW_SECONDS = 60.0
LEAST_CALLS = 20
FAILING_SHARE = 0.5
LEAST_HUBS = 3
# What fails for so many is the host's trouble; of fewer, half of those who call.
LEAST_ORGANISATIONS = 2
MANY_ORGANISATIONS = 3
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(minutes=5)
# Longer than a read may take; a prober that was killed is replaced after it.
PROBE = timedelta(seconds=30)
# What nobody has tried for so long, no page goes on saying.
OUTDATED = timedelta(minutes=5)

_monotonic = time.monotonic
_lock = threading.Lock()
_local = threading.local()


@dataclass(frozen=True, slots=True)
class _Probe:
    """The right to make the one call that tells whether the host answers again."""

    circuit: Circuit
    organisation: UUID
    open_until: datetime


class _Call(NamedTuple):
    """A call that ended. `hub` is empty where it was about none."""

    at: float
    organisation: UUID
    hub: str
    failed: bool


# This process's calls of the last minute, by host.
_calls: defaultdict[str, deque[_Call]] = defaultdict(deque)


def retry_in(organisation: UUID) -> float:
    """Return for how many seconds the organisation is not to call SpKey; 0.0 when it may now.

    To be asked right before a read. When the circuit is open and due, one caller is let
    through: the next call of its thread is the probe, and `is_probing` says so until then.
    """
    _local.probe = None
    now = timezone.now()
    everybodys_first = F("organisation").asc(nulls_first=True)
    circuit = _circuits_of(organisation).order_by(everybodys_first).first()
    if circuit is None:
        return 0.0
    _reset_counts(circuit.host, circuit.organisation_id)
    if wait := _wait(circuit, organisation, now):
        return wait.total_seconds()
    probe = _Probe(circuit, organisation, now + PROBE)
    won = Circuit.objects.filter(pk=circuit.pk, open_until=circuit.open_until).update(
        open_until=probe.open_until
    )
    if not won:
        return PROBE.total_seconds()
    _local.probe = probe
    return 0.0


def is_probing() -> bool:
    """Say whether this thread's next call is to tell if SpKey answers again."""
    return getattr(_local, "probe", None) is not None


def is_open(organisation: UUID | None) -> bool:
    """Say whether SpKey is known not to answer this organisation: one small query, for pages."""
    since = timezone.now() - OUTDATED
    return _circuits_of(organisation).filter(open_until__gt=since).exists()


def record_result(organisation: UUID, hub: str, error: spkey.SpkeyError | None) -> None:
    """Count how a call of this thread ended (None: with a usable answer). Never raises.

    `hub` is the id of the hub it was about, empty where it was about none.

    The probe's end closes the circuit or opens it for twice as long. Calls that were under way
    when it opened do neither.
    """
    probe, _local.probe = getattr(_local, "probe", None), None
    failed = isinstance(error, spkey.Unreachable)
    try:
        if probe is not None:
            return _conclude(probe, failed)
        call = _Call(_monotonic(), organisation, hub, failed)
        for whose in _count(_host(), call):
            _open(_host(), whose)
    except (DatabaseError, InterfaceError) as problem:
        # The call itself has ended, and what it said must not be lost over this.
        logger.warning("the circuit could not be written: %s", type(problem).__name__)


def reset() -> None:
    """Forget what this process has counted, and this thread's probe."""
    _local.probe = None
    with _lock:
        _calls.clear()


def _host() -> str:
    return urlsplit(settings.SPKEY_BASE_URL).netloc.lower()


def _circuits_of(organisation: UUID | None) -> QuerySet[Circuit]:
    """Return the open circuits that hold back the organisation: everybody's, and its own."""
    whose = Q(organisation=None) | Q(organisation=organisation)
    return Circuit.objects.filter(whose, host=_host())


def _reset_counts(host: str, organisation: UUID | None) -> None:
    with _lock:
        _forget(host, organisation)


def _forget(host: str, organisation: UUID | None) -> None:
    """Forget the organisation's calls, or everybody's (None)."""
    others = [call for call in _calls.pop(host, ()) if call.organisation != organisation]
    if organisation is not None and others:
        _calls[host] = deque(others)


def _count(host: str, call: _Call) -> list[UUID | None]:
    """Count a call. Return whose calls have to be held back now, if any: None is everybody's.

    Of the threads whose calls fill the measure, one is told so.
    """
    with _lock:
        calls = _calls[host]
        calls.append(call)
        while calls[0].at <= call.at - WINDOW_SECONDS:
            calls.popleft()
        whose = _failing(calls, call.organisation) if call.failed else []
        for organisation in whose:
            _forget(host, organisation)
    return whose


def _failing(calls: Collection[_Call], organisation: UUID) -> list[UUID | None]:
    if _are_failing(calls) and _fail_for_several(calls):
        return [None]
    own = [call for call in calls if call.organisation == organisation]
    return [organisation] if _are_failing(own) else []


def _are_failing(calls: Collection[_Call]) -> bool:
    """Whether so many of these calls fail, and about so many hubs, that no more are to be made."""
    failed = [call for call in calls if call.failed]
    enough = len(calls) >= LEAST_CALLS and len(failed) >= FAILING_SHARE * len(calls)
    return enough and len({call.hub for call in failed}) >= LEAST_HUBS


def _fail_for_several(calls: Collection[_Call]) -> bool:
    """Whether the host fails several organisations, and not just one whose hubs it fails for."""
    made = Counter(call.organisation for call in calls)
    failed = Counter(call.organisation for call in calls if call.failed)
    failing = sum(failed[whose] >= FAILING_SHARE * count for whose, count in made.items())
    if failing >= MANY_ORGANISATIONS:
        return True
    return failing >= LEAST_ORGANISATIONS and failing >= FAILING_SHARE * len(made)


def _wait(circuit: Circuit, organisation: UUID, now: datetime) -> timedelta:
    """Return for how long the organisation is not to try the host, zero where it may."""
    ahead = circuit.open_until - now
    # Further ahead than ever meant, the clock was put back.
    if ahead > Circuit.LONGEST_HELD:
        return timedelta(0)
    # Of whom the host failed the last probe, the hubs may be to blame: others try first.
    if circuit.organisation_id is None and circuit.failed_for_id == organisation:
        ahead += PROBE
    return max(ahead, timedelta(0))


def _pause(times_opened: int) -> timedelta:
    return min(FIRST_PAUSE * (1 << min(times_opened - 1, 16)), LONGEST_PAUSE)


def _open(host: str, organisation: UUID | None) -> None:
    now = timezone.now()
    of: dict[str, Any] = {"host": host, "organisation_id": organisation}
    _, opened = Circuit.objects.get_or_create(
        **of, defaults={"opened_at": now, "open_until": now + _pause(1)}
    )
    if opened:
        whose = "calls" if organisation is None else f"the calls of organisation {organisation}"
        logger.warning("%s does not answer: %s are held back", host, whose)


def _conclude(probe: _Probe, failed: bool) -> None:
    circuit = probe.circuit
    mine = Circuit.objects.filter(pk=circuit.pk, open_until=probe.open_until)
    if failed:
        times = circuit.times_opened + 1
        until = timezone.now() + _pause(times)
        mine.update(open_until=until, times_opened=times, failed_for=probe.organisation)
    elif mine.delete()[0]:
        _reset_counts(circuit.host, circuit.organisation_id)
        logger.info("%s answers again", circuit.host)
