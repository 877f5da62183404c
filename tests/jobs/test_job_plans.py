"""What the pages of jobs ask costs no more with the years, and no more for many rows than few."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from zeal import zeal_context

from bench import years
from portal.core import statistics
from portal.jobs import queries
from portal.jobs.models import Job
from portal.sites.models import Site
from tests.claims import test_plans
from tests.conftest import join, make_person
from tests.forms import FRAGMENT
from tests.jobs.conftest import make


@pytest.fixture
def history(ira, ada, mill_court) -> Job:
    """A job of today among hundreds that are over, and claims of years."""
    claim = years.make_claims(ira, 1_000)
    return years.make_jobs(ira, claim, 300)


def asked(client, address: str, **headers: str) -> list[str]:
    client.get(address, headers=headers)
    with CaptureQueriesContext(connection) as captured, zeal_context():
        assert client.get(address, headers=headers).status_code in {200, 204}
    return [query["sql"] for query in captured if query["sql"].startswith("SELECT")]


@pytest.mark.slow
def test_no_page_of_jobs_reads_through_jobs_or_claims(history, as_person, ada, ira):
    statistics.refresh(at_once=True)
    pages = {
        ada: [
            "/",
            "/jobs/",
            "/jobs/?state=today",
            "/jobs/?state=overdue",
            "/jobs/?state=coming",
            "/jobs/?state=over",
            "/jobs/?state=over&page=3",
            "/jobs/?state=over&q=house",
            "/jobs/?state=over&q=WO-0017",
            "/jobs/?state=over&q=A7",
            "/jobs/?q=ira",
            "/jobs/?state=over&q=nobody",
            f"/jobs/{history.pk}/",
            f"/jobs/{history.pk}/live/",
            f"/jobs/{history.pk}/edit/",
        ],
        ira: ["/", "/jobs/"],
    }
    found = {}
    for person, addresses in pages.items():
        client = as_person(person)
        for address in addresses:
            for sql in asked(client, address):
                if lines := test_plans.reads_through(sql):
                    found[f"{address}: {sql}"] = lines

    assert found == {}


@pytest.mark.slow
def test_a_list_takes_as_many_queries_for_twenty_jobs_as_for_two(as_person, ada, iras, mill_court):
    client, counts = as_person(ada), []
    for number in (2, 18):
        for _ in range(number):
            make(mill_court, ada, iras)
        counts.append([len(asked(client, address)) for address in ("/", "/jobs/")])

    assert counts[0] == counts[1]
    assert max(counts[1]) <= 34


def test_a_search_asks_as_often_for_ten_sites_and_people_as_for_two(
    as_person, ada, acme, mill_court
):
    client, counts = as_person(ada), []
    for numbers in (range(2), range(2, 10)):
        for number in numbers:
            fields = {"name": f"Quay House {number}", "spkey_site_id": f"quay-{number}"}
            site = Site.objects.create(organisation=acme, **fields)
            person = make_person(f"quay{number}@acme.example", f"Q {number}")
            make(site, ada)
            make(mill_court, ada, join(person, acme))
        counts.append(len(asked(client, "/jobs/?q=quay")))

    assert counts[0] == counts[1]
    assert len(client.get("/jobs/?q=quay").context["rows"]) == 20


def test_a_page_far_down_loads_its_own_jobs_alone(as_person, ada, mill_court, monkeypatch):
    for _ in range(2 * queries.PAGE + 3):
        make(mill_court, ada)
    loaded, from_db = [], Job.from_db.__func__
    monkeypatch.setattr(
        Job, "from_db", classmethod(lambda *row, **more: loaded.append(1) or from_db(*row, **more))
    )
    page = as_person(ada).get("/jobs/?page=3")

    assert [job.number for job, _ in page.context["rows"]] == [51, 52, 53]
    assert len(loaded) == 3


def test_an_unchanged_poll_of_a_job_takes_four_queries(as_person, ada, history):
    client = as_person(ada)
    page = client.get(f"/jobs/{history.pk}/").content.decode()
    live = page.partition('hx-get="')[2].partition('"')[0]

    assert len(asked(client, live, **FRAGMENT)) <= 4
