"""An agent claims for any organisation, known to the portal or not, except support's own."""

import pytest

from portal.audit.models import Entry
from portal.claims.models import Claim, State
from portal.orgs.models import Organisation
from portal.sandbox import world
from tests.conftest import make_organisation, work
from tests.support.conftest import NEW, filled, post, sent


def test_every_organisation_except_supports_own_can_be_chosen(agent, acme, harbour):
    page = agent.get(NEW).text

    assert "Acme Properties" in page
    assert "Harbour Living" in page
    assert f"target={world.SUPPORT_ORG_ID}" not in page


def test_organisations_are_found_by_name_and_by_id(agent, acme, harbour):
    for text in ("harbour LIV", "harbour-living"):
        page = agent.get(NEW, {"q": text}).text
        assert "Harbour Living" in page
        assert "Acme Properties" not in page


@pytest.mark.parametrize(
    "target", [world.SUPPORT_ORG_ID, "another-support", "", "two words", "ü", "x" * 129, "a/../b"]
)
def test_support_organisations_and_impossible_ids_are_no_targets(agent, mill_court, hub_id, target):
    make_organisation("Another Support", "another-support", world.SUPPORT_KEY, "super")

    assert agent.get(NEW, {"target": target}).status_code == 422
    answer = post(agent, filled(hub_id, confirmation=target, typed_site="x"), target)

    assert answer.status_code == 422
    assert not Claim.objects.exists()


def test_an_unknown_organisation_is_created_with_its_first_claim(sandbox, agent, hub_id):
    form = filled(hub_id, typed_site="tower-2", confirmation="far-away:Homes")
    assert agent.get(NEW, {"target": "far-away:Homes"}).status_code == 200
    assert not Organisation.objects.filter(spkey_org_id="far-away:Homes").exists()

    post(agent, form, "far-away:Homes")

    claim = Claim.objects.get()
    assert (claim.organisation.name, claim.organisation.spkey_org_id) == ("far-away:Homes",) * 2
    assert (claim.site, claim.spkey_site_id) == (None, "tower-2")
    assert work(claim).state == State.CLAIMED
    assert sent(sandbox)[0].body["orgId"] == "far-away:Homes"
    assert Entry.objects.filter(verb="organisation.created", actor_label="agent@support.example")


def test_a_typing_error_is_not_offered_to_the_next_agent(sandbox, agent, hub_id):
    post(agent, filled(hub_id, typed_site="x", confirmation="tpying-error"), "tpying-error")
    assert "tpying-error" not in agent.get(NEW).text
    assert agent.get(NEW, {"target": "tpying-error"}).status_code == 200

    assert work(Claim.objects.get()).state == State.CLAIMED
    assert "tpying-error" in agent.get(NEW).text


def test_a_typed_id_of_a_known_organisation_is_that_organisation(agent, acme, hub_id):
    post(agent, filled(hub_id, typed_site="new-site"), f" {world.ACME_ORG_ID} ")

    assert Claim.objects.get().organisation == acme
