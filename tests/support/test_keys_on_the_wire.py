"""Support's claims go out with the super key and ordinary ones with the organisation's own."""

from uuid import uuid4

import pytest
from django.urls import reverse

from portal.claims.engine import actions, credentials
from portal.claims.models import Claim, Reason, State
from portal.orgs.models import ApiCredential, Membership
from portal.sandbox import world
from portal.sites.models import Site
from tests.conftest import claim_request, work
from tests.support.conftest import filled, post, sent


def used_keys(sandbox) -> set[str]:
    return {asked.key for asked in sandbox.state.requests}


def test_supports_claim_goes_out_with_the_super_key_and_the_targets_id(
    sandbox, agent, mill_court, hub_id
):
    post(agent, filled(hub_id, mill_court))
    done = work(Claim.objects.get())

    assert done.state == State.CLAIMED
    [asked] = sent(sandbox)
    assert asked.body["orgId"] == world.ACME_ORG_ID
    assert asked.body["siteId"] == mill_court.spkey_site_id
    assert used_keys(sandbox) == {"support"}
    assert sandbox.state.hubs[str(hub_id)].org_id == world.ACME_ORG_ID


def test_an_ordinary_claim_goes_out_with_the_own_key_and_never_names_the_organisation(
    sandbox, claim
):
    assert work(claim).state == State.CLAIMED

    [asked] = sent(sandbox)
    assert "orgId" not in asked.body
    assert used_keys(sandbox) == {"acme"}


def test_a_member_of_the_super_keys_organisation_cannot_make_an_ordinary_claim(
    agent, spkey_support, hub_id
):
    site = Site.objects.create(organisation=spkey_support, name="Office", spkey_site_id="office")
    form = {"site": str(site.pk), "label": str(hub_id), "submission": str(uuid4())}

    assert agent.post(reverse("claims:new"), form).status_code == 403
    assert not Claim.objects.exists()


@pytest.fixture
def ordinary_claim_under_a_super_key(sam, spkey_support, hub_id) -> Claim:
    site = Site.objects.create(organisation=spkey_support, name="Office", spkey_site_id="office")
    return actions.submit(claim_request(sam, site, hub_id))


@pytest.fixture
def support_claim_under_a_normal_key(sam, mill_court, spkey_support, hub_id) -> Claim:
    claim = actions.submit(
        claim_request(sam, mill_court, hub_id, acting_organisation=spkey_support)
    )
    ApiCredential.objects.filter(organisation=spkey_support).update(kind="normal")
    return claim


WRONG_KEYS = ["ordinary_claim_under_a_super_key", "support_claim_under_a_normal_key"]


@pytest.mark.parametrize("name", WRONG_KEYS)
def test_a_claim_whose_key_is_of_the_wrong_kind_waits_and_nothing_is_asked(sandbox, name, request):
    done = work(request.getfixturevalue(name))

    assert (done.state, done.reason) == (State.BLOCKED, Reason.KEY_KIND)
    assert not sandbox.state.requests


@pytest.mark.parametrize("name", WRONG_KEYS)
def test_a_key_of_the_wrong_kind_is_not_used_even_to_confirm_an_open_send(sandbox, name, request):
    claim = request.getfixturevalue(name)
    Claim.objects.filter(pk=claim.pk).update(outcome_unknown_since=claim.created_at)

    done = work(claim)

    assert done.state == State.BLOCKED
    assert not sandbox.state.requests
    with pytest.raises(credentials.Blocked):
        credentials.credential_for(done)


def test_a_claim_is_cancelled_when_the_agent_stops_being_one_before_it_is_sent(
    sandbox, agent, sam, mill_court, hub_id
):
    post(agent, filled(hub_id, mill_court))
    Membership.objects.filter(user=sam).update(support=False)

    done = work(Claim.objects.get())

    assert (done.state, done.reason) == (State.CANCELLED, Reason.RIGHT_GONE)
    assert not sandbox.state.requests
