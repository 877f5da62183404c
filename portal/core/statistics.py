"""What a database knows of its tables, by which it chooses how to read them.

PostgreSQL keeps that true by itself. SQLite has to be asked: without it, it takes the one index for
as good as the other, and reads through the years.
"""

from contextlib import suppress
from datetime import timedelta
from typing import Final

from django.db import OperationalError, connection

EVERY: Final = timedelta(hours=6)


def refresh(*, at_once: bool = False) -> None:
    """Have SQLite look at its tables. Connections that are opened from then on know of it.

    It looks at all of them, which takes a third of a second for a hundred thousand claims: of a
    sample it concludes that the one index is as good as the other. While others write it may find
    no moment for that: some hours later is as good. PostgreSQL does so by itself within minutes,
    or here `at_once`.
    """
    if connection.vendor == "sqlite" or at_once:
        with suppress(OperationalError), connection.cursor() as cursor:
            cursor.execute("ANALYZE")
