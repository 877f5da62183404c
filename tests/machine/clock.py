"""Two clocks: SpKey's, which is right, and the portal's, which may be an hour off."""

from datetime import UTC, datetime

from time_machine import Traveller

START = datetime(2026, 3, 2, 9, tzinfo=UTC).timestamp()


class Clock:
    """The `true` time in epoch seconds, and how far `ahead` of it the portal's clock is.

    Time moves by these methods only.
    """

    def __init__(self, traveller: Traveller) -> None:
        self._traveller = traveller
        self.reset()

    def reset(self) -> None:
        """Return to the first second."""
        self.true, self.ahead = START, 0.0
        self._set()

    def move_to(self, true: float) -> None:
        """Let it be this time, or stay as late as it is."""
        self.true = max(self.true, true)
        self._set()

    def put(self, ahead: float) -> None:
        """Set the portal's clock so many seconds ahead of the true time."""
        self.ahead = ahead
        self._set()

    def _set(self) -> None:
        self._traveller.move_to(self.true + self.ahead, tick=False)
