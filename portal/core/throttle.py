"""How often something may be done: counted in the database, and so exactly, by all processes.

A stretch of time has a row of its own for each key. One statement counts and answers, no matter who
else counts at the same moment. Keys are digests: whose they are is not written down.
"""

from dataclasses import dataclass
from typing import Final

from django.db import connection
from django.utils import timezone
from django.utils.crypto import salted_hmac

from portal.core.models import Throttle

# Older rows are of no use. They go when a new stretch begins.
KEPT_SECONDS: Final = 24 * 3600
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
        key = salted_hmac("throttle", f"{self.name} {whom}", algorithm="sha256").hexdigest()
        now = int(timezone.now().timestamp())
        since = now - now % self.seconds
        with connection.cursor() as cursor:
            cursor.execute(COUNT.format(table=Throttle._meta.db_table), (key, since))
            [count] = cursor.fetchone()
        if count == 1:
            Throttle.objects.filter(since__lt=now - max(KEPT_SECONDS, self.seconds)).delete()
        return bool(count <= self.most)
