"""The worker: leases what is due, works on it in threads, and gives up nothing.

It holds no state of its own: a worker that is killed loses its leases to time, and the next
one goes on from the rows.
"""

import itertools
import logging
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.db import DatabaseError, InterfaceError, close_old_connections, connections
from django.utils import timezone

from portal import spkey
from portal.claims.engine import actions, leases, recheck, step, timing
from portal.claims.models import Heartbeat
from portal.gateway import key_health
from portal.hubs import clock, watching
from portal.hubs.models import Hub
from portal.notices import outbox
from portal.orgs.models import ApiCredential

logger = logging.getLogger(__name__)

Job = Callable[[], object]

IDLE_SECONDS = 0.1
HEARTBEAT_SECONDS = 10.0
# A worker whose sign of life has not changed for so long is dead: its leases are taken over.
SILENT_SECONDS = 30.0
DATABASE_PAUSE_SECONDS = 1.0
STOP_WITHIN_SECONDS = 35.0
# Threads beside the others, for an organisation that would have to wait for somebody else's
# slow calls to end.
RESERVED_THREADS = 4
MARGIN = timedelta(seconds=15)


def check_lease() -> None:
    """Raise RuntimeError when an attempt could outlive its lease: two would then send."""
    longest = spkey.Timeouts()
    attempt = timedelta(seconds=2 * longest.get_total + longest.post_total)
    if attempt + MARGIN > timing.LEASE:
        raise RuntimeError(f"a lease of {timing.LEASE} is shorter than an attempt with its margin")


@dataclass(frozen=True, slots=True)
class Source:
    """A kind of work: whether some is due (a cheap read), and how to lease it."""

    is_due: Callable[[], bool]
    lease: Callable[[int], list[Job]]


def _claims(limit: int) -> list[Job]:
    return [partial(step.attempt, lease) for lease in leases.take_due(limit)]


def _checks(limit: int) -> list[Job]:
    return [partial(check_key, key) for key in key_health.lease_due_checks(limit)]


def _hubs(limit: int) -> list[Job]:
    return [partial(watching.refresh, hub) for hub in watching.lease_due(limit)]


def _unserved(limit: int) -> list[Job]:
    leased = leases.take_due(limit, unserved_only=True)
    return [partial(step.attempt, lease) for lease in leased]


def _rechecks(limit: int) -> list[Job]:
    return [partial(recheck.recheck, lease) for lease in recheck.take_due(limit)]


def _notices(limit: int) -> list[Job]:
    return [partial(outbox.send, notice) for notice in outbox.lease_due(limit)]


SOURCES = (
    Source(leases.some_due, _claims),
    Source(
        lambda: ApiCredential.objects.filter(check_due_at__lte=timezone.now()).exists(), _checks
    ),
    Source(lambda: Hub.objects.filter(refresh_due_at__lte=timezone.now()).exists(), _hubs),
    Source(outbox.some_due, _notices),
    Source(lambda: recheck.due().exists(), _rechecks),
)
RESERVED = Source(leases.unserved_due, _unserved)
_turns = itertools.cycle(range(len(SOURCES)))


def check_key(credential: ApiCredential) -> None:
    """Check a leased key; one that works puts the claims that waited for it back to work."""
    if key_health.check(credential):
        actions.resume(credential)


def due_jobs(limit: int) -> list[Job]:
    """Lease at most `limit` pieces of due work, every kind its share, the rest to who has more.

    The kinds take turns at being first: a thousand claims must not keep a key's check waiting
    when only one thread is free.
    """
    turn = next(_turns)
    sources = SOURCES[turn:] + SOURCES[:turn]
    due = [source for source in sources if source.is_due()]
    jobs: list[Job] = []
    for share in (max(1, limit // len(SOURCES)), limit):
        for source in due:
            if room := min(share, limit - len(jobs)):
                jobs += source.lease(room)
    return jobs


def _reserved_jobs(limit: int) -> list[Job]:
    """Lease work that must not wait until one of the threads, all of them busy, falls free."""
    return RESERVED.lease(limit) if limit > 0 and RESERVED.is_due() else []


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
        job()
    except Exception:
        # The lease runs out by itself, and whoever takes the row up next goes on from it.
        logger.exception("a piece of work failed")
    finally:
        close_old_connections()


class Worker:
    """Runs until it is told to stop; then finishes what it has begun."""

    def __init__(self, threads: int) -> None:
        check_lease()
        self.threads = threads
        self.name = leases.holder()
        self.stopping = False
        self._in_flight: set[Future[None]] = set()
        self._beat_due = 0.0
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
        pool = ThreadPoolExecutor(most, thread_name_prefix="claims")
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
        free = self.threads - len(self._in_flight)
        jobs = due_jobs(free) if free > 0 else _reserved_jobs(free + RESERVED_THREADS)
        self._in_flight |= {pool.submit(_in_thread, job) for job in jobs}
        if jobs and len(self._in_flight) < self.threads:
            return
        if self._in_flight:
            wait(self._in_flight, timeout=IDLE_SECONDS, return_when=FIRST_COMPLETED)
        else:
            time.sleep(IDLE_SECONDS)

    def _beat(self) -> None:
        # Not by the wall's clock: one that is put back would silence the worker.
        if time.monotonic() < self._beat_due:
            return
        now = timezone.now()
        Heartbeat.objects.update_or_create(name=self.name, defaults={"beat_at": now})
        Heartbeat.objects.filter(beat_at__lt=now - timedelta(days=1)).delete()
        self._release_the_dead()
        if leases.correct_clock() + clock.mend(now):
            logger.warning("the clock was put back: what was due stays due")
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
        if released := leases.release(silent):
            logger.warning("a worker is silent: %s of its claims are taken over", released)
