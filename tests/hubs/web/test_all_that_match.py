"""All hubs that a list's filters find are chosen at once: those, and nobody else's."""

import csv
import io
from uuid import UUID

import pytest
from django.http import QueryDict
from django.utils import timezone

from portal.audit.models import Entry
from portal.hubs.models import Hub
from tests.conftest import join, make_person
from tests.hubs.own_hubs import make_own_hub
from tests.jobs.conftest import make

A_PAGE = 25


@pytest.fixture
def hubs(mill_court, orchard_rise, lighthouse):
    """At Mill Court a page of hubs and one more, of which two are offline; others elsewhere."""
    for number in range(A_PAGE + 1):
        place = f"Flat {number:02}"
        make_own_hub(mill_court, hub_id=UUID(int=number + 1), place=place, online=number > 1)
    make_own_hub(orchard_rise, place="Roof", online=False)
    make_own_hub(lighthouse, place="Not ours", online=False)


def places_sent(client, **posted) -> list[str]:
    answer = client.post("/hubs/export.csv", {"chosen": "alone", **posted})
    assert answer.status_code == 200, answer
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return [row[1] for row in csv.reader(io.StringIO(text))][1:]


def test_they_are_offered_where_there_are_more_than_a_page_shows(hubs, as_person, ada, mill_court):
    client = as_person(ada)

    assert "All 27 hubs" in client.get("/hubs/").text
    assert "All 26 that match" in client.get("/hubs/", {"site": mill_court.pk}).text
    # The second page of two.
    last = client.get("/hubs/", {"site": mill_court.pk, "order": "hub"}).context["next_url"]
    assert "All 26 that match" in client.get(f"/hubs/{last}").text
    for query in ({"rows": "50"}, {"q": "Roof"}, {"state": "offline"}):
        assert 'name="every"' not in client.get("/hubs/", query).text


@pytest.mark.parametrize(
    ("query", "places"),
    [
        ("state=offline", ["Flat 00", "Flat 01", "Roof"]),
        ("q=flat+0&order=-place", [f"Flat 0{n}" for n in range(9, -1, -1)]),
        ("q=Roof&after=nonsense&rows=25&ids=whole", ["Roof"]),
        ("state=suspended", []),
    ],
)
def test_a_file_has_all_that_the_lists_address_finds(hubs, as_person, ada, query, places):
    some = Hub.objects.filter(place="Flat 20").values_list("pk", flat=True)
    sent = places_sent(as_person(ada), every="yes", filters=query, hub=[str(pk) for pk in some])

    assert sent == places if "order" in query else sorted(sent) == places
    assert Entry.objects.get(verb="hub.exported").detail["chosen"] == 0


def test_rows_on_other_pages_come_in_one_field(hubs, as_person, ada):
    found = Hub.objects.filter(place__in=["Flat 03", "Flat 04", "Roof", "Not ours"])
    here, *others = [str(pk) for pk in found.values_list("pk", flat=True)]
    sent = places_sent(as_person(ada), filters="order=place", hub=[here, " ".join(others)])

    assert sent == ["Flat 03", "Flat 04", "Roof"]


@pytest.mark.parametrize(
    "filters", ["state=upside+down", "since=yesterday", "q=%00", "person=Nobody"]
)
def test_a_filter_that_is_none_chooses_nothing(hubs, as_person, ada, filters):
    posted = {"chosen": "alone", "every": "yes", "filters": filters}
    answer = as_person(ada).post("/hubs/export.csv", posted)

    if "person" in filters:  # It finds nothing, as a name that is there no more does.
        assert b"".join(answer.streaming_content).decode("utf-8-sig").count("\r\n") == 1
        return
    assert answer.status_code == 302
    assert QueryDict(answer["Location"].partition("?")[2]).keys() <= {"state", "since", "q"}
    assert not Entry.objects.filter(verb="hub.exported").exists()


def test_who_is_limited_to_jobs_gets_no_more_than_they_see(
    hubs, as_person, acme, orchard_rise, ada
):
    crew = make_person("crew@acme.example", "Crew")
    member = join(crew, acme, all_sites=False)
    make(orchard_rise, ada, member)

    assert places_sent(as_person(crew), every="yes", filters="") == ["Roof"]
    assert places_sent(as_person(crew), every="yes", filters="site=none") == []


def test_those_that_left_are_all_that_match_where_one_looks_at_them(hubs, as_person, ada):
    left = Hub.objects.filter(place__in=["Flat 05", "Flat 06"])
    left.update(binding="other", status="", asked_at=timezone.now())
    sent = places_sent(as_person(ada), every="yes", filters="state=left")

    assert sorted(sent) == ["Flat 05", "Flat 06"]
