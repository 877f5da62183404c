"""Hubs chosen in the inventory become a plan to move them, and nobody else's do."""

from uuid import uuid4

from django.urls import reverse

from portal.imports.models import Import
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
