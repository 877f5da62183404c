"""Hubs from a file to their piles, against what 16 threads of a script do; and beside that, the
pages and the memory of the web processes.

The API takes 50 ms for each call. In the same run 16 threads make the calls that a row needs: what
the portal does beyond that is its own. 10,000 rows are looked at and brought in, which is a read
each; fewer are claimed (a read and a claim) and moved (a read, a move, and a read back).
"""

import itertools
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Final

from django.core.management import call_command

from bench import crowd, processes, script
from bench.beside import Memory, Pages
from bench.people import SITES, Installer, installer
from bench.report import Figure
from portal.hubs.models import Hub
from portal.imports.models import Import, Kind, RowState, State
from portal.sandbox import world

LATENCY_SECONDS: Final = 0.05
SEED: Final = 6
ROWS: Final = 10_000
# Claimed and moved, which is more work for each.
FEW: Final = 1_000
BARE: Final = 3_000
LOOKS: Final = 20
THREADS: Final = 16
TARGET: Final = 0.8
TARGET_PAGES: Final = 1.2
TARGET_MEMORY_MB: Final = 50
LOOK_EVERY_SECONDS: Final = 0.2
LONGEST_SECONDS: Final = 1800.0
PAGES: Final = ("/", "/hubs/", "/sites/", "/claims/", "/import/")
# What is done with a row of each kind, as the figures say it.
DONE: Final = {Kind.CLAIM: "claimed", Kind.MOVE: "moved", Kind.BRING_IN: "brought in"}
CALLS: Final[dict[str, tuple[script.Call, ...]]] = {
    "read": (script.read,),
    "read, claim": (script.read, script.claim),
    "read, move, read back": (script.read, script.move, script.read),
}


@dataclass(frozen=True, slots=True)
class Work:
    """Rows of a file that are looked at or carried out: how fast, and what that cost others.

    `beside` and `alone` are the seconds of pages while it goes on, and while nothing does: before
    rows are looked at, which changes no page but the import's; after they are carried out, since
    pages that list hubs and claims are full after the first fifty.
    """

    what: str
    rows: int
    seconds: float
    beside: Sequence[float]
    grown_mb: float
    alone: Sequence[float] = ()

    @property
    def pace(self) -> float:
        """How many rows a second."""
        return self.rows / self.seconds


def measure(*, quick: bool) -> list[Figure]:
    """Return the pace of dry run, claims, moves and what is brought in, and what they cost."""
    rows, few, bare, looks = (120, 40, 120, 2) if quick else (ROWS, FEW, BARE, LOOKS)
    person = _who_manages_hubs()
    numbers = itertools.count()
    hubs, ours, queued, scripted = (
        [world.hub_id(next(numbers), SEED) for _ in range(count)] for count in (rows, few, few, few)
    )
    call_command("collectstatic", interactive=False, verbosity=0)
    with processes.sandbox(LATENCY_SECONDS, SEED) as api:
        script.in_threads(THREADS, api, [*hubs, *ours, *queued, *scripted], script.provision)
        threads = {
            what: script.in_threads(THREADS, api, some, *CALLS[what])
            for what, some in zip(CALLS, (hubs[:bare], scripted, scripted), strict=True)
        }
        submitted = _seconds(lambda: crowd.queue(person, queued))
        with processes.web() as port, processes.worker(api):
            engine = few / (submitted + crowd.at_once(queued))
            desk = _Desk(port, person, looks)
            _, claimed = desk.imported(Kind.CLAIM, ours, SITES[0])
            _, moved = desk.imported(Kind.MOVE, ours, SITES[1])
            # As if claimed elsewhere.
            script.in_threads(THREADS, api, hubs, script.claim)
            dry, brought_in = desk.imported(Kind.BRING_IN, hubs, "")
    return [
        _pace(dry, threads, "read"),
        _pace(brought_in, threads, "read"),
        _pace(claimed, threads, "read, claim"),
        _pace(moved, threads, "read, move, read back"),
        Figure(
            f"{claimed.what}, share of the pace of as many claims by the engine",
            claimed.pace / engine,
            TARGET,
            details=[f"{claimed.pace:.0f} a second, submitted and made {engine:.0f} a second"],
        ),
        *(_of_pages(work) for work in (dry, brought_in, claimed, moved)),
        *(_of_memory(work) for work in (dry, brought_in, claimed, moved)),
    ]


def _who_manages_hubs() -> Installer:
    """Return who may move hubs as well as claim them."""
    person = installer()
    person.user.memberships.update(role="admin")
    return person


def _pace(work: Work, threads: dict[str, float], calls: str) -> Figure:
    return Figure(
        f"{work.what}, share of the pace of {THREADS} threads",
        work.pace / threads[calls],
        TARGET,
        details=[
            f"{work.pace:.0f} rows a second",
            f"{THREADS} threads of a script: {threads[calls]:.0f} a second, for each: {calls}",
            f"{LATENCY_SECONDS * 1000:.0f} ms a call",
        ],
    )


def _of_pages(work: Work) -> Figure:
    return Figure(
        f"pages beside {work.what}, times longer than alone",
        median(work.beside) / median(work.alone),
        TARGET_PAGES,
        unit="×",
        at_most=True,
        details=[
            f"{', '.join(PAGES)}, the import's page and its poll, together",
            f"alone {_middle(work.alone)}, beside {_middle(work.beside)}",
        ],
    )


def _middle(seconds: Sequence[float]) -> str:
    return f"{median(seconds) * 1000:.0f} ms (median of {len(seconds)})"


def _of_memory(work: Work) -> Figure:
    return Figure(
        f"memory of the web processes beside {work.what}, more than idle",
        work.grown_mb,
        TARGET_MEMORY_MB,
        unit=" MB",
        digits=0,
        at_most=True,
        details=["the largest growth of one process"],
    )


def _seconds(do: Callable[[], object]) -> float:
    started = time.monotonic()
    do()
    return time.monotonic() - started


class _Desk:
    """Somebody who imports hubs at the portal, and looks at its pages meanwhile."""

    def __init__(self, port: int, person: Installer, looks: int) -> None:
        self._pages, self._person, self._looks = Pages(port, person.cookie), person, looks
        self._pages.seconds(PAGES, looks)
        self._memory = Memory(port)

    def imported(self, kind: Kind, hubs: Sequence[str], site: str) -> tuple[Work, Work]:
        """Import these hubs, to that site if any. Return the dry run, and its carrying out."""
        _until(_is_quiet)
        plan, dry = self._work(
            f"dry run of {len(hubs)} rows",
            lambda: self._given(kind, hubs, site),
            lambda plan: _state(plan) == State.READY,
        )
        alone = self._pages.seconds(_pages_of(plan), self._looks)
        _, run = self._work(
            f"{len(hubs)} rows {DONE[kind]}",
            lambda: self._begun(plan),
            lambda plan: plan.rows.filter(state=RowState.DONE).count() == len(hubs),
        )
        _until(_is_quiet)
        full = self._pages.seconds(_pages_of(plan), self._looks)
        return replace(dry, alone=alone), replace(run, alone=full)

    def _given(self, kind: Kind, hubs: Sequence[str], site: str) -> Import:
        """Give the file, and return its import."""
        lines = (f"{hub};{site};Flat {number}" for number, hub in enumerate(hubs))
        address = f"/import/new/?organisation={self._person.organisation.pk}"
        fields = {"kind": kind.value, "submission": str(uuid.uuid4())}
        self._pages.give(address, "\n".join(("Hub id;Site;Place", *lines)).encode(), fields)
        return Import.objects.filter(kind=kind).latest("number")

    def _begun(self, plan: Import) -> Import:
        """Have the plan carried out, and return it."""
        plan.refresh_from_db()
        self._pages.post(f"/import/{plan.pk}/run/", token=plan.token)
        return plan

    def _work(
        self, what: str, begin: Callable[[], Import], is_done: Callable[[Import], bool]
    ) -> tuple[Import, Work]:
        """Begin with an import, wait until that is done of it, and look at pages meanwhile."""
        started = time.monotonic()
        plan = begin()
        with self._pages.looked_at(_pages_of(plan)) as beside:
            _until(lambda: is_done(plan))
            seconds = time.monotonic() - started
        return plan, Work(what, plan.rows.count(), seconds, beside, self._memory.grown_mb())


def _pages_of(plan: Import) -> Sequence[str]:
    return (*PAGES, f"/import/{plan.pk}/", f"/import/{plan.pk}/live/")


def _state(plan: Import) -> str:
    return Import.objects.values_list("state", flat=True).get(pk=plan.pk)


def _is_quiet() -> bool:
    """Say whether nothing is looked at any more of what was just claimed or moved."""
    return not Hub.objects.filter(due_at__isnull=False).exists()


def _until(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + LONGEST_SECONDS
    while not is_so():
        if time.monotonic() > until:
            raise RuntimeError("the import does not end")
        time.sleep(LOOK_EVERY_SECONDS)
