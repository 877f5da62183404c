"""How much less often open pages ask for news while the web process cannot keep up.

A poll that waits for a thread comes late to everybody, and later still once its ticket has expired
meanwhile. So while most requests find all threads at work, each answer tells pages to leave out
some of their polls, and they say so to who looks. `static/js/page/poll-pace.js` is their side.

Each process judges by itself, by its own threads; a page obeys whichever answered last.
"""

import time
from collections.abc import Callable
from threading import Lock
from typing import Final

from django.http import HttpRequest
from django.http.response import HttpResponseBase

HEADER: Final = "X-Portal-Pace"
# A page that asks every five seconds then does so every 25: just before its ticket has expired.
SLOWEST: Final = 5
WINDOW_SECONDS: Final = 5.0
# Shares of the requests of a window that find all threads at work. Where threads are free for
# a fifth of the time, about a sixth of the requests find none of eight.
TOO_MANY: Final = 0.4
FEW: Final = 0.1
# Of fewer threads all are at work whenever one or two are asked: that says nothing.
FEWEST_THREADS: Final = 4
# Whoever is told to come more often again has to be told by some later answer: no hurry.
CALM_WINDOWS: Final = 3


class Pace:
    """How often pages may ask this process: counts what its threads have under way.

    `threads` is how many it has, None where there are as many as are asked for. With fewer than
    FEWEST_THREADS it never tells anybody to wait.
    """

    def __init__(self, threads: int | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._threads = threads if threads and threads >= FEWEST_THREADS else None
        self._clock = clock
        self._lock = Lock()
        self._under_way = self._asked = self._crowded = self._calm = 0
        self._since = clock()
        self.slowness = 1
        """By how many times less often than usual pages are to ask."""

    def begin(self) -> None:
        """Count a request that begins."""
        with self._lock:
            elapsed = self._clock() - self._since
            if elapsed >= WINDOW_SECONDS:
                self._judge(int(elapsed // WINDOW_SECONDS))
            self._under_way += 1
            self._asked += 1
            if self._threads is not None and self._under_way >= self._threads:
                self._crowded += 1

    def end(self) -> None:
        """Count a request that ends."""
        with self._lock:
            self._under_way -= 1

    def _judge(self, windows: int) -> None:
        """Draw the conclusion from what was asked; windows beyond the first had nothing."""
        share = self._crowded / self._asked if self._asked else 0.0
        if share > TOO_MANY:
            self.slowness = min(SLOWEST, self.slowness + 1)
        calm_ones = windows if share < FEW else windows - 1
        self._calm = calm_ones + (self._calm if share < FEW else 0)
        while self._calm >= CALM_WINDOWS and self.slowness > 1:
            self._calm -= CALM_WINDOWS
            self.slowness -= 1
        self._asked = self._crowded = 0
        self._since = self._clock()


_of_process: Pace = Pace(None)


def served_by(threads: int) -> None:
    """Say how many threads this process has; by default nobody ever waits for one."""
    global _of_process  # noqa: PLW0603 - a process has one server
    _of_process = Pace(threads)


class PollPace:
    """Tells pages how often to ask. It stands before all that may answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer the request."""
        pace = _of_process
        pace.begin()
        try:
            response = self._get_response(request)
        finally:
            pace.end()
        if pace.slowness > 1:
            response.headers[HEADER] = str(pace.slowness)
        return response
