"""A record of years: a million entries in minutes, since the database makes them by itself."""

from datetime import timedelta
from typing import Any, Final

from django.db import connection
from django.db.backends.utils import CursorWrapper

from portal.audit.models import Entry
from portal.orgs.models import Organisation

# What an organisation's record tells of beside its claims, each verb with its kind.
VERBS: Final = (
    ("claim.ended", "claims"),
    ("hub.described", "hubs"),
    ("hub.move_asked", "hubs"),
    ("site.changed", "sites"),
    ("job.changed", "jobs"),
    ("membership.changed", "people"),
    ("key.checked", "key"),
    ("session.began", "sign_in"),
    ("notice.told", "other"),
)
_VENDORS: Final = {
    "sqlite": {
        "uuid": "lower(hex(randomblob(16)))",
        "at": "strftime('%%Y-%%m-%%d %%H:%%M:%%f', 'now', (-CAST({} AS integer)) || ' seconds')",
    },
    "postgresql": {
        "uuid": "gen_random_uuid()",
        "at": "now() - CAST({} AS integer) * interval '1 second'",
    },
}
# What each entry names one of, by numbers: they are looked up once an entry.
_NUMBERED: Final = {
    "bench_people": """
        SELECT row_number() OVER (ORDER BY id) - 1 AS n, id, email, name FROM orgs_user
        WHERE id IN (SELECT submitted_by_id FROM claims_claim WHERE organisation_id = %s)
    """,
    "bench_hubs": """
        SELECT row_number() OVER (ORDER BY id) - 1 AS n, hub_id, spkey_site_id FROM hubs_hub
        WHERE organisation_id = %s
    """,
    "bench_verbs": "WITH verbs(n, verb, kind) AS (VALUES {verbs}) SELECT * FROM verbs",
}
_ENTRIES: Final = """
    WITH RECURSIVE series(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM series WHERE n + 1 < %s)
    INSERT INTO audit_entry (
        id, at, verb, kind, actor_id, actor_label, actor_name, actor_role, organisation_id,
        object_type, object_id, object_label, hub, site, address, request, result, detail
    )
    SELECT
        {uuid}, {at}, verb, kind, people.id, email, name, 'installer', %s,
        '', CAST({uuid} AS text), '', CASE WHEN kind IN ('claims', 'hubs') THEN hubs.hub_id END,
        spkey_site_id, '192.0.2.1', CAST({uuid} AS text), '', '{{}}'
    FROM series
    JOIN bench_verbs AS verbs ON verbs.n = series.n %% %s
    JOIN bench_people AS people ON people.n = series.n / 7 %% %s
    JOIN bench_hubs AS hubs ON hubs.n = series.n / 9 %% %s
"""


def make_entries(
    organisation: Organisation, count: int, *, newest: timedelta, oldest: timedelta
) -> None:
    """Make so many entries of the organisation, by its claimers and about its hubs.

    They are spread evenly from the newest to the oldest, which are so long ago.
    """
    if not count:
        return
    first, span = newest.total_seconds(), (oldest - newest).total_seconds()
    vendor = _VENDORS[connection.vendor]
    at = vendor["at"].format(f"({first} + series.n * {span / count})")
    statement = _ENTRIES.format(uuid=vendor["uuid"], at=at)
    key = Entry._meta.get_field("organisation_id").get_db_prep_value(organisation.pk, connection)
    with connection.cursor() as cursor:
        numbers = {table: _number(cursor, table, key) for table in _NUMBERED}
        rows = (numbers[table] for table in ("bench_verbs", "bench_people", "bench_hubs"))
        cursor.execute(statement, [count, key, *rows])
        for table in _NUMBERED:
            cursor.execute(f"DROP TABLE {table}")


def _number(cursor: CursorWrapper, table: str, organisation: Any) -> int:
    """Make a table for the statement, numbered from 0. Return how many rows it has."""
    verbs = ", ".join(f"({n}, '{verb}', '{kind}')" for n, (verb, kind) in enumerate(VERBS))
    query = _NUMBERED[table].format(verbs=verbs)
    cursor.execute(f"CREATE TEMPORARY TABLE {table} AS {query}", [organisation] * query.count("%s"))
    cursor.execute(f"CREATE UNIQUE INDEX {table}_n ON {table} (n)")
    cursor.execute(f"SELECT count(*) FROM {table}")
    return int(cursor.fetchone()[0])
