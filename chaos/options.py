"""How much of everything, and how fast: what one run was asked to be."""

import sys
import threading
import time
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class RunOptions:
    """A run's measures.

    `claims` are submitted within `fault_seconds` seconds; `faster` divides the portal's own times
    and those of the faults; `kills` workers are killed at least. `late_effects` lets the API
    refuse what it carries out, which the portal finds out minutes later. `over` is set when the
    faults are over.
    """

    claims: int
    fault_seconds: float
    faster: float
    kills: int
    seed: int
    late_effects: bool
    over: threading.Event = field(default_factory=threading.Event)

    def seconds(self, portals: float) -> float:
        """Return how long what takes the portal so many seconds takes in this run."""
        return portals / self.faster

    def rest(self, portals: float) -> bool:
        """Wait for so many of the portal's seconds, or the end of the faults. Say if it is over."""
        return self.over.wait(self.seconds(portals))


def show_progress(text: str) -> None:
    """Print how far the run is."""
    print(f"[{time.strftime('%H:%M:%S')}] {text}", file=sys.stderr, flush=True)
