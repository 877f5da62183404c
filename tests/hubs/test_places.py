"""A place belongs to a hub at a site: whichever way the hub gets elsewhere, it stays behind."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from portal.audit.models import Entry
from portal.claims.engine import actions
from portal.claims.models import Claim, State
from portal.core import worker
from portal.hubs import changes, watching
from portal.hubs.actions import asking
from portal.hubs.actions.asking import ActionRequest
from portal.hubs.actions.models import HubAction, Kind
from portal.hubs.models import Hub
from portal.sandbox import world
from tests.conftest import claim_request, work
from tests.moves.conftest import bind


@pytest.fixture
def hung(ira, mill_court, hub_id, sandbox) -> Hub:
    """A hub that Ira has claimed at Mill Court, for Flat 7."""
    claim = work(actions.submit(claim_request(ira, mill_court, hub_id, place="Flat 7")))
    assert claim.state == State.CLAIMED
    return claim.hub


def now(hub: Hub) -> Hub:
    return Hub.objects.get(pk=hub.pk)


def read(hub: Hub) -> Hub:
    """Let the worker read the hub now."""
    watching.hint([hub.pk])
    Hub.objects.filter(pk=hub.pk).update(due_at=timezone.now())
    worker.run_once()
    return now(hub)


def told() -> list[tuple[str, list[str]]]:
    """What the record says of places that stayed behind: where, and what changed."""
    entries = Entry.objects.filter(verb="hub.place_left").order_by("at")
    return [(entry.detail["before"], entry.detail["changes"]["place"]) for entry in entries]


LEFT = [("Mill Court", ["Flat 7", ""])]


@pytest.mark.parametrize("site", ["orchard-rise", "bldg-7"])
def test_a_hub_that_was_moved_at_spkey_is_at_no_place_there(hung, orchard_rise, sandbox, site):
    version = hung.version
    sandbox.state.set_hub(str(hung.hub_id), {"siteId": site})
    hub = read(hung)

    assert (hub.spkey_site_id, hub.place, hub.place_text) == (site, "", "")
    assert hub.version > version
    assert told() == LEFT
    read(hub)
    assert told() == LEFT


@pytest.mark.parametrize("change", [{"online": False}, {"siteId": ""}, {"status": "Suspended"}])
def test_a_hub_that_stays_stays_at_its_place(hung, sandbox, change):
    sandbox.state.set_hub(str(hung.hub_id), change)

    assert read(hung).place == "Flat 7"
    assert told() == []


@pytest.mark.parametrize(("place", "then"), [("", ""), ("Attic", "Attic"), ("Flat 7", "Flat 7")])
def test_a_hub_that_was_released_and_is_claimed_elsewhere_starts_anew(
    hung, ira, orchard_rise, sandbox, place, then
):
    release(hung, sandbox)
    assert read(hung).place == "Flat 7"
    claim = work(actions.submit(claim_request(ira, orchard_rise, hung.hub_id, place=place)))

    assert claim.state == State.CLAIMED
    assert (now(hung).place, told()) == (then, LEFT)
    assert (read(hung).place, told()) == (then, LEFT)


def test_a_hub_that_was_released_and_claimed_again_at_its_site_is_at_its_place(
    hung, ira, mill_court, sandbox
):
    release(hung, sandbox)
    read(hung)
    work(actions.submit(claim_request(ira, mill_court, hung.hub_id)))

    assert (read(hung).place, told()) == ("Flat 7", [])


def test_a_hub_that_comes_back_to_another_site_without_the_portal(hung, orchard_rise, sandbox):
    release(hung, sandbox)
    read(hung)
    bind(sandbox, str(hung.hub_id), world.ACME_ORG_ID, "orchard-rise")

    assert (read(hung).place, told()) == ("", LEFT)


def test_what_is_said_once_the_hub_is_there_stays(hung, ada, orchard_rise, sandbox):
    sandbox.state.set_hub(str(hung.hub_id), {"siteId": "orchard-rise"})
    changes.describe(read(hung), {"place": "Flat 7"}, ada, {})

    assert (read(hung).place, now(hung).place_site_id) == ("Flat 7", "orchard-rise")
    sandbox.state.set_hub(str(hung.hub_id), {"siteId": "mill-court"})
    assert read(hung).place == ""
    assert told() == [*LEFT, ("Orchard Rise", ["Flat 7", ""])]


def test_a_claim_of_before_says_nothing_of_the_place_at_another_site(
    hung, ira, orchard_rise, sandbox
):
    claim = Claim.objects.get(hub=hung)
    sandbox.state.set_hub(str(hung.hub_id), {"siteId": "orchard-rise"})
    read(hung)
    actions.put_at(claim, "Flat 9", ira)

    assert (Claim.objects.get(hub=hung).place, now(hung).place) == ("Flat 9", "")


def test_a_move_that_took_effect_after_it_was_given_up(hung, ada, orchard_rise, sandbox):
    move = ask_to_move(hung, ada, orchard_rise)
    give_up(move)
    assert read(hung).place == "Flat 7"
    sandbox.state.set_hub(str(hung.hub_id), {"siteId": "orchard-rise"})

    assert (read(hung).place, told()) == ("", LEFT)


@pytest.mark.parametrize("goes_to", ["orchard-rise", "bldg-7"])
def test_while_the_portal_moves_a_hub_the_move_says_what_becomes_of_its_place(
    hung, ada, orchard_rise, sandbox, goes_to
):
    move = ask_to_move(hung, ada, orchard_rise)
    HubAction.objects.filter(pk=move.pk).update(due_at=timezone.now() + timedelta(hours=1))
    sandbox.state.set_hub(str(hung.hub_id), {"siteId": goes_to})
    hub = read(hung)
    is_awaited = goes_to == "orchard-rise"
    assert (hub.place, told()) == (("Flat 7", []) if is_awaited else ("", LEFT))

    HubAction.objects.filter(pk=move.pk).update(due_at=timezone.now())
    worker.run_once()
    ended = Entry.objects.filter(verb="hub.move_ended").first()
    assert now(hung).place == ""
    if is_awaited:
        assert ended.detail["changes"] == {"place": ["Flat 7", ""]}
        assert told() == []


@pytest.mark.parametrize(
    ("stood_at", "place", "changes"),
    [("mill-court", "Flat 7", None), ("orchard-rise", "", {"place": ["Flat 7", ""]})],
)
def test_a_hub_that_support_brings_back_has_its_place_at_its_site_alone(
    hung, sam, spkey_support, mill_court, orchard_rise, sandbox, stood_at, place, changes
):
    bind(sandbox, str(hung.hub_id), world.HARBOUR_ORG_ID)
    assert read(hung).binding == Hub.Binding.OTHER
    site = {"mill-court": mill_court, "orchard-rise": orchard_rise}[stood_at]
    action = asking.submit(
        ActionRequest(
            user=sam,
            hub=now(hung),
            kind=Kind.RECLAIM,
            submission=uuid4(),
            site=site,
            because="The holder agreed",
            acting=spkey_support,
            from_org_id=world.HARBOUR_ORG_ID,
        )
    )
    bind(sandbox, str(hung.hub_id), world.ACME_ORG_ID, stood_at)
    read(hung)
    HubAction.objects.active().filter(pk=action.pk).update(due_at=timezone.now())
    worker.run_once()

    ended = Entry.objects.get(verb="hub.reclaim_ended")
    assert (ended.detail["state"], now(hung).place) == ("was_so", place)
    assert (ended.detail.get("changes"), told()) == (changes, [])


def test_a_place_that_was_said_before_the_site_was_known_goes_with_the_first(acme, sandbox):
    hub = Hub.objects.create(organisation=acme, hub_id=world.hub_id(3), place="Flat 7")
    bind(sandbox, str(hub.hub_id), world.ACME_ORG_ID, "bldg-7")
    assert (read(hub).place, now(hub).place_site_id) == ("Flat 7", "bldg-7")

    bind(sandbox, str(hub.hub_id), world.ACME_ORG_ID, "bldg-8")
    assert read(hub).place == ""
    assert told() == [("bldg-7", ["Flat 7", ""])]


def test_the_history_of_the_hub_says_where_its_place_stayed(
    hung, ada, orchard_rise, sandbox, as_person
):
    sandbox.state.set_hub(str(hung.hub_id), {"siteId": "orchard-rise"})
    read(hung)
    page = as_person(ada).get(f"/hubs/{hung.pk}/").text

    tail = str(hung.hub_id)[-4:].upper()
    assert f"Hub …{tail} is at Orchard Rise now; its place stayed behind" in page
    assert "Before: Mill Court" in page
    assert "Place: Flat 7 → –" in page


def release(hub: Hub, sandbox) -> None:
    sandbox.state.set_hub(str(hub.hub_id), {"status": "Provisioned", "orgId": "", "siteId": ""})


def ask_to_move(hub: Hub, who, site) -> HubAction:
    return asking.submit(
        ActionRequest(
            user=who,
            hub=now(hub),
            kind=Kind.MOVE,
            submission=uuid4(),
            site=site,
            because="Installed in the wrong building",
        )
    )


def give_up(action: HubAction) -> None:
    HubAction.objects.filter(pk=action.pk).update(
        state="unknown", sends=1, finished_at=timezone.now(), due_at=None
    )
