"""What a database knows of its tables, by which it chooses how to read them.

PostgreSQL keeps that true by itself. SQLite has to be asked: without it, it takes the one index for
as good as the other, and reads through the years.
"""

from contextlib import suppress
from datetime import timedelta
from typing import Final

from django.db import OperationalError, connection

EVERY: Final = timedelta(hours=1)
# A sample of each index: however long that is, it takes a tenth of a second.
_STATEMENTS: Final = ("PRAGMA analysis_limit = 10000", "ANALYZE")


def refresh(*, at_once: bool = False) -> None:
    """Have SQLite look at its tables. Connections that are opened from then on know of it.

    While others write it may find no moment for that: an hour later is as good. PostgreSQL does so
    by itself within minutes, or here `at_once`.
    """
    if connection.vendor == "postgresql" and at_once:
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    if connection.vendor == "sqlite":
        with suppress(OperationalError), connection.cursor() as cursor:
            for statement in _STATEMENTS:
                cursor.execute(statement)
