"""No page, poll, search or lease reads through a table that grows with the years."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bench import pages, years
from bench.paperwork import make_paperwork
from portal.claims.models import Claim
from portal.core import statistics
from portal.hubs import rounds
from tests.jobs.conftest import make
from tests.jobs.handed_over import claim_hubs, job_at

GROWING = "|".join(
    (
        *("claims_claim", "claims_attempt", "claims_senthub", "audit_entry", "notices_notice"),
        *("hubs_hub", "hubs_spell", "hubs_search", "hub_photos_hubphoto"),
        *("hub_actions_hubaction", "hub_actions_hubactionattempt"),
        *("imports_import", "imports_row", "imports_batch", "imports_piece"),
        "events_delivery",
        *("jobs_job", "jobs_jobmember", "jobs_jobrequest"),
        *("jobs_handover", "jobs_handoverhub", "jobs_handoverlink"),
    )
)
# How each database says that it reads all of a table. SQLite says the same of all of an index,
# which it may do in order, to stop at the end of a page. Jobs that are not over are few, and have
# an index of their own. PostgreSQL, told not to, still does where no index serves.
SCAN = {
    "sqlite": re.compile(
        rf"SCAN (?:{GROWING})\b(?! VIRTUAL TABLE INDEX \d+:\w)(?! USING INDEX job_unfinished)"
    ),
    "postgresql": re.compile(rf"Seq Scan on (?:{GROWING})\b"),
}[connection.vendor]
SORT = "USE TEMP B-TREE FOR ORDER BY"
# All that is known of the row is whose it is, or that it has no site: the history of years.
HISTORY = re.compile(
    rf"SEARCH (?:{GROWING}) USING (?:COVERING )?INDEX (?!job_unfinished)\w+"
    r" \((?:organisation_id|site_id)=\?\)$"
)
# The organisation's claims, one by one, newest first: to whom only some of them are shown.
OF_ALL = re.compile(r"claim_newest\b|claim_ended")


def plan_of(sql: str) -> list[tuple[int, str]]:
    """Return the lines of the query's plan, each with the number of the select it belongs to."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(f"EXPLAIN {sql}")
            return [(0, line) for (line,) in cursor.fetchall()]
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
        return [(select, _named(line, sql)) for _, select, _, line in cursor.fetchall()]


def _named(line: str, sql: str) -> str:
    """Return the line with the table's name where the query calls it something else."""
    names = {alias: table for table, alias in re.findall(r'"(\w+)" (?:AS )?([TUVW]\d+)\b', sql)}
    return re.sub(r"^(SCAN|SEARCH) (\w+)", lambda it: f"{it[1]} {names.get(it[2], it[2])}", line)


def reads_through(sql: str) -> list[str]:
    """Return what of the query's plan costs more with the years."""
    plan = plan_of(sql)
    are_sorted = {select for select, line in plan if line.startswith(SORT)}
    # All of them in order, up to the end of a page.
    is_first_page = " WHERE " not in sql and " LIMIT " in sql
    return [
        line
        for select, line in plan
        if (SCAN.search(line) and (select in are_sorted or not is_first_page))
        or (select in are_sorted and HISTORY.match(line))
    ]


@pytest.mark.slow
def test_no_query_reads_through_a_growing_table(ira, acme, mill_court, hal, lighthouse, settings):
    settings.ZEAL_RAISE = False
    # Beside somebody else: of an organisation that has all rows, they may as well all be read.
    years.make_years(hal, 1_000)
    readers = pages.Readers.of(acme, ira)
    years.make_former_sites(readers.former, 5)
    claim = years.make_years(ira, 2_000)
    years.make_jobs(ira, claim, 300)
    years.make_due(ira, 5)
    rounds.begin()
    statistics.refresh(at_once=True)
    # A table of which it knows nothing SQLite takes to be large, and one of a single row it reads.
    make_paperwork(readers.admin, readers.agent)
    found, seen = {}, set()
    for name, work in pages.works(readers, claim):
        with CaptureQueriesContext(connection) as queries:
            work()
        for sql in {query["sql"] for query in queries} - seen:
            seen.add(sql)
            if sql.lstrip().startswith(("SELECT", "WITH")) and (lines := reads_through(sql)):
                found[f"{name}: {sql}"] = lines

    assert found == {}


@pytest.mark.slow
def test_a_list_of_who_is_limited_to_jobs_reads_their_own_and_not_the_years(
    ada, ira, mill_court, as_person
):
    years.make_claims(ada, 2_000)
    member = ira.memberships.get()
    member.all_sites = False
    member.save()
    job = make(mill_court, ada, member)
    claim_hubs(job, ada, 2)
    claim_hubs(job_at(mill_court, number=99), ira, 1)
    statistics.refresh(at_once=True)
    client, found = as_person(ira), {}
    for address in ("/claims/", "/claims/?state=attention", "/claims/?q=mill", "/"):
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            shown = client.get(address).context["rows"]
        assert len(shown) == {"/": 1, "/claims/?state=attention": 0}.get(address, 3)
        for sql in (query["sql"] for query in queries if query["sql"].startswith("SELECT")):
            if lines := [line for _, line in plan_of(sql) if OF_ALL.search(line)]:
                found[f"{address}: {sql}"] = lines

    assert found == {}


def test_a_query_that_reads_through_the_claims_is_noticed(db, acme):
    assert reads_through("SELECT * FROM claims_claim WHERE support_reason LIKE '%x%'")
    if connection.vendor == "sqlite":
        of_acme = Claim.objects.filter(organisation=acme)
        assert reads_through(str(of_acme.order_by("tries").query).replace(acme.pk.hex, "'x'"))
