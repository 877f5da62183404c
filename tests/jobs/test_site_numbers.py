"""The table of sites: their hubs, their jobs, and what happened there last."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from portal.hubs.actions import asking
from portal.hubs.actions.asking import ActionRequest
from portal.hubs.actions.models import HubAction, Kind
from portal.hubs.models import DECOMMISSIONED, SUSPENDED, Hub
from portal.jobs import site_numbers
from portal.sites.models import Site
from tests.hubs.own_hubs import make_own_hub
from tests.jobs.conftest import make

HOUR = timedelta(hours=1)


@pytest.fixture
def houses(mill_court, orchard_rise, ada):
    """Mill Court with two hubs offline, Orchard Rise with one online that Ira just claimed."""
    now = timezone.now()
    make_own_hub(mill_court, online=False, last_seen=now - 3 * HOUR)
    make_own_hub(mill_court, online=False, last_seen=now - HOUR)
    make_own_hub(orchard_rise, claimed_at=now, claimed_by_name="Ira")
    make(mill_court, ada)
    return now


def names(client, order: str) -> list[str]:
    rows = client.get("/sites/", {"order": order}).context["rows"]
    return [row.site.name for row in rows]


def test_a_row_says_since_when_how_many_are_offline_and_what_was_last(houses, as_person, ada):
    rows = as_person(ada).get("/sites/").context["rows"]
    mill, orchard = rows

    assert (mill.hubs, mill.online, mill.offline, mill.open_jobs) == (2, 0, 2, 1)
    assert abs(mill.offline_since - (houses - 3 * HOUR)) < timedelta(seconds=1)
    assert (mill.change.health, mill.change.claimed) == ("offline", False)
    assert (orchard.hubs, orchard.online, orchard.offline, orchard.open_jobs) == (1, 1, 0, 0)
    assert (orchard.change.claimed, orchard.change.person) == (True, "Ira")


def test_sites_are_sorted_by_each_column(houses, acme, as_person, ada):
    Site.objects.create(organisation=acme, name="Canal", spkey_site_id="canal")
    client = as_person(ada)

    assert names(client, "name") == ["Canal", "Mill Court", "Orchard Rise"]
    assert names(client, "-name") == ["Orchard Rise", "Mill Court", "Canal"]
    assert names(client, "-offline")[0] == "Mill Court"
    assert names(client, "-online")[0] == "Orchard Rise"
    assert names(client, "-jobs")[0] == "Mill Court"
    assert names(client, "-hubs")[0] == "Mill Court"
    assert names(client, "changed") == ["Mill Court", "Orchard Rise", "Canal"]
    assert names(client, "-changed") == ["Orchard Rise", "Mill Court", "Canal"]
    assert names(client, "'; DROP") == names(client, "name")
    assert set(site_numbers.ORDERS) == {"name", "hubs", "online", "offline", "jobs", "changed"}


def test_a_sites_page_shows_its_hubs_the_worst_first_its_people_and_jobs(
    houses, mill_court, as_person, ada, claim
):
    page = as_person(ada).get(f"/sites/{mill_court.pk}/")

    assert [hub.health for hub in page.context["hubs"]] == ["offline", "offline"]
    assert f"/hubs/?site={mill_court.pk}&amp;state=offline" in page.text
    assert [job.number for job, _ in page.context["jobs"]] == [1]
    # All of them are here: what the page is called is not said again in each row.
    _, _, table = page.text.partition('class="table jobs-table"')
    assert mill_court.name not in table.partition("</table>")[0]
    assert [person.name for person in page.context["people"]] == ["Ira Installer"]
    assert [row.hub_id for row in page.context["claims"]] == [claim.hub_id_text]


@pytest.mark.parametrize(
    ("ago", "state", "told"),
    [
        (HOUR, "done", ("moved", "Ada Admin")),
        (HOUR, "refused", ("claimed", "Ira")),
        (HOUR, "was_so", ("claimed", "Ira")),
        (9 * HOUR, "done", ("claimed", "Ira")),
    ],
)
def test_a_hub_that_was_moved_there_last_is_told_as_moved_by_who_moved_it(
    ago, state, told, houses, orchard_rise, as_person, ada
):
    hub = Hub.objects.get(site=orchard_rise)
    Hub.objects.filter(pk=hub.pk).update(claimed_at=houses - 5 * HOUR)
    Hub.objects.filter(pk=hub.pk).update(health_since=houses - 5 * HOUR)
    request = ActionRequest(ada, hub, Kind.MOVE, uuid4(), site=orchard_rise)
    action = asking.submit(request)
    HubAction.objects.filter(pk=action.pk).update(
        state=state, due_at=None, finished_at=houses - ago
    )
    client = as_person(ada)
    page = client.get("/sites/", {"order": "-changed"})
    row = next(row for row in page.context["rows"] if row.site == orchard_rise)
    what = "moved" if row.change.moved else "claimed" if row.change.claimed else ""

    assert (what, row.change.person) == told
    assert ("moved " in page.text) == (told[0] == "moved")


def test_a_site_without_hubs_to_which_one_was_moved_once_is_sorted_by_that(
    houses, acme, mill_court, as_person, ada
):
    quay = Site.objects.create(organisation=acme, name="Quay", spkey_site_id="quay")
    hub = Hub.objects.filter(site=mill_court).first()
    action = asking.submit(ActionRequest(ada, hub, Kind.MOVE, uuid4(), site=quay))
    soon = timezone.now() + HOUR
    HubAction.objects.filter(pk=action.pk).update(state="done", due_at=None, finished_at=soon)

    assert names(as_person(ada), "-changed")[0] == "Quay"


@pytest.mark.parametrize(
    ("states", "words"),
    [
        ([{"online": None}], ["1 not known"]),
        ([{"online": False}, {"online": None}, {"online": None}], ["1 since", "2 not known"]),
        ([{"status": SUSPENDED}, {"status": DECOMMISSIONED}], ["1 suspended", "1 decommissioned"]),
        ([{"replaced_at": timezone.now()}, {"online": None}], ["1 not known", "1 replaced"]),
    ],
)
def test_what_is_not_online_is_said_in_full(mill_court, as_person, ada, states, words):
    for state in ({"online": True}, *states):
        make_own_hub(mill_court, **state)
    page = as_person(ada).get("/sites/")
    (row,) = page.context["rows"]
    cell = page.text.partition("sites-offline")[2].partition("</td>")[0]

    assert [each for each in words if each not in cell] == []
    parts = (row.online, row.offline, row.unknown, row.suspended, row.decommissioned, row.replaced)
    assert sum(parts) == row.hubs == 1 + len(states)
    assert "–" not in cell
