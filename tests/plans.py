"""Whether a database would find rows by an index, asked of a table as small as a test's."""

from django.db import connection, models


def as_of_a_large_table(model: type[models.Model]) -> None:
    """Have PostgreSQL plan, to the end of the test, as if reading the whole table cost too much."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        # Rows that tests before this one rolled back still swell indexes, and which of two is the
        # smaller would decide.
        cursor.execute(f"REINDEX TABLE {connection.ops.quote_name(model._meta.db_table)}")
