"""How the bench and chaos end when they are told to."""

import signal
import sys
from types import FrameType

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def end_on_signals() -> None:
    """Let Ctrl-C, a kill and a closed terminal end this process through every `finally`.

    Ctrl-C too where it is ignored, as shells have it for what they start in the background.
    """
    for number in ENDING:
        signal.signal(number, _end)


def _end(number: int, _frame: FrameType | None) -> None:
    # What is under way now ends what was started: another signal must not break into that.
    for other in ENDING:
        signal.signal(other, signal.SIG_IGN)
    sys.exit(128 + number)
