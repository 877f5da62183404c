"""The numbers of a claim's life: waits, limits and bounds. What follows from answers is in `rules`.

How long SpKey is left alone, and when a send is settled, is in `gateway/pacing.py`.

Times are in seconds unless named otherwise.
"""

import random
from datetime import timedelta
from typing import Final

from portal.gateway import pacing

# How many claims may be at SpKey at a time.
AT_ONCE: Final = 64

# How long and how often a claim is tried.
MAX_AGE: Final = timedelta(hours=24)
MAX_SENDS: Final = 8
SEND_WINDOW: Final = pacing.SEND_WINDOW
OFFLINE_QUICK: Final = timedelta(minutes=15)

# How an open send is looked after.
REVIEW_EVERY: Final = 3600.0
RECHECK_AFTER: Final = (timedelta(minutes=5), timedelta(hours=1), timedelta(hours=24))
READ_BACK_EVERY: Final = timedelta(minutes=1)
# Of one that could not be read.
RECHECK_RETRY_AFTER: Final = timedelta(minutes=20)
RECHECK_WINDOW: Final = timedelta(days=7)

# While something else is being sent to the hub, or a clock that was put back is made up for.
HELD_WAIT: Final = 3.0

# How much late is late.
LATE: Final = timedelta(minutes=5)
FRESH_READ: Final = timedelta(seconds=15)
RECENTLY_CLAIMED: Final = timedelta(minutes=10)

_random = random.SystemRandom()


def offline_wait(tries: int, age: timedelta) -> float:
    """Return the wait before an offline hub is looked at again, `age` after the submit."""
    if age > OFFLINE_QUICK:
        return _random.uniform(60.0, 600.0)
    return max(3.0, _random.uniform(0, min(60.0, 5.0 * 2 ** min(tries, 16))))
