"""Things done at the same moment, and undone again."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier

from django.db import connection, transaction


@contextmanager
def undone() -> Iterator[None]:
    """Undo in the database what happens inside."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def at_once(*calls: Callable[[], object]) -> None:
    """Do these things in threads of their own, all at the same moment."""
    ready = Barrier(len(calls))

    def start(call: Callable[[], object]) -> None:
        try:
            connection.ensure_connection()
            ready.wait(timeout=60)
            call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as threads:
        list(threads.map(start, calls))
