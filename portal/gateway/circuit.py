"""The circuit of an API host: while it is open nobody calls the host, except one reader at a time.

Each process counts its own calls of the last minute. That the circuit is open is a row, which
all workers and pages share; without a row it is closed.
"""

import logging
import threading
import time
from collections import defaultdict, deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.utils import timezone

from portal import spkey
from portal.gateway.models import Circuit

logger = logging.getLogger(__name__)

WINDOW_SECONDS = 60.0
LEAST_CALLS = 20
FAILING_SHARE = 0.5
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

    host: str
    open_until: datetime
    times_opened: int


class _Window:
    """This process's calls of the last minute to one host."""

    def __init__(self) -> None:
        self._calls: deque[tuple[float, bool]] = deque()
        self._failed = 0

    def add(self, failed: bool) -> bool:
        """Count a call. Return whether so many fail that the circuit has to open."""
        now = _monotonic()
        self._calls.append((now, failed))
        self._failed += failed
        while self._calls[0][0] <= now - WINDOW_SECONDS:
            _, one_failed = self._calls.popleft()
            self._failed -= one_failed
        calls = len(self._calls)
        return failed and calls >= LEAST_CALLS and self._failed >= FAILING_SHARE * calls


_windows: defaultdict[str, _Window] = defaultdict(_Window)


def retry_in() -> float:
    """Return for how many seconds SpKey is not to be called; 0.0 when it may be called now.

    To be asked right before a read. When the circuit is open and due, one caller is let
    through: the next call of its thread is the probe, and `is_probing` says so until then.
    """
    _local.probe = None
    host, now = _host(), timezone.now()
    circuit = Circuit.objects.filter(pk=host).first()
    if circuit is None:
        return 0.0
    _reset_counts(host)
    if not _is_due(circuit, now):
        return (circuit.open_until - now).total_seconds()
    probe = _Probe(host, now + PROBE, circuit.times_opened)
    won = Circuit.objects.filter(pk=host, open_until=circuit.open_until).update(
        open_until=probe.open_until
    )
    if not won:
        return PROBE.total_seconds()
    _local.probe = probe
    return 0.0


def is_probing() -> bool:
    """Say whether this thread's next call is to tell if SpKey answers again."""
    return getattr(_local, "probe", None) is not None


def is_open() -> bool:
    """Say whether SpKey is known not to answer: one small query, for pages."""
    since = timezone.now() - OUTDATED
    return Circuit.objects.filter(pk=_host(), open_until__gt=since).exists()


def record_result(error: spkey.SpkeyError | None) -> None:
    """Count how a call of this thread ended (None: with a usable answer). Never raises.

    The probe's end closes the circuit or opens it for twice as long. Calls that were under way
    when it opened do neither.
    """
    probe, _local.probe = getattr(_local, "probe", None), None
    failed = isinstance(error, spkey.Unreachable)
    try:
        if probe is not None:
            _conclude(probe, failed)
        elif _has_to_open(_host(), failed):
            _open(_host())
    except (DatabaseError, InterfaceError) as problem:
        # The call itself has ended, and what it said must not be lost over this.
        logger.warning("the circuit could not be written: %s", type(problem).__name__)


def reset() -> None:
    """Forget what this process has counted, and this thread's probe."""
    _local.probe = None
    with _lock:
        _windows.clear()


def _host() -> str:
    return urlsplit(settings.SPKEY_BASE_URL).netloc.lower()


def _reset_counts(host: str) -> None:
    with _lock:
        _windows.pop(host, None)


def _has_to_open(host: str, failed: bool) -> bool:
    """Count a call. True for one of the threads whose calls fill the measure."""
    with _lock:
        full = _windows[host].add(failed)
        if full:
            del _windows[host]
    return full


def _is_due(circuit: Circuit, now: datetime) -> bool:
    """Whether the host may be tried again.

    It is as well when that lies further ahead than ever meant: the clock was put back.
    """
    ahead = circuit.open_until - now
    return ahead <= timedelta(0) or ahead > Circuit.LONGEST_HELD


def _pause(times_opened: int) -> timedelta:
    return min(FIRST_PAUSE * (1 << min(times_opened - 1, 16)), LONGEST_PAUSE)


def _open(host: str) -> None:
    now = timezone.now()
    _, opened = Circuit.objects.get_or_create(
        host=host, defaults={"opened_at": now, "open_until": now + _pause(1)}
    )
    if opened:
        logger.warning("%s does not answer: calls are held back", host)


def _conclude(probe: _Probe, failed: bool) -> None:
    mine = Circuit.objects.filter(pk=probe.host, open_until=probe.open_until)
    if failed:
        times = probe.times_opened + 1
        mine.update(open_until=timezone.now() + _pause(times), times_opened=times)
    elif mine.delete()[0]:
        _reset_counts(probe.host)
        logger.info("%s answers again", probe.host)
