"""What a database knows of its tables, by which it chooses how to read them.

PostgreSQL keeps that true by itself. SQLite has to be asked: without it, it takes the one index for
as good as the other, and reads through the years.
"""

from contextlib import suppress
from datetime import timedelta
from typing import Final

from django.db import OperationalError, connection

EVERY: Final = timedelta(hours=1)
# Of all tables, whether this connection used them or not; only what has changed much.
_STATEMENTS: Final = ("PRAGMA analysis_limit = 1000", "PRAGMA optimize = 0x10002")


def refresh() -> None:
    """Have SQLite look at the tables that have changed much, which takes it some milliseconds.

    While others write it may find no moment for that: an hour later is as good.
    """
    if connection.vendor == "sqlite":
        with suppress(OperationalError), connection.cursor() as cursor:
            for statement in _STATEMENTS:
                cursor.execute(statement)
