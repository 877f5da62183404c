"""No page, poll, search or lease reads through a table that grows with the years."""

import re

from django.db import connection
from django.test.utils import CaptureQueriesContext

from bench import history

GROWING = "claims_claim|claims_attempt|hubs_hub|hubs_search|audit_entry|notices_notice"
# How each database says that it reads all of a table. SQLite says the same of all of an index.
# PostgreSQL, told not to, still does where no index serves.
SCAN = {
    "sqlite": re.compile(rf"SCAN (?:{GROWING})\b(?! VIRTUAL TABLE INDEX \d+:\w)"),
    "postgresql": re.compile(rf"Seq Scan on (?:{GROWING})\b"),
}[connection.vendor]


def scans(sql: str) -> list[str]:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(f"EXPLAIN {sql}")
        else:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
        return [line for *_, line in cursor.fetchall() if SCAN.search(line)]


def test_no_query_reads_through_a_growing_table(ira, ada, acme, mill_court, settings):
    settings.ZEAL_RAISE = False
    claim = history.make_claims(ira, 2_000)
    found = {}
    for name, work in history.works(ada, ira, claim):
        with CaptureQueriesContext(connection) as queries:
            work()
        for sql in (query["sql"] for query in queries):
            if sql.lstrip().startswith(("SELECT", "WITH")) and (lines := scans(sql)):
                found[f"{name}: {sql}"] = lines

    assert found == {}


def test_a_query_that_reads_through_the_claims_is_noticed(db):
    assert scans("SELECT * FROM claims_claim WHERE support_reason LIKE '%x%'")
