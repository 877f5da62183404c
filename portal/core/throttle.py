"""How often, and by how many at once, something may be done: exact across all processes.

Both are counted in the database. A stretch of time has a row of its own for each key. One statement
counts and answers, no matter who else counts at the same moment. Keys are digests: whose they are
is not written down.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from django.db import connection
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import salted_hmac

from portal.core.models import Slot, Throttle

# Older rows are of no use. They go when a new stretch begins.
KEPT_SECONDS: Final = 24 * 3600
NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)
COUNT: Final = """
INSERT INTO {table} (key, since, count) VALUES (%s, %s, 1)
ON CONFLICT (key, since) DO UPDATE SET count = {table}.count + 1
RETURNING count
"""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many times in so many seconds; `name` says what."""

    name: str
    most: int
    seconds: int

    def allows(self, whom: str = "") -> bool:
        """Count once more for `whom`, or for all together; return whether that is within it."""
        key = _digest(self.name, whom)
        now = int(timezone.now().timestamp())
        since = now - now % self.seconds
        with connection.cursor() as cursor:
            cursor.execute(COUNT.format(table=Throttle._meta.db_table), (key, since))
            [count] = cursor.fetchone()
        if count == 1:
            Throttle.objects.filter(since__lt=now - max(KEPT_SECONDS, self.seconds)).delete()
        return bool(count <= self.most)


@contextmanager
def alone(name: str, whom: str = "", *, at_most: timedelta) -> Iterator[bool]:
    """Yield whether nobody else is here, under this name for `whom`, and keep others out.

    Nobody waits for it. Who is killed inside keeps the others out for no longer than `at_most`.
    """
    key, now = _digest(name, whom), timezone.now()
    until = now + at_most
    # One that lies further ahead than anybody may hold it was taken before the clock was put back.
    free = Q(held_until__lte=now) | Q(held_until__gt=until)
    Slot.objects.bulk_create([Slot(key=key, held_until=NEVER)], ignore_conflicts=True)
    taken = Slot.objects.filter(free, key=key).update(held_until=until) == 1
    try:
        yield taken
    finally:
        if taken:
            Slot.objects.filter(key=key, held_until=until).delete()


def _digest(name: str, whom: str) -> str:
    return salted_hmac("throttle", f"{name} {whom}", algorithm="sha256").hexdigest()
