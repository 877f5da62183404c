"""The worker: leases what is due, works on it in threads, and gives up nothing.

It holds no state of its own: a worker that is killed loses its leases to the others, and the
next one goes on from the rows. What there is to do it knows from the kinds of work that each
room registers when the portal starts.
"""

import itertools
import logging
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import DatabaseError, InterfaceError, close_old_connections, connections
from django.utils import timezone

from portal.core import leasing, statistics, waking
from portal.core.leasing import Lease, Leased
from portal.core.models import Heartbeat

logger = logging.getLogger(__name__)

Job = Callable[[], object]

HEARTBEAT_SECONDS = 10.0
# A worker whose sign of life has not changed for so long is dead: its leases are taken over.
SILENT_SECONDS = 30.0
DATABASE_PAUSE_SECONDS = 1.0
STOP_WITHIN_SECONDS = 35.0
# Threads beside the others, for an organisation that would have to wait for somebody else's
# slow calls to end.
RESERVED_THREADS = 4
MARGIN = timedelta(seconds=15)


@dataclass(frozen=True, slots=True)
class WorkKind:
    """A kind of due work.

    `is_due` says by a cheap read whether there is some, `take` leases at most so many pieces,
    `work` does one, in at most `longest`. When there is more to do than threads are free, a
    kind has its `share` of them, and what is left goes first to the lowest `priority`: people
    wait for what has 0. One without a share has only what is left. A `reserved` kind is done only
    by the reserved threads.
    """

    name: str
    model: type[Leased]
    is_due: Callable[[], bool]
    take: Callable[[int], list[Lease[Any]]]
    work: Callable[[Lease[Any]], object]
    longest: Callable[[], timedelta]
    priority: int = 0
    share: int = 1
    reserved: bool = False

    def some_due(self) -> bool:
        """Say whether there is a piece to lease, by the cheapest read where there is none."""
        return leasing.some_planned(self.model) and self.is_due()

    def jobs(self, limit: int) -> list[Job]:
        """Lease at most `limit` pieces and return what is to be done about each."""
        if limit <= 0:
            return []
        return [partial(self.work, lease) for lease in self.take(limit)]


_kinds: dict[str, WorkKind] = {}
_cleanups: dict[str, Callable[[], object]] = {}
_turns = itertools.count()
_reserved_turns = itertools.count()


def register(*kinds: WorkKind) -> None:
    """Let workers do these kinds of work as well."""
    _kinds.update({kind.name: kind for kind in kinds})


def register_cleanup(name: str, clean: Callable[[], object]) -> None:
    """Let workers do this at every heartbeat: a bounded part of what there is.

    It removes what is of no use any more, or sees to what follows from rows that others wrote.
    """
    _cleanups[name] = clean


def kinds(*, reserved: bool = False) -> list[WorkKind]:
    """Return the kinds of work for the worker's threads, or for the reserved ones."""
    return [kind for kind in _kinds.values() if kind.reserved == reserved]


def cleanups() -> dict[str, Callable[[], object]]:
    """Return what workers do at every heartbeat, by name."""
    return dict(_cleanups)


def check_leases() -> None:
    """Raise RuntimeError when a piece of work could outlive its lease: two would then do it."""
    for kind in _kinds.values():
        if kind.longest() + MARGIN > kind.model.LEASE:
            raise RuntimeError(
                f"{kind.name}: a lease of {kind.model.LEASE} is shorter than the work of "
                f"{kind.longest()} with its margin"
            )


def due_jobs(limit: int) -> list[Job]:
    """Lease at most `limit` pieces of due work, every kind its share, the rest to who has more."""
    return _shared(kinds(), next(_turns), limit)


def _reserved_jobs(limit: int) -> list[Job]:
    """Lease work that must not wait until one of the threads, all of them busy, falls free."""
    return _shared(kinds(reserved=True), next(_reserved_turns), limit)


def _shared(everything: list[WorkKind], turns: int, limit: int) -> list[Job]:
    """Lease work of these kinds, which take turns at being first.

    A thousand claims must not keep a key's check waiting when only one thread is free.
    """
    if limit <= 0:
        return []
    turn, shares = turns % max(1, len(everything)), sum(kind.share for kind in everything)
    due = [kind for kind in everything[turn:] + everything[:turn] if kind.some_due()]
    jobs: list[Job] = []
    for kind in due:
        share = max(1, limit * kind.share // shares) if kind.share else 0
        jobs += kind.jobs(min(share, limit - len(jobs)))
    for kind in sorted(due, key=lambda kind: kind.priority):
        jobs += kind.jobs(limit - len(jobs))
    return jobs


def run_once(threads: int = 16) -> int:
    """Work on everything that is due now, in this thread. Return how many pieces there were.

    Raises what a piece of work raises; the leases taken so far run out by themselves.
    """
    done = 0
    while jobs := due_jobs(threads):
        for job in jobs:
            job()
            done += 1
    return done


def _in_thread(job: Job) -> None:
    try:
        _guarded(job)
    finally:
        close_old_connections()


def _guarded(job: Job) -> None:
    try:
        job()
    except Exception:
        # The lease runs out by itself, and the next holder of the row goes on from it.
        logger.exception("a piece of work failed")


class Worker:
    """Runs until it is told to stop; then finishes what it has begun."""

    def __init__(self, threads: int) -> None:
        check_leases()
        self.threads = threads
        self.name = leasing.holder()
        self.stopping = False
        self._bell = waking.Bell()
        self._in_flight: set[Future[None]] = set()
        self._beat_due = self._statistics_due = 0.0
        self._seen: dict[str, tuple[datetime, float]] = {}

    def stop(self) -> None:
        """Ask the worker to stop after the steps under way.

        Safe in a signal handler: it sets a flag and takes no lock.
        """
        self.stopping = True

    def run(self) -> bool:
        """Work until `stop()`. A database that goes away is waited for.

        Return whether every step under way was finished in time. A step that was not is safe
        to leave: its intent is in the row, and the next worker reads back what became of it.
        """
        most = self.threads + RESERVED_THREADS
        pool = ThreadPoolExecutor(most, thread_name_prefix="worker")
        with self._bell.listening():
            while not self.stopping:
                try:
                    self._round(pool)
                except (DatabaseError, InterfaceError) as error:
                    logger.warning("the database does not answer: %s", type(error).__name__)
                    connections.close_all()
                    time.sleep(DATABASE_PAUSE_SECONDS)
        unfinished = wait(self._in_flight, timeout=STOP_WITHIN_SECONDS).not_done
        pool.shutdown(wait=not unfinished, cancel_futures=True)
        return not unfinished

    def _round(self, pool: ThreadPoolExecutor) -> None:
        self._beat()
        self._in_flight = {future for future in self._in_flight if not future.done()}
        outlook = waking.outlook()
        jobs = self._leased() if outlook.some_due else []
        for job in jobs:
            future = pool.submit(_in_thread, job)
            self._in_flight.add(future)
            future.add_done_callback(self._bell.ring)
        if not jobs or len(self._in_flight) >= self.threads:
            self._bell.wait(outlook.wait)

    def _leased(self) -> list[Job]:
        free = self.threads - len(self._in_flight)
        return due_jobs(free) if free > 0 else _reserved_jobs(free + RESERVED_THREADS)

    def _beat(self) -> None:
        # Not by the wall's clock: one that is put back would silence the worker.
        if time.monotonic() < self._beat_due:
            return
        now = timezone.now()
        Heartbeat.objects.update_or_create(name=self.name, defaults={"beat_at": now})
        Heartbeat.objects.filter(beat_at__lt=now - timedelta(days=1)).delete()
        self._release_the_dead()
        if leasing.correct_clock():
            logger.warning("the clock was put back: what was due stays due")
        if time.monotonic() >= self._statistics_due:
            statistics.refresh()
            self._statistics_due = time.monotonic() + statistics.EVERY.total_seconds()
        for clean in _cleanups.values():
            _guarded(clean)
        self._beat_due = time.monotonic() + HEARTBEAT_SECONDS

    def _release_the_dead(self) -> None:
        """Take the leases of workers that give no signs of life, long before they run out.

        What counts is whether the sign changes, by this machine's own measure of time: two
        machines' clocks may differ.
        """
        now = time.monotonic()
        signs = dict(Heartbeat.objects.exclude(name=self.name).values_list("name", "beat_at"))
        for name, beat_at in signs.items():
            if name not in self._seen or self._seen[name][0] != beat_at:
                self._seen[name] = (beat_at, now)
        self._seen = {name: self._seen[name] for name in signs}
        silent = [n for n, (_, since) in self._seen.items() if now - since >= SILENT_SECONDS]
        if released := leasing.release(silent):
            logger.warning("a worker is silent: %s of its leases are taken over", released)
