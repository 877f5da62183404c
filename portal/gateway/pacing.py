"""How long to wait before SpKey is asked again, and when a send counts as without effect.

Times are in seconds unless named otherwise.
"""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

# How the outcome of a send is found out.
SETTLE_AFTER: Final = timedelta(seconds=45)
SETTLE_APART: Final = timedelta(seconds=10)
VERIFY_READS: Final = (2.0, 5.0, 10.0, 20.0, 40.0)

# How often something is sent.
SEND_WINDOW: Final = timedelta(minutes=10)
MAX_SENDS_IN_WINDOW: Final = 3
FIRST_SPACING: Final = timedelta(minutes=30)
LONGEST_SPACING: Final = timedelta(hours=4)

# How soon a key is tried again.
BLOCKED_EVERY: Final = 900.0
RETURN_SPREAD: Final = 20.0

_random = random.SystemRandom()


class Again(StrEnum):
    """When work is looked at again, after an answer of SpKey."""

    NEVER = "never"
    AT_ONCE = "at once"
    BACKOFF = "random(0, min(300, 2·2ⁿ)), at least 0.5"
    READ_BACK = "about 2, 5, 10, 20, 40 after the send, then by the settle rule"
    KEY_HELD = "when the gate no longer holds the key back"
    KEY = "when a new key has passed its check"


@dataclass(frozen=True, slots=True)
class Settling:
    """Whether a send that a read shows no effect of had none; else when to read again.

    `no_effect_seen_at` is when that was first read, late enough after the send to count.
    """

    is_settled: bool
    wait: float
    no_effect_seen_at: datetime | None


def backoff(tries: int) -> float:
    """Return the wait after `tries` failures in a row: full jitter, doubling, at most 5 min."""
    return max(0.5, _random.uniform(0, min(300.0, 2.0 * 2 ** min(tries, 16))))


def return_wait(held: float) -> float:
    """Return the wait of what was held back for so long: spread, lest all return in one moment."""
    return held + _random.uniform(0, RETURN_SPREAD)


def verify_wait(since_send: float) -> float:
    """Return the wait before the next read-back, so many seconds after the unresolved send."""
    since_send = max(0.0, since_send)
    for mark in (*VERIFY_READS, SETTLE_AFTER.total_seconds() + 1):
        if mark > since_send + 0.5:
            return mark - since_send
    quiet = since_send - SETTLE_AFTER.total_seconds()
    return min(300.0, max(SETTLE_APART.total_seconds() + 1, quiet / 4))


def settle(
    sent_at: datetime, first_seen: datetime | None, asked_at: datetime, now: datetime
) -> Settling:
    """Judge a read, asked for `asked_at`, that shows no effect of the send at `sent_at`.

    Two late reads that agree settle it. `first_seen` is when the first of them was asked for.
    """
    wait = verify_wait((now - sent_at).total_seconds())
    if asked_at - sent_at < SETTLE_AFTER:
        return Settling(False, wait, first_seen)
    if first_seen is None:
        return Settling(False, SETTLE_APART.total_seconds() + 1, asked_at)
    return Settling(asked_at - first_seen >= SETTLE_APART, wait, first_seen)


def send_spacing(sends: int, *, offline: bool) -> timedelta:
    """Return how long to wait after a send, or after the submit, before the next.

    What may be sent eight times is promised a day: an offline hub's sends are spread over it,
    and those of a hub that may be online once the first three were of no use.
    """
    doublings = sends if offline else sends - MAX_SENDS_IN_WINDOW
    if doublings < 0:
        return timedelta(0)
    return min(FIRST_SPACING * (1 << doublings), LONGEST_SPACING)


def wait(again: Again, tries: int, held_for: float = 0.0) -> float | None:
    """Return the seconds until it is looked at again, after `tries` failures in a row.

    `held_for` is for how many SpKey, or the gate in its name, wants no call.
    """
    match again:
        case Again.NEVER:
            return None
        case Again.AT_ONCE:
            return 0.5
        case Again.BACKOFF:
            return max(backoff(tries), held_for)
        case Again.READ_BACK:
            return max(verify_wait(0), held_for)
        case Again.KEY_HELD:
            return held_for
        case Again.KEY:
            return BLOCKED_EVERY
