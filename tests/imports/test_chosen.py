"""Hubs chosen in the inventory become a plan to move them, and nobody else's do."""

import re
from uuid import uuid4

import pytest
from django.urls import reverse

from portal.hubs.models import Hub
from portal.imports.models import Import
from portal.imports.web import chosen as page_of_chosen
from portal.sandbox import world
from tests.hubs.own_hubs import make_own_hub
from tests.imports.conftest import verdicts, work

ADDRESS = reverse("imports:move-chosen")


def test_the_chosen_hubs_become_a_plan_to_move_them(
    sandbox, ada, acme, mill_court, orchard_rise, lighthouse, as_person
):
    hubs = [make_own_hub(mill_court, hub_id=world.hub_id(n), place=f"Flat {n}") for n in (0, 1)]
    theirs = make_own_hub(lighthouse, hub_id=world.hub_id(2), place="Not ours")
    for hub in hubs:
        ours = {"orgId": world.ACME_ORG_ID, "siteId": "mill-court", "status": "Claimed"}
        sandbox.state.set_hub(str(hub.hub_id), ours)
    client = as_person(ada)
    assert "formaction" in client.get(reverse("hubs:list")).text
    chosen = {"hub": [str(hub.pk) for hub in (*hubs, theirs)]}

    asked = client.post(ADDRESS, chosen)
    assert "Move 2 hubs to another site?" in asked.text
    assert "Not ours" not in asked.text
    assert not Import.objects.exists()
    form = chosen | {"submission": str(uuid4())}
    assert client.post(ADDRESS, form).status_code == 422  # No site is chosen.
    answers = [client.post(ADDRESS, form | {"site": str(orchard_rise.pk)}) for _ in range(2)]

    plan = Import.objects.get()
    address = reverse("imports:detail", args=(plan.pk,))
    assert [answer["Location"] for answer in answers] == [address, address]
    assert verdicts(work(plan, 3)) == {2: "other_site", 3: "other_site"}
    page = client.get(address).text
    assert "Move 2 hubs" in page
    assert "Chosen in the list" in page


def test_without_a_hub_of_ones_own_there_is_nothing_to_move(ada, lighthouse, as_person):
    theirs = make_own_hub(lighthouse)
    answer = as_person(ada).post(ADDRESS, {"hub": [str(theirs.pk), "x"]}, follow=True)

    assert answer.redirect_chain == [(reverse("hubs:list"), 302)]
    assert "Choose the hubs first." in answer.text


def test_an_installer_is_not_offered_to_move_hubs(ira, mill_court, as_person):
    make_own_hub(mill_court)
    assert ADDRESS not in as_person(ira).get(reverse("hubs:list")).text


CHOSEN = re.compile(r'name="hub" value="([^"]*)"')


@pytest.fixture
def flats(mill_court, orchard_rise, lighthouse):
    """Three hubs at Mill Court, one at Orchard Rise, and one that is another's."""
    made = [make_own_hub(mill_court, place=f"Flat {number}") for number in range(3)]
    make_own_hub(orchard_rise, place="Roof")
    make_own_hub(lighthouse, place="Not ours")
    return made


def test_all_that_match_are_counted_and_named_before_they_become_a_plan(
    flats, ada, mill_court, orchard_rise, as_person
):
    client = as_person(ada)
    filters = f"site={mill_court.pk}&order=-place"
    asked = client.post(ADDRESS, {"every": "yes", "filters": filters})

    assert "Move 3 hubs to another site?" in asked.text
    assert "Roof" not in asked.text
    # Another one comes to match meanwhile: nobody was asked about it.
    make_own_hub(mill_court, place="Flat 9")
    form = {"hub": CHOSEN.findall(asked.text), "filters": filters, "submission": str(uuid4())}
    again = client.post(ADDRESS, form)
    assert again.status_code == 422
    assert "Move 3 hubs to another site?" in again.text
    assert f"?site={mill_court.pk}" in again.text
    client.post(ADDRESS, form | {"site": str(orchard_rise.pk)})

    plan = Import.objects.get()
    lines = b"".join(bytes(piece.data) for piece in plan.pieces.all()).decode().split()
    assert lines[1:] == [str(hub.hub_id) for hub in flats]


def test_more_than_a_plan_takes_are_no_plan_and_the_list_stays_as_it_was(
    flats, ada, as_person, monkeypatch
):
    monkeypatch.setattr(page_of_chosen, "ROWS", 2)
    for filters, number in (("q=Flat", 0), ("", 0), ("state=online", 0), ("q=Roof", 1)):
        answer = as_person(ada).post(ADDRESS, {"every": "yes", "filters": filters}, follow=True)
        if number:
            assert "Move 1 hub to another site?" in answer.text
        else:
            assert answer.redirect_chain[0][0] == f"/hubs/{'?' * bool(filters)}{filters}"
            assert "More than 2 hubs match" in answer.text
    assert not Import.objects.exists()


def test_hubs_that_left_are_not_moved_and_it_is_said(flats, ada, as_person):
    Hub.objects.filter(place__in=("Flat 0", "Flat 1")).update(binding="other", status="")
    gone = [str(hub.pk) for hub in flats[:2]]
    client = as_person(ada)
    for posted in ({"every": "yes", "filters": "state=left"}, {"hub": gone}, {"hub": gone[0]}):
        answer = client.post(ADDRESS, posted, follow=True)
        assert "The chosen hubs are no longer yours" in answer.text


@pytest.mark.parametrize("filters", ["state=upside+down", "site=nowhere", "until=soon"])
def test_filters_that_are_none_choose_none(flats, ada, as_person, filters):
    answer = as_person(ada).post(ADDRESS, {"every": "yes", "filters": filters})

    assert answer.status_code == 302
    assert not Import.objects.exists()


def test_of_many_the_question_lists_the_first_and_names_all(flats, ada, as_person, monkeypatch):
    monkeypatch.setattr(page_of_chosen, "SHOWN", 2)
    asked = as_person(ada).post(ADDRESS, {"every": "yes", "filters": "order=site"}).text

    assert "Move 4 hubs to another site?" in asked
    assert "And 2 more, which the plan lists." in asked
    assert asked.count('<th scope="row">') == 2
    assert len(CHOSEN.findall(asked)[0].split()) == 4
