"""10,000 rows from a file to their piles, against what 16 threads of a script do; and beside them,
the pages and the memory of the web processes.

The API takes 50 ms for each call. A script with 16 threads makes bare reads in the same run: what
the portal does beyond that is its own.
"""

import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from statistics import median
from typing import Final

import requests
from django.core.management import call_command

from bench import crowd, processes, script
from bench.browser import Browser, expect
from bench.people import Installer, installer
from bench.report import Figure
from portal.imports.models import Import, Kind, RowState, State
from portal.sandbox import world

LATENCY_SECONDS: Final = 0.05
SEED: Final = 6
ROWS: Final = 10_000
# Claims are made by their own engine, whose pace with as many they are held to: from none to made.
CLAIMED: Final = 500
BARE: Final = 3_000
THREADS: Final = 16
TARGET: Final = 0.8
TARGET_PAGES: Final = 1.2
TARGET_MEMORY_MB: Final = 50
LOOK_EVERY_SECONDS: Final = 0.2
LONGEST_SECONDS: Final = 1800.0
PAGES: Final = ("/claims/", "/sites/", "/")

type Call = Callable[[requests.Session, str, str], None]


def measure(*, quick: bool) -> list[Figure]:
    """Return the pace of dry run and import, and what they cost those who look at pages."""
    rows, bare, claimed = (120, 120, 60) if quick else (ROWS, BARE, CLAIMED)
    person = installer()
    ids = iter(range(rows + bare + 2 * claimed))
    hubs, others, ours, queued = (
        [world.hub_id(next(ids), SEED) for _ in range(count)]
        for count in (rows, bare, claimed, claimed)
    )
    call_command("collectstatic", interactive=False, verbosity=0)
    with processes.sandbox(LATENCY_SECONDS, SEED) as api:
        _bare(api, [*hubs, *others, *ours, *queued], _provision)
        reads = _bare(api, others, script.read)
        submitted = _seconds(lambda: crowd.queue(person, queued))
        with processes.web() as port, processes.worker(api):
            pages = _Pages(port, person.cookie)
            alone = pages.seconds(40)
            memory = _Memory(port)
            dry, beside = _dry_run(pages, hubs, person, Kind.CLAIM)
            grown = memory.grown_mb()
            engine = claimed / (submitted + crowd.at_once(queued))
            _dry_run(pages, ours, person, Kind.CLAIM)
            imported = claimed / _carried_out(pages, Kind.CLAIM)
            # Hubs that are ours by now: claimed by a script, as if elsewhere.
            _bare(api, hubs, script.claim)
            _dry_run(pages, hubs, person, Kind.BRING_IN)
            brought_in = rows / _carried_out(pages, Kind.BRING_IN)
    return [
        _pace(f"dry run of {rows} rows", rows / dry, reads, "bare reads"),
        _pace(f"{rows} rows brought in", brought_in, reads, "bare reads"),
        Figure(
            f"{claimed} rows claimed, share of the pace of as many claims by the engine",
            imported / engine,
            TARGET,
            details=[f"imported {imported:.0f} a second, submitted and made {engine:.0f} a second"],
        ),
        Figure(
            f"pages beside the dry run of {rows} rows, times longer than alone",
            median(beside) / median(alone),
            TARGET_PAGES,
            unit="×",
            at_most=True,
            details=[_of_pages(alone, beside)],
        ),
        Figure(
            f"memory of the web processes beside {rows} rows, more than idle",
            grown,
            TARGET_MEMORY_MB,
            unit=" MB",
            digits=0,
            at_most=True,
            details=["the largest growth of one process, from the upload to the plan"],
        ),
    ]


def _pace(name: str, ours: float, bare: float, what: str) -> Figure:
    return Figure(
        f"{name}, share of the pace of {THREADS} threads",
        ours / bare,
        TARGET,
        details=[
            f"{ours:.0f} rows a second; {THREADS} threads of a script: {bare:.0f} {what} a second",
            f"{LATENCY_SECONDS * 1000:.0f} ms a call",
        ],
    )


def _of_pages(alone: Sequence[float], beside: Sequence[float]) -> str:
    return (
        f"{', '.join(PAGES)}: alone {median(alone) * 1000:.0f} ms, beside "
        f"{median(beside) * 1000:.0f} ms: medians of {len(alone)} and {len(beside)}"
    )


def _seconds(do: Callable[[], object]) -> float:
    started = time.monotonic()
    do()
    return time.monotonic() - started


def _provision(session: requests.Session, api: str, hub: str) -> None:
    body = {"hubId": hub, "serial": world.serial(hub), "model": world.model(hub)}
    session.post(f"{api}/hubs/{hub}/ProvisionHub", json=body, timeout=30).raise_for_status()


def _bare(api: str, hubs: Sequence[str], call: Call) -> float:
    """Have 16 threads make the call for all of these hubs. Return how many a second they did."""
    left, failures = iter(hubs), list[BaseException]()
    lock = threading.Lock()

    def work() -> None:
        session = script.bare_session()
        try:
            while hub := _next(left, lock):
                call(session, api, hub)
        except requests.RequestException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=work, daemon=True) for _ in range(THREADS)]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return len(hubs) / (time.monotonic() - started)


def _next(left: Iterator[str], lock: threading.Lock) -> str | None:
    with lock:
        return next(left, None)


class _Pages:
    """The portal at this port, to somebody who works with it: a connection for each thing done."""

    def __init__(self, port: int, cookie: str) -> None:
        self._port, self._cookie = port, cookie

    def give(self, path: str, data: bytes, fields: Mapping[str, str]) -> None:
        """Give a file."""
        with Browser(self._port, self._cookie) as browser:
            expect(browser.upload(path, "file", data, fields), HTTPStatus.FOUND)

    def post(self, path: str, **fields: str) -> None:
        """Press a button."""
        with Browser(self._port, self._cookie) as browser:
            expect(browser.post(path, fields), HTTPStatus.FOUND)

    def seconds(self, times: int) -> list[float]:
        """Return the seconds of so many rounds of the pages, each round's in all."""
        return [self._round() for _ in range(times)]

    def seconds_until(self, is_over: Callable[[], bool]) -> list[float]:
        """Return the seconds of each round of the pages until that is over."""
        found = []
        while not is_over():
            found.append(self._round())
            time.sleep(LOOK_EVERY_SECONDS)
        return found

    def _round(self) -> float:
        with Browser(self._port, self._cookie) as browser:
            started = time.monotonic()
            for path in PAGES:
                expect(browser.get(path), HTTPStatus.OK)
            return time.monotonic() - started


class _Memory:
    """The memory of the web processes at a port, from now on."""

    def __init__(self, port: int) -> None:
        self._pids = [
            folder.name
            for folder in Path("/proc").iterdir()
            if folder.name.isdigit() and f"127.0.0.1:{port}" in _command(folder)
        ]
        for pid in self._pids:
            Path(f"/proc/{pid}/clear_refs").write_text("5")  # The peak is counted from here.
        self._before = {pid: self._kb(pid, "VmRSS") for pid in self._pids}

    def grown_mb(self) -> float:
        """Return by how much the one that grew most did so."""
        return max(self._kb(pid, "VmHWM") - self._before[pid] for pid in self._pids) / 1024

    @staticmethod
    def _kb(pid: str, name: str) -> int:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(name))


def _command(folder: Path) -> str:
    try:
        return (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def _dry_run(
    pages: _Pages,
    hubs: Sequence[str],
    person: Installer,
    kind: Kind,
) -> tuple[float, list[float]]:
    """Give the file and look at pages until the plan is there. Return its seconds, and theirs."""
    lines = "".join(f"{hub};{person.site.name};Flat {n}\n" for n, hub in enumerate(hubs))
    if kind == Kind.BRING_IN:
        lines = "".join(f"{hub};;Flat {n}\n" for n, hub in enumerate(hubs))
    data = f"Hub id;Site;Place\n{lines}".encode()
    address = f"/import/new/?organisation={person.organisation.pk}"
    fields = {"kind": kind.value, "submission": str(uuid.uuid4())}
    started = time.monotonic()
    pages.give(address, data, fields)
    beside = pages.seconds_until(lambda: _plan(kind).state == State.READY)
    return time.monotonic() - started, beside


def _plan(kind: Kind) -> Import:
    """Return the newest import of that kind."""
    return Import.objects.filter(kind=kind).latest("number")


def _carried_out(pages: _Pages, kind: Kind) -> float:
    """Have the plan carried out. Return the seconds until each row is on its pile."""
    plan, started = _plan(kind), time.monotonic()
    pages.post(f"/import/{plan.pk}/run/", token=plan.token)
    while (done := plan.rows.filter(state=RowState.DONE).count()) < plan.total:
        if time.monotonic() - started > LONGEST_SECONDS:
            raise RuntimeError(f"only {done} of {plan.total} rows are done")
        time.sleep(LOOK_EVERY_SECONDS)
    return time.monotonic() - started
