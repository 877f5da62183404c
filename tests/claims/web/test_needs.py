"""What needs an administrator: a line each, which stays away while it has nothing new to tell."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from portal.core.models import Heartbeat
from portal.hubs.learnt import learnt_sites
from portal.hubs.models import Binding, Hub
from portal.orgs.models import ApiCredential, Organisation
from portal.sites.models import Site
from tests.conftest import join, make_person
from tests.hubs.own_hubs import make_own_hub
from tests.plans import as_of_a_large_table

HOUR = timedelta(hours=1)


@pytest.fixture
def admin(as_person, ada, acme, mill_court):
    """The browser of an administrator with nothing to do."""
    now = timezone.now()
    Heartbeat.objects.create(name="worker", beat_at=now)
    Organisation.objects.update(first_steps_done_at=now)
    join(make_person("bea@acme.example", "Bea"), acme, "admin")
    return as_person(ada)


def needs(client):
    return client.get("/").context["needs"]


def titles(client) -> list[str]:
    return [str(need.title) for need in needs(client)]


def put_away(client, acme, need):
    address = reverse("needs-put-away", query={"organisation": acme.pk})
    form = {"about": need.about, "newest": need.newest.isoformat()}
    return client.post(address, form, follow=True)


def test_home_counts_the_hubs_and_says_how_old_that_is(admin, mill_court, acme):
    make_own_hub(mill_court, online=False)
    make_own_hub(mill_court)
    make_own_hub(acme, online=None)
    Hub.objects.update(read_at=timezone.now() - HOUR)
    page = admin.get("/")

    hubs = page.context["hubs"]
    assert (hubs.hubs, hubs.online, hubs.offline, hubs.unknown) == (3, 1, 1, 1)
    assert "Every hub has been read since" in page.text
    assert [row.site for row in page.context["site_rows"]] == [mill_court]


def test_hubs_offline_are_told_by_site_and_again_once_another_goes(admin, acme, mill_court):
    now = timezone.now()
    make_own_hub(mill_court, online=False, last_seen=now - 3 * HOUR)
    hub = make_own_hub(mill_court, online=False, last_seen=now - 2 * HOUR)
    make_own_hub(acme, online=False)
    [ours, nowhere] = needs(admin)
    assert "Mill Court: 2 hubs offline since" in ours.title
    assert ours.url == f"/hubs/?state=offline&site={mill_court.pk}"
    assert "At no site of yours: 1 hub offline since" in nowhere.title
    page = put_away(admin, acme, ours)
    assert "It comes back when it changes." in page.text
    assert [need.about for need in page.context["needs"]] == ["offline "]

    Hub.objects.filter(pk=hub.pk).update(online=True)
    assert len(needs(admin)) == 1
    make_own_hub(mill_court, online=False, last_seen=now - HOUR)
    assert len(needs(admin)) == 2
    put_away(admin, acme, needs(admin)[0])
    where = {"organisation": acme.pk, "about": ours.about}
    admin.post(reverse("needs-take-back", query=where))
    assert len(needs(admin)) == 2


def test_how_old_that_is_goes_by_answers_not_by_questions(admin, mill_court):
    hub = make_own_hub(mill_court, read_at=timezone.now() - HOUR)
    make_own_hub(mill_court)
    assert admin.get("/").context["oldest_reading"] == hub.read_at
    make_own_hub(mill_court, read_at=None)
    assert admin.get("/").context["oldest_reading"] is None


def test_a_hub_that_was_last_seen_before_a_line_was_put_away_brings_it_back(
    admin, acme, mill_court
):
    before = timezone.now() - 3 * HOUR
    hub = make_own_hub(mill_court, read_at=before)
    make_own_hub(mill_court, online=False)
    put_away(admin, acme, needs(admin)[0])
    assert needs(admin) == []
    now = timezone.now()
    Hub.objects.filter(pk=hub.pk).update(online=False, last_seen=before, read_at=now)
    assert len(needs(admin)) == 1


def test_a_hub_that_is_moved_to_an_unknown_site_brings_its_line_back(admin, acme, mill_court):
    for hub in (make_own_hub(acme), make_own_hub(acme, created_at=timezone.now() - HOUR)):
        Hub.objects.filter(pk=hub.pk).update(spkey_site_id="bldg-7")
        [learnt] = needs(admin)
        put_away(admin, acme, learnt)
        assert needs(admin) == []
        Hub.objects.filter(pk=hub.pk).update(serial="SK-1", version=9)
        assert needs(admin) == []


def test_sites_to_learn_are_read_by_an_index_of_hubs_without_one(acme, mill_court):
    for place in (mill_court, acme):
        make_own_hub(place)
    as_of_a_large_table(Hub)
    explain = "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
    with CaptureQueriesContext(connection) as queries:
        assert learnt_sites(acme).first == []
    with connection.cursor() as cursor:
        cursor.execute(f"{explain} {queries[0]['sql']}")
        assert "hub_learnt" in str(cursor.fetchall())


def test_sites_to_learn_are_counted_beyond_those_that_are_listed_by_the_same_index(
    acme, mill_court, lighthouse
):
    for _ in range(300):
        make_own_hub(mill_court)
    make_own_hub(acme)
    make_own_hub(lighthouse.organisation, spkey_site_id="theirs")
    for number in range(25):
        for _ in range(2):
            make_own_hub(acme, spkey_site_id=f"learnt-{number:02}")
    as_of_a_large_table(Hub)
    explain = "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    with CaptureQueriesContext(connection) as queries:
        found = learnt_sites(acme)

    assert [each.spkey_site_id for each in found.first] == [f"learnt-{n:02}" for n in range(20)]
    assert ({each.hubs for each in found.first}, found.number) == ({2}, 25)
    assert len(queries) == 2
    with connection.cursor() as cursor:
        for query in list(queries):
            cursor.execute(f"{explain} {query['sql']}")
            assert "hub_learnt" in str(cursor.fetchall())


@pytest.mark.parametrize(("sites", "said"), [(20, ""), (21, "20 of 21"), (25, "20 of 25")])
def test_home_and_the_page_of_sites_say_how_many_sites_are_to_be_learnt(admin, acme, sites, said):
    for number in range(sites):
        make_own_hub(acme, spkey_site_id=f"learnt-{number:02}")
    page = admin.get(reverse("sites:list")).text

    more = f"Hubs are at {sites - 3} more sites that the portal does not have"
    assert more in titles(admin)
    assert page.count("Add it as a site?") == 20
    assert (" of 2" in page) == bool(said)
    assert said in page


def test_what_one_puts_away_the_other_still_sees(admin, acme, mill_court, as_person):
    make_own_hub(mill_court, online=False)
    put_away(admin, acme, needs(admin)[0])
    bea = acme.memberships.get(user__email="bea@acme.example").user

    assert needs(admin) == []
    assert len(needs(as_person(bea))) == 1


def test_nonsense_puts_nothing_away(admin, acme):
    address = reverse("needs-put-away", query={"organisation": acme.pk})
    at = "2026-01-02T03:04:05"
    far = {"about": "left", "newest": "0001-01-01T00:00:00+14:00"}
    for form in ({}, {"about": "left"}, {"about": "left", "newest": at}, {"newest": f"{at}Z"}, far):
        assert admin.post(address, form).status_code == 400
    assert admin.post(address, {"about": "x" * 201, "newest": f"{at}Z"}).status_code == 400


def test_hubs_that_left_and_a_key_that_ends_are_told(admin, acme, mill_court):
    hub = make_own_hub(mill_court)
    Hub.objects.filter(pk=hub.pk).update(binding=Binding.OTHER, read_at=timezone.now())
    day = timezone.localdate() + timedelta(days=5)
    ApiCredential.objects.filter(organisation=acme).update(expires_on=day)
    gone, key = needs(admin)

    assert gone.title == "1 hub is not yours any more"
    assert gone.url == "/hubs/?state=left"
    assert str(key.url).startswith("/organisation/key/")
    assert not key.about
    put_away(admin, acme, gone)
    assert len(needs(admin)) == 1


def test_many_sites_in_trouble_are_a_few_lines(admin, acme, mill_court):
    for number in range(9):
        name = f"House {number}"
        site = Site.objects.create(organisation=acme, name=name, spkey_site_id=name)
        make_own_hub(site, online=False)
        make_own_hub(acme, spkey_site_id=f"learnt-{number}")
    found = titles(admin)

    assert "Hubs are offline at 3 more sites" in found
    assert "Hubs are at 6 more sites that the portal does not have" in found
    assert len(found) == 6 + 1 + 3 + 1
