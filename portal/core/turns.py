"""How many threads of a process do one kind of work at a time, so that others are left."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, local
from typing import Final, NoReturn

from portal.core import refusals
from portal.core.throttle import LimitReachedError

BUSY: Final = "turns"
"""Under what name it is counted that somebody had none."""
COME_AGAIN_SECONDS: Final = 2


class BusyError(LimitReachedError):
    """Too many others are at it just now; whoever asked has not asked too often."""

    def __init__(self) -> None:
        super().__init__(COME_AGAIN_SECONDS)


class Turns:
    """At most `at_once` threads of this process work, and `waiting` more wait for `seconds`."""

    def __init__(self, *, at_once: int, waiting: int, seconds: float) -> None:
        self._places = BoundedSemaphore(at_once + waiting)
        self._turns = BoundedSemaphore(at_once)
        self._seconds = seconds

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Let the thread work. Raises BusyError where no place is left, or its wait was in vain.

        A thread that has a turn already, of these or of others, keeps that one.
        """
        if getattr(_thread, "has_turn", False):
            yield
            return
        if not self._places.acquire(blocking=False):
            _refuse()
        try:
            if not self._turns.acquire(timeout=self._seconds):
                _refuse()
            _thread.has_turn = True
            try:
                yield
            finally:
                _thread.has_turn = False
                self._turns.release()
        finally:
            self._places.release()


def _refuse() -> NoReturn:
    refusals.counted.note(BUSY)
    raise BusyError


_thread = local()
