"""What the processes that we started took of the processor, and of the database."""

import os
from pathlib import Path
from typing import Final

from django.db import connection

CORES: Final = len(os.sched_getaffinity(0))
TICKS: Final = os.sysconf("SC_CLK_TCK")
# Whose command line has this word, and which of them make a portal.
NAMES: Final = ("gunicorn", "sandbox", "worker", "postgres")
OF_PORTAL: Final = ("gunicorn", "worker", "postgres")
# After the command's name, in brackets: the parent, and the four times.
PARENT: Final = 1
TIMES: Final = slice(11, 15)


def processor() -> dict[str, float]:
    """Return the seconds of processor that we, the devices, and our children have taken."""
    found = {int(entry.name): _read(entry) for entry in Path("/proc").glob("[0-9]*")}
    spent = {"devices": sum(os.times()[:2])}
    for pid, (_, ticks) in found.items():
        if (top := _top(pid, found)) is not None:
            name = _name(top)
            spent[name] = spent.get(name, 0.0) + ticks / TICKS
    return spent


def since(before: dict[str, float]) -> dict[str, float]:
    """Return what each has taken since `processor` said this."""
    return {name: now - before.get(name, 0.0) for name, now in processor().items()}


def transactions() -> int:
    """Return how many the database has committed, each statement outside of one counted as one.

    0 where it does not count them.
    """
    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()"
        )
        (committed,) = cursor.fetchone() or (0,)
    return int(committed)


def _read(entry: Path) -> tuple[int, int]:
    """Return a process's parent, and the ticks that it and its ended children have taken."""
    try:
        fields = (entry / "stat").read_text().rpartition(")")[2].split()
    except OSError:  # It has ended since.
        return 0, 0
    return int(fields[PARENT]), sum(map(int, fields[TIMES]))


def _top(pid: int, found: dict[int, tuple[int, int]]) -> int | None:
    """Return the child of ours from which the process descends."""
    while pid in found:
        parent = found[pid][0]
        if parent == os.getpid():
            return pid
        pid = parent
    return None


def _name(pid: int) -> str:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        words = ""
    return next((name for name in NAMES if name in words), "others")
