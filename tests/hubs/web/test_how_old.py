"""How old the numbers of hubs are: home, the list of sites and a site's page say so."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.hubs import troubles
from portal.hubs.display.wording import moment
from portal.hubs.models import Hub
from tests.hubs.own_hubs import make_own_hub
from tests.plans import as_of_a_large_table

HOUR = timedelta(hours=1)
SAYS = "Every hub has been read since"
OF_ALL = ("/", "/sites/")


@pytest.fixture
def admin(as_person, ada):
    return as_person(ada)


@pytest.fixture
def read_at(mill_court, orchard_rise, acme):
    """When the first hub was read: at Mill Court, at Orchard Rise, and at no site."""
    now = timezone.now()
    for place in (mill_court, orchard_rise, acme):
        make_own_hub(place, read_at=now)
    times = {mill_court: now - HOUR, orchard_rise: now - 30 * HOUR, acme: now - 50 * HOUR}
    for place, at in times.items():
        make_own_hub(place, read_at=at)
    return times


def test_each_says_how_old_its_own_numbers_are(admin, read_at, mill_court, orchard_rise, acme):
    for site in (mill_court, orchard_rise):
        assert f"{SAYS} {moment(read_at[site])}." in admin.get(f"/sites/{site.pk}/").text
    for address in OF_ALL:
        assert f"{SAYS} {moment(read_at[acme])}." in admin.get(address).text


def test_a_hub_that_was_never_read_takes_the_sentence_from_where_it_counts(
    admin, read_at, mill_court, orchard_rise
):
    make_own_hub(orchard_rise, read_at=None)

    assert SAYS in admin.get(f"/sites/{mill_court.pk}/").text
    for address in (f"/sites/{orchard_rise.pk}/", *OF_ALL):
        assert SAYS not in admin.get(address).text


@pytest.mark.parametrize("address", ["/sites/{site}/", *OF_ALL])
def test_a_hub_that_left_makes_the_numbers_no_older(address, admin, mill_court):
    own = make_own_hub(mill_court, read_at=timezone.now() - HOUR)
    gone = make_own_hub(mill_court, read_at=timezone.now() - 70 * HOUR)
    Hub.objects.filter(pk=gone.pk).update(binding="other", status="")

    said = f"{SAYS} {moment(own.read_at)}."
    assert said in admin.get(address.format(site=mill_court.pk)).text


@pytest.mark.parametrize("address", ["/sites/{site}/", *OF_ALL])
def test_where_no_hub_is_nothing_is_said(address, admin, mill_court):
    assert SAYS not in admin.get(address.format(site=mill_court.pk)).text


def test_a_search_that_finds_no_site_says_nothing_of_hubs(admin, read_at):
    assert SAYS in admin.get("/sites/", {"q": "mill"}).text
    assert SAYS not in admin.get("/sites/", {"q": "nowhere"}).text


def test_the_oldest_reading_at_a_site_is_found_by_an_index(read_at, mill_court):
    as_of_a_large_table(Hub)
    explain = "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
    with CaptureQueriesContext(connection) as queries:
        assert troubles.oldest_reading_at(mill_court) == read_at[mill_court]
    assert len(queries) == 1
    with connection.cursor() as cursor:
        cursor.execute(f"{explain} {queries[0]['sql']}")
        plan = str(cursor.fetchall())
    assert "hub_read_at_site" in plan
    assert "TEMP B-TREE" not in plan
    assert "Sort" not in plan
