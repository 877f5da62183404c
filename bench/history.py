"""What an organisation's years cost: each page, list, search, poll, file and lease, against a
hundredth of them.

The smaller history is a copy of the database that then grows to the larger one. Each has a process
that has just begun, and they take turns. An organisation with 100,000 claims has 5,000 hubs in
every state, 200 sites and 20 installers, as many calls, two thousand jobs that are over, an import
of 10,000 rows and a record of a million entries; and forty sites that have had no claims since the
beginning. Each of twenty other organisations has a hundredth of that. What happened in the last
days is the same in both, since pages show it.
With `--on postgresql` in a server of the bench's own, else on SQLite. There the database works in
that process, so what is compared is the processor's time, which others at work do not lengthen.
"""

import os
import time
from dataclasses import dataclass
from datetime import timedelta
from statistics import median
from typing import Final, Self

from django.core.management import call_command
from django.db import connection

from bench import afresh, place
from bench.afresh import Measure
from bench.pages import Readers, Work, works
from bench.paperwork import make_paperwork
from bench.people import IRA, Installer, installer, other
from bench.report import Figure
from bench.years import make_due, make_former_sites, make_jobs, make_years
from portal.claims.models import Claim
from portal.core import statistics
from portal.hubs import rounds

CLAIMS: Final = 100_000
FRACTION: Final = 100
RECENT: Final = 200
DUE: Final = 40
FORMER_SITES: Final = 40
OTHERS: Final = 20
PAST_JOBS: Final = 60
TARGET: Final = 1.5
# Seconds at the median, of the slowest.
TARGET_MS: Final = 300
ROUNDS: Final = 9
SLOWEST: Final = 5


@dataclass(frozen=True, slots=True)
class Times:
    """What something cost at least, and the median of what it took, both in seconds."""

    shortest: float
    middle: float

    @classmethod
    def of(cls, measured: list[tuple[float, float]]) -> Self:
        """Sum up what it cost and took each time."""
        costs, times = zip(*measured, strict=True)
        return cls(min(costs), median(times))


def cost_of(work: Work) -> tuple[float, float]:
    """Do the work once; return what it cost and what it took, in seconds."""
    clock = time.thread_time if connection.vendor == "sqlite" else time.monotonic
    started, began = time.monotonic(), clock()
    work()
    return clock() - began, time.monotonic() - started


def measure(*, quick: bool) -> list[Figure]:
    """Return by how much each costs more with the whole history than with a hundredth of it."""
    count, often = (CLAIMS // 50, 1) if quick else (CLAIMS, ROUNDS)
    call_command("collectstatic", interactive=False, verbosity=0)
    ira, others = installer(IRA), [other(number) for number in range(OTHERS)]
    readers = Readers.of(ira.organisation, ira.user)
    _make_lately(ira, others, readers)
    small = _make_years(ira, others, count // FRACTION)
    before = place.copy_of_database()
    large = _make_years(ira, others, count - count // FRACTION)
    with (
        afresh.process(before, readers.ids(), small.pk) as few,
        afresh.process(os.environ["DATABASE_URL"], readers.ids(), large.pk) as many,
    ):
        times = {name: _times(few, many, name, often) for name, _ in works(readers, large)}
    ratios = [_ratio(count, name, *each) for name, each in times.items()]
    return [*ratios, _slowest({name: each for name, (_, each) in times.items()})]


def _make_lately(ira: Installer, others: list[Installer], readers: Readers) -> None:
    """Make what is the same in both: the last days, and what has been over for long."""
    lately = {"newest": timedelta(0), "oldest": timedelta(days=6)}
    for each in (*others, ira):
        recent = RECENT if each is ira else RECENT // OTHERS
        claim = make_years(each.user, recent, **lately)
        make_due(each.user, DUE if each is ira else DUE // OTHERS)
    make_former_sites(readers.former, FORMER_SITES)
    make_jobs(ira.user, claim, PAST_JOBS)
    make_paperwork(readers.admin, readers.agent)
    rounds.begin()


def _make_years(ira: Installer, others: list[Installer], count: int) -> Claim:
    for each in others:
        make_years(each.user, max(count // FRACTION, 1))
    claim = make_years(ira.user, count)
    statistics.refresh(at_once=True)
    if connection.vendor == "sqlite":
        # Years made within minutes lie in the write-ahead log, which is searched for each page.
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return claim


def _times(few: Measure, many: Measure, name: str, often: int) -> tuple[Times, Times]:
    pairs = [(few(name), many(name)) for _ in range(often)]
    return Times.of([one for one, _ in pairs]), Times.of([other for _, other in pairs])


def _ratio(count: int, name: str, few: Times, many: Times) -> Figure:
    took = f"{few.shortest * 1000:.1f} ms → {many.shortest * 1000:.1f} ms"
    return Figure(
        f"{count:,} claims: {name}",
        many.shortest / few.shortest,
        TARGET,
        unit=" ×",
        at_most=True,
        details=[f"{took}, at the median {many.middle * 1000:.1f} ms, on {connection.vendor}"],
    )


def _slowest(many: dict[str, Times]) -> Figure:
    slowest = sorted(many, key=lambda name: many[name].middle, reverse=True)[:SLOWEST]
    busy = f"{os.getloadavg()[1]:.1f} processes at work on {os.cpu_count()} cores just now"
    return Figure(
        "the slowest of them, at the median",
        many[slowest[0]].middle * 1000,
        TARGET_MS,
        unit=" ms",
        digits=0,
        at_most=True,
        details=[*(f"{name}: {many[name].middle * 1000:.0f} ms" for name in slowest), busy],
    )
