"""Running a worker beside a test, and waiting for what it does."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread

from django.db import connections

from portal.core.worker import Worker


@contextmanager
def running(threads: int = 4) -> Iterator[Worker]:
    """A worker in a thread of its own, stopped at the end."""
    worker = Worker(threads)

    def run() -> None:
        try:
            worker.run()
        finally:
            connections.close_all()

    thread = Thread(target=run, name="worker under test")
    thread.start()
    try:
        yield worker
    finally:
        worker.stop()
        thread.join(timeout=60)
        assert not thread.is_alive()


def until(happens: Callable[[], object], within: float = 240.0) -> None:
    """Wait until it happens; fail when it does not within so many seconds."""
    ends_at = time.monotonic() + within
    while not happens():
        assert time.monotonic() < ends_at, "it has not happened"
        time.sleep(0.02)
