"""What somebody sees beside other work: how long pages take, and what web processes hold."""

import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from threading import Event
from typing import Final

from bench.browser import Browser, expect

# Between two looks, so that looking takes little of what is looked at.
PAUSE_SECONDS: Final = 1.0


class Pages:
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

    def seconds(self, paths: Sequence[str], times: int) -> list[float]:
        """Return the seconds of so many rounds of these pages, each round's in all."""
        found = []
        for _ in range(times):
            time.sleep(PAUSE_SECONDS)
            found.append(self._round(paths))
        return found

    @contextmanager
    def looked_at(self, paths: Sequence[str]) -> Iterator[list[float]]:
        """Look at these pages, in a thread. Give the seconds of each round, once it is over."""
        seconds, over = list[float](), Event()

        def look() -> None:
            while not over.is_set():
                seconds.append(self._round(paths))
                over.wait(PAUSE_SECONDS)

        with ThreadPoolExecutor(1) as pool:
            looking = pool.submit(look)
            try:
                yield seconds
            finally:
                over.set()
            looking.result()

    def _round(self, paths: Sequence[str]) -> float:
        with Browser(self._port, self._cookie) as browser:
            started = time.monotonic()
            for path in paths:
                expect(browser.get(path), HTTPStatus.OK)
            return time.monotonic() - started


class Memory:
    """The memory of the web processes at a port, beside what they hold now."""

    def __init__(self, port: int) -> None:
        self._pids = [
            folder.name
            for folder in Path("/proc").iterdir()
            if folder.name.isdigit() and f"127.0.0.1:{port}" in _command(folder)
        ]
        self._before = {pid: _kb(pid, "VmRSS") for pid in self._pids}
        self._forget()

    def grown_mb(self) -> float:
        """Return by how much the one that grew most did so, at its largest since last asked."""
        grown = max(_kb(pid, "VmHWM") - self._before[pid] for pid in self._pids) / 1024
        self._forget()
        return grown

    def _forget(self) -> None:
        for pid in self._pids:
            Path(f"/proc/{pid}/clear_refs").write_text("5")  # The peak is counted from here.


def _kb(pid: str, name: str) -> int:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name))


def _command(folder: Path) -> str:
    try:
        return (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""
