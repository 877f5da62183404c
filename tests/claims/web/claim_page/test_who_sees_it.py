"""A claim is seen, and acted on, by those it concerns and by nobody else."""

from uuid import UUID

import pytest

from portal.claims.engine import actions
from portal.claims.models import Claim
from portal.sandbox import world
from tests.claims.web.claim_page.conftest import address, live, text_of
from tests.conftest import claim_request, join, make_person
from tests.forms import FRAGMENT


def test_a_colleague_may_stop_a_claim(as_person, ada, claim):
    as_person(ada).post(address(claim, "stop/"))

    assert Claim.objects.get().state == "cancelled"


def test_a_person_of_two_organisations_sees_each_ones_claims(as_person, acme, harbour, lighthouse):
    both = make_person("both@acme.example", "Bo Both")
    join(both, acme)
    join(both, harbour)
    claim = actions.submit(claim_request(both, lighthouse, UUID(world.hub_id(5))))

    assert as_person(both).get(address(claim)).status_code == 200


@pytest.mark.parametrize("action", ["try-now/", "stop/", "again/"])
def test_the_target_of_supports_claim_sees_it_and_has_no_buttons(
    action, as_person, hal, supports_claim
):
    client = as_person(hal)
    page = text_of(client, supports_claim)

    assert "Asked for by SpKey Support" in page
    assert "Asked for by telephone" in page
    assert "stop-trying" not in page
    assert client.post(address(supports_claim, action), headers=FRAGMENT).status_code == 403
    assert Claim.objects.get().state == "queued"


def test_a_support_claim_shows_nothing_else_of_its_organisation(
    agent, harbours_claim, supports_claim
):
    assert agent.get(address(supports_claim)).status_code == 200
    assert agent.get(address(harbours_claim)).status_code == 404


def test_a_colleague_of_the_agents_sees_nothing_of_what_support_did(
    as_person, spkey_support, supports_claim
):
    colleague = make_person("office@support.example", "Olga Office")
    join(colleague, spkey_support, "admin")
    client = as_person(colleague)

    assert client.get(address(supports_claim)).status_code == 404
    assert live(client, supports_claim).status_code == 404
    assert supports_claim.hub_id_text not in client.get("/").content.decode()


def test_an_agent_without_the_second_factor_is_asked_for_it_first(as_person, sam, supports_claim):
    client = as_person(sam)
    answer = client.get(address(supports_claim))

    assert answer.status_code == 403
    assert "You have no second factor yet" in answer.content.decode()
    assert "Lighthouse" not in answer.content.decode()
    assert "HX-Redirect" in live(client, supports_claim)
    refused = client.post(address(supports_claim, "stop/"))
    assert refused.status_code == 403
    assert "You have no second factor yet" in refused.content.decode()
    assert Claim.objects.get().state == "queued"


def test_an_agent_who_is_a_member_of_the_target_needs_the_second_factor_to_act(
    as_person, agent, sam, harbour, supports_claim
):
    join(sam, harbour)

    assert 'id="stop-trying"' not in text_of(as_person(sam), supports_claim)
    assert 'id="stop-trying"' in text_of(agent, supports_claim)


def test_the_way_back_from_supports_claim_leads_the_agent_to_supports_list(
    agent, as_person, hal, supports_claim
):
    assert 'class="back-link" href="/support/"' in text_of(agent, supports_claim)
    assert 'class="back-link" href="/claims/"' in text_of(as_person(hal), supports_claim)
