"""The clock as the portal's processes see it, which is put forward and back.

A process that is started by `processes` reads by how much from a file, whenever it asks for the
time. What measures time otherwise (`time.monotonic`, the database, SpKey) goes on as it is. The run
itself has the true time, and knows when the clock said what.
"""

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from django.utils import timezone

NAME: Final = "CHAOS_CLOCK"
# Longer than clocks may differ, and than a run: so what it said it said but once. Shorter than
# anybody's session.
STEP_SECONDS: Final = 22 * 60.0
# The clock is put a little after that is noted.
PUT_WITHIN: Final = timedelta(seconds=1)


class Clock:
    """What the clock has said: `put` notes and does it, `truly` looks it up."""

    def __init__(self) -> None:
        # Since when the clock was ahead, and by how much.
        self._steps = [(datetime.now(UTC), 0.0)]

    def put(self, ahead: float) -> None:
        """Put the clock so many seconds ahead of the true time."""
        self._steps.append((datetime.now(UTC), ahead))
        step(ahead)

    def truly(self, moment: datetime) -> datetime:
        """Return when it truly was, as the clock said this; as it is said where it never did."""
        ends = [began for began, _ in self._steps[1:]] + [datetime.max.replace(tzinfo=UTC)]
        for (began, ahead), end in zip(self._steps, ends, strict=True):
            true = moment - timedelta(seconds=ahead)
            if began <= true and (end == ends[-1] or true <= end + PUT_WITHIN):
                return true
        return moment


def prepare(folder: Path) -> None:
    """Let the processes that are started from now on look into this folder."""
    os.environ[NAME] = str(folder / "clock")
    step(0.0)


def step(seconds: float) -> None:
    """Put the clock so many seconds ahead of what it truly is."""
    path = Path(os.environ[NAME])
    new = path.with_suffix(".new")
    new.write_text(str(seconds), encoding="ascii")
    new.replace(path)  # Nobody reads half of it.


def ahead() -> float:
    """Return by how many seconds it is ahead; none where nobody has prepared it."""
    path = os.environ.get(NAME)
    return float(Path(path).read_text(encoding="ascii")) if path else 0.0


def install() -> None:
    """Have this process go by it. To be called before anything of the portal is imported."""
    moment, seconds = timezone.now, time.time
    timezone.now = _moments(moment)
    time.time = lambda: seconds() + ahead()


def _moments(moment: Callable[[], datetime]) -> Callable[[], datetime]:
    return lambda: moment() + timedelta(seconds=ahead())
