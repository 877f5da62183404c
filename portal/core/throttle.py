"""How often, and by how many at once, something may be done: exact across all processes.

All of it is counted in the database, in one statement that counts and answers, no matter who else
counts at the same moment. Keys are digests: whose they are is not written down.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, NoReturn

from django.db import connection, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.crypto import salted_hmac

from portal.core import refusals
from portal.core.models import Slot, Throttle

# Older rows are of no use. They go when a new stretch begins.
KEPT_SECONDS: Final = 24 * 3600
NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)
COUNT: Final = """
INSERT INTO {table} (key, since, count) VALUES (%s, %s, %s)
ON CONFLICT (key, since) DO UPDATE SET count = {table}.count + EXCLUDED.count
WHERE {table}.count + EXCLUDED.count <= %s
RETURNING count
"""


class LimitReachedError(Exception):
    """It was done too often: `seconds` is how long to wait, at least 1."""

    def __init__(self, seconds: float) -> None:
        super().__init__("a limit is reached")
        self.seconds = max(1, math.ceil(seconds))


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many times in so many seconds; `name` says what."""

    name: str
    most: int
    seconds: int

    def allows(self, whom: str = "", times: int = 1) -> bool:
        """Count `times` more for `whom`, or for all together, where that is within the limit.

        Return whether it is; what is refused does not count.
        """
        if times > self.most:
            return False
        key, since = _digest(self.name, whom), self.since()
        with connection.cursor() as cursor:
            statement = COUNT.format(table=Throttle._meta.db_table)
            cursor.execute(statement, (key, since, times, self.most))
            counted = cursor.fetchone()
        if counted == (times,):
            Throttle.objects.filter(since__lt=since - max(KEPT_SECONDS, self.seconds)).delete()
        return counted is not None

    def take(self, whom: str = "", times: int = 1) -> None:
        """Count `times` more for `whom`. Raises LimitReachedError, and counts nothing, beyond."""
        if not self.allows(whom, times):
            self.refuse()

    def refuse(self) -> NoReturn:
        """Raise LimitReachedError until this stretch of time is over."""
        _refuse(self.name, self.seconds_left())

    @property
    def length(self) -> timedelta:
        """How long a stretch of time is."""
        return timedelta(seconds=self.seconds)

    def used(self, whom: str = "") -> int:
        """Return how often it was done in this stretch of time."""
        row = Throttle.objects.filter(key=_digest(self.name, whom), since=self.since())
        return row.values_list("count", flat=True).first() or 0

    def seconds_left(self) -> float:
        """Return how long this stretch of time still lasts."""
        return self.since() + self.seconds - timezone.now().timestamp()

    def since(self) -> int:
        """Return when this stretch of time began, in seconds since 1970."""
        now = int(timezone.now().timestamp())
        return now - now % self.seconds


@dataclass(frozen=True, slots=True)
class Backoff:
    """So many tries are `free`, then each waits twice as long as the one before, up to `longest`.

    A try is counted before it is known how it ends; who succeeds is forgiven. Nobody is locked out:
    the wait never grows beyond `longest`, and is forgotten when as long again has passed in peace.
    """

    name: str
    free: int
    longest: timedelta
    first: timedelta = timedelta(seconds=2)

    def check(self, whom: str) -> None:
        """Raise LimitReachedError while the next try has to wait. Counts nothing."""
        held_until = Slot.objects.filter(key=_digest(self.name, whom)).values_list("held_until")
        for (until,) in held_until:
            self._let_pass(until - timezone.now())

    def take(self, whom: str) -> None:
        """Count a try. Raises LimitReachedError, and counts nothing, while it has to wait."""
        key, now = _digest(self.name, whom), timezone.now()
        with transaction.atomic():
            Slot.objects.bulk_create([Slot(key=key, held_until=NEVER)], ignore_conflicts=True)
            slot = Slot.objects.select_for_update().get(key=key)
            wait = slot.held_until - now
            self._let_pass(wait)
            tries = 1 if -wait > self.longest else slot.tries + 1
            Slot.objects.filter(key=key).update(tries=tries, held_until=now + self._wait(tries))

    def forgive(self, whom: str) -> None:
        """Forget the tries: the last one succeeded."""
        Slot.objects.filter(key=_digest(self.name, whom)).delete()

    def _let_pass(self, wait: timedelta) -> None:
        # Further ahead than anybody waits, the clock was put back.
        if timedelta(0) < wait <= self.longest:
            _refuse(self.name, wait.total_seconds())

    def _wait(self, tries: int) -> timedelta:
        beyond = tries - self.free
        return min(self.first * 2 ** min(beyond, 20), self.longest) if beyond > 0 else timedelta(0)


@dataclass(frozen=True, slots=True)
class Brake:
    """Of what went wrong, so much is `free` in an hour; then whoever tries more waits beforehand.

    Each who asks waits for themselves, twice as long for every further one that went wrong, up to
    `longest`. Whoever has waited is let in, however many others ask meanwhile: nobody can use up
    somebody else's turn.
    """

    name: str
    free: int
    longest: timedelta
    first: timedelta = timedelta(seconds=2)
    # Whoever has waited may come so much later.
    patience: timedelta = timedelta(minutes=10)

    def take(self, whom: str, asker: str) -> None:
        """Raises LimitReachedError while this asker has to wait for a try."""
        beyond = self._wrong.used(whom) - self.free
        if beyond < 0:
            return
        key, now = _digest(self.name, f"{whom} {asker}"), timezone.now()
        mine = Slot.objects.filter(key=key)
        # In one statement: of two at the same moment, one is let in.
        if mine.filter(held_until__lte=now, held_until__gt=now - self.patience).delete()[0]:
            return
        wait = min(self.first * 2 ** min(beyond, 20), self.longest)
        mine.filter(self._is_void(now)).delete()
        Slot.objects.bulk_create([Slot(key=key, held_until=now + wait)], ignore_conflicts=True)
        until = mine.values_list("held_until", flat=True).first() or now
        _refuse(self.name, (until - now).total_seconds())

    def count_wrong(self, whom: str) -> None:
        """Count one more that went wrong."""
        self._wrong.allows(whom)

    @property
    def _wrong(self) -> Limit:
        return Limit(self.name, most=10**9, seconds=3600)

    def _is_void(self, now: datetime) -> Q:
        # Further ahead than anybody waits, the clock was put back.
        return Q(held_until__lte=now - self.patience) | Q(held_until__gt=now + self.longest)


@contextmanager
def alone(name: str, whom: str = "", *, at_most: timedelta) -> Iterator[bool]:
    """Yield whether nobody else is here, under this name for `whom`, and keep others out.

    Nobody waits for it. Who is killed inside keeps the others out for no longer than `at_most`.
    """
    until = _held(name, whom, at_most)
    try:
        yield until is not None
    finally:
        if until is not None:
            Slot.objects.filter(key=_digest(name, whom), held_until=until).delete()


def once(name: str, whom: str = "", *, within: timedelta) -> bool:
    """Return whether this was not asked before, under this name for `whom`, within that time."""
    is_first = _held(name, whom, within) is not None
    if is_first:
        old = timezone.now() - timedelta(seconds=KEPT_SECONDS)
        Slot.objects.filter(held_until__lt=old).exclude(held_until=NEVER).delete()
    return is_first


def _held(name: str, whom: str, at_most: timedelta) -> datetime | None:
    """Hold the slot where it is free; return until when."""
    key, now = _digest(name, whom), timezone.now()
    until = now + at_most
    # One that lies further ahead than anybody may hold it was taken before the clock was put back.
    free = Q(held_until__lte=now) | Q(held_until__gt=until)
    Slot.objects.bulk_create([Slot(key=key, held_until=NEVER)], ignore_conflicts=True)
    taken = Slot.objects.filter(free, key=key).update(held_until=until, tries=F("tries") + 1)
    return until if taken == 1 else None


def _refuse(name: str, seconds: float) -> NoReturn:
    refusals.counted.note(name)
    raise LimitReachedError(seconds)


def _digest(name: str, whom: str) -> str:
    return salted_hmac("throttle", f"{name} {whom}", algorithm="sha256").hexdigest()
