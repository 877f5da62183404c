"""How the bench and chaos end when they are told to."""

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def end_on_signals() -> None:
    """Let Ctrl-C, a kill and a closed terminal end this process through every `finally`.

    Ctrl-C too where it is ignored, as shells have it for what they start in the background.
    """
    for number in ENDING:
        signal.signal(number, _end)


@contextmanager
def postponed() -> Iterator[None]:
    """Let a signal end this process only after the block: what it starts is then known to us.

    A process that was started, and not yet noted, would be left running. Signals reach the main
    thread alone, so this does nothing in another.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    _waiting.clear()
    _postpones.append(True)
    try:
        yield
    finally:
        _postpones.pop()
    if _waiting:
        _end(_waiting[0], None)


_postpones: list[bool] = []
_waiting: list[int] = []


def _end(number: int, _frame: FrameType | None) -> None:
    if _postpones:
        _waiting.append(number)
        return
    # What is under way now ends what was started: another signal must not break into that.
    for other in ENDING:
        signal.signal(other, signal.SIG_IGN)
    sys.exit(128 + number)
