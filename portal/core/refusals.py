"""How often limits have said no, for those who watch the portal.

Counted in memory, and added to the database once a second at most: with the answer to somebody who
was refused, or at a worker's heartbeat. However many are refused, little is written for it. What a
process has not added yet goes with it when it is killed.
"""

import threading
import time
from collections import Counter
from typing import Final

from django.db import DatabaseError, InterfaceError, connection

from portal.core.models import Refusals

EVERY_SECONDS: Final = 1.0
ADD: Final = """
INSERT INTO {table} (name, count) VALUES {rows}
ON CONFLICT (name) DO UPDATE SET count = {table}.count + EXCLUDED.count
"""


class Counted:
    """What this process has counted, and not added to the database yet."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._thread = threading.local()
        self._due = 0.0

    def note(self, name: str) -> None:
        """Count that the limit of this name has refused something."""
        self._thread.has_noted = True
        with self._lock:
            self._counts[name] += 1

    def add_own(self) -> None:
        """Add all, where this thread has counted something since it was here, if it is time."""
        has_noted = getattr(self._thread, "has_noted", False)
        self._thread.has_noted = False
        if has_noted and time.monotonic() >= self._due:
            self.add()

    def add(self) -> None:
        """Add all to the database. While that does not answer, it is kept."""
        with self._lock:
            counts, self._counts = self._counts, Counter()
            self._due = time.monotonic() + EVERY_SECONDS
        try:
            _add(counts)
        except (DatabaseError, InterfaceError):
            with self._lock:
                self._counts.update(counts)


def _add(counts: Counter[str]) -> None:
    if not counts:
        return
    rows = ", ".join(["(%s, %s)"] * len(counts))
    statement = ADD.format(table=Refusals._meta.db_table, rows=rows)
    # In the same order everywhere: two processes that add the same ones wait, and never for ever.
    values = [value for row in sorted(counts.items()) for value in row]
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


counted: Final = Counted()
