"""No page, poll, search or lease reads through a table that grows with the years."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bench import history

GROWING = "claims_claim|claims_attempt|hubs_hub|hubs_search|audit_entry|notices_notice"
# SQLite's words for reading all of a table, or all of an index.
SCAN = re.compile(rf"SCAN (?:{GROWING})\b(?! VIRTUAL TABLE INDEX \d+:\w)")

on_sqlite = pytest.mark.skipif(
    connection.vendor != "sqlite", reason="the plans are in SQLite's words"
)


def plan_of(sql: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
        return [row[-1] for row in cursor.fetchall()]


@on_sqlite
def test_no_query_reads_through_a_growing_table(ira, ada, acme, mill_court, settings):
    settings.ZEAL_RAISE = False
    claim = history.make_claims(ira, 2_000)
    scans = {}
    for name, work in history.works(ada, ira, claim):
        with CaptureQueriesContext(connection) as queries:
            work()
        for query in queries:
            if query["sql"].startswith("SELECT"):
                found = [line for line in plan_of(query["sql"]) if SCAN.match(line)]
                scans |= {f"{name}: {query['sql']}": found} if found else {}

    assert scans == {}


@on_sqlite
def test_a_query_that_reads_through_the_claims_is_noticed(db):
    plan = plan_of("SELECT * FROM claims_claim WHERE support_reason LIKE '%x%'")

    assert any(SCAN.match(line) for line in plan)
