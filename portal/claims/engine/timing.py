"""The numbers of a claim's life: waits, limits and bounds. What follows from answers is in `rules`.

Times are in seconds unless named otherwise.
"""

import random
from datetime import timedelta
from typing import Final

# How many claims may be at SpKey at a time.
AT_ONCE: Final = 64

# How long and how often a claim is tried.
MAX_AGE: Final = timedelta(hours=24)
MAX_SENDS: Final = 8
MAX_SENDS_IN_WINDOW: Final = 3
SEND_WINDOW: Final = timedelta(minutes=10)
FIRST_SPACING: Final = timedelta(minutes=30)
LONGEST_SPACING: Final = timedelta(hours=4)
OFFLINE_QUICK: Final = timedelta(minutes=15)

# How the outcome of a send is found out.
SETTLE_AFTER: Final = timedelta(seconds=45)
SETTLE_APART: Final = timedelta(seconds=10)
VERIFY_READS: Final = (2.0, 5.0, 10.0, 20.0, 40.0)
REVIEW_EVERY: Final = 3600.0
RECHECK_AFTER: Final = (timedelta(minutes=5), timedelta(hours=1), timedelta(hours=24))
READ_BACK_EVERY: Final = timedelta(minutes=1)
RECHECK_RETRY_AFTER: Final = timedelta(hours=1)
RECHECK_WINDOW: Final = timedelta(days=7)

# How much late is late.
LATE: Final = timedelta(minutes=5)
FRESH_READ: Final = timedelta(seconds=15)
RECENTLY_CLAIMED: Final = timedelta(minutes=10)

# How soon a key is tried again.
BLOCKED_EVERY: Final = 900.0
RETURN_SPREAD: Final = 20.0

_random = random.SystemRandom()


def backoff(tries: int) -> float:
    """Return the wait after `tries` failures in a row: full jitter, doubling, at most 5 min."""
    return max(0.5, _random.uniform(0, min(300.0, 2.0 * 2 ** min(tries, 16))))


def offline_wait(tries: int, age: timedelta) -> float:
    """Return the wait before an offline hub is looked at again, `age` after the submit."""
    if age > OFFLINE_QUICK:
        return _random.uniform(60.0, 600.0)
    return max(3.0, _random.uniform(0, min(60.0, 5.0 * 2 ** min(tries, 16))))


def send_spacing(sends: int, *, offline: bool) -> timedelta:
    """Return how long to wait after a send, or after the submit, before the next.

    A claim may be sent eight times and is promised a day: an offline hub's sends are spread
    over it, and those of a hub that may be online once the first three were of no use.
    """
    doublings = sends if offline else sends - MAX_SENDS_IN_WINDOW
    if doublings < 0:
        return timedelta(0)
    return min(FIRST_SPACING * (1 << doublings), LONGEST_SPACING)


def return_wait(held: float) -> float:
    """Return the wait of a claim held back for so long: spread, lest all return in one moment."""
    return held + _random.uniform(0, RETURN_SPREAD)


def verify_wait(since_send: float) -> float:
    """Return the wait before the next read-back, so many seconds after the unresolved send."""
    since_send = max(0.0, since_send)
    for mark in (*VERIFY_READS, SETTLE_AFTER.total_seconds() + 1):
        if mark > since_send + 0.5:
            return mark - since_send
    quiet = since_send - SETTLE_AFTER.total_seconds()
    return min(300.0, max(SETTLE_APART.total_seconds() + 1, quiet / 4))
