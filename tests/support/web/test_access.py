"""Support's pages open to support's agents with their second factor, and to nobody else."""

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse

from portal.claims.models import Claim
from portal.orgs import access
from portal.orgs.models import Membership
from tests.conftest import join
from tests.forms import Browser
from tests.people_with_factor import code, set_up_factor, sign_in_with_factor
from tests.support.conftest import CLAIMS, FIND, acmes_grant, claim_page, filled, post, signed_in


@pytest.mark.parametrize("who", ["ira", "ada", "otto"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_but_an_agent_gets_in(who, method, acme, spkey_support, request):
    client = sign_in_with_factor(Browser(), request.getfixturevalue(who))

    for address in (CLAIMS, FIND, reverse("support:ask"), reverse("support:code")):
        # The list takes no POST at all.
        assert getattr(client, method)(address).status_code in {403, 405}
    for address in (claim_page(), reverse("support:organisation", args=(acmes_grant().pk,))):
        assert client.get(address).status_code == 404
    assert not Claim.objects.exists()


def test_a_member_of_the_super_keys_organisation_who_is_no_agent_does_not_get_in(
    sam, mill_court, hub_id
):
    Membership.objects.filter(user=sam).update(support=False, role="admin")
    client = sign_in_with_factor(Browser(), sam)

    assert client.get(CLAIMS).status_code == 403
    assert post(client, filled(hub_id, mill_court)).status_code == 404
    assert not Claim.objects.exists()


def test_who_acts_for_others_is_not_led_to_jobs_that_nobody_plans(agent, ira, as_person):
    link = f'href="{reverse("jobs:list")}"'

    assert link not in agent.get(CLAIMS).content.decode()
    assert link in as_person(ira).get("/").content.decode()


def test_an_agent_without_a_second_factor_is_told_to_ask_for_an_invitation(sam, mill_court, hub_id):
    client = signed_in(sam)

    for answer in (client.get(CLAIMS), client.get(FIND), post(client, filled(hub_id, mill_court))):
        assert answer.status_code == 403
        assert "Ask an operator of the portal for an invitation" in answer.text
    assert not Claim.objects.exists()


def test_an_agent_whose_session_came_in_without_the_factor_is_asked_for_its_code(
    sam, mill_court, hub_id
):
    client = signed_in(sam)
    set_up_factor(sam)

    for answer in (client.get(CLAIMS), client.get(FIND), post(client, filled(hub_id, mill_court))):
        assert answer["Location"].startswith(reverse("mfa_reauthenticate"))
    assert not Claim.objects.exists()


def test_the_pages_ask_for_the_factor_themselves_whatever_stands_before_them(sam, grant, settings):
    settings.MIDDLEWARE = [
        each for each in settings.MIDDLEWARE if not each.endswith(".RequiredFactor")
    ]
    client = signed_in(sam)
    set_up_factor(sam)

    for address in (CLAIMS, FIND, reverse("support:organisation", args=(grant.pk,))):
        answer = client.get(address)
        assert answer.status_code == 403
        assert reverse("mfa_reauthenticate") in answer.text


def test_the_right_code_lets_an_agent_in(sam):
    client = signed_in(sam)
    set_up_factor(sam)

    answer = client.post(f"{reverse('mfa_reauthenticate')}?next={FIND}", {"code": code()})

    assert answer.headers["Location"] == FIND
    assert client.get(FIND).status_code == 200


def test_a_replaced_second_factor_must_be_used_again(agent, sam):
    Authenticator.objects.filter(user=sam).delete()
    assert agent.get(CLAIMS).status_code == 403

    set_up_factor(sam)
    assert agent.get(CLAIMS)["Location"].startswith(reverse("mfa_reauthenticate"))


def test_an_agent_who_works_in_an_organisation_of_customers_is_no_agent_there(agent, sam, acme):
    join(sam, acme, "admin", support=True)
    agent.post(reverse("organisation:switch"), {"organisation": str(acme.pk)})
    assert agent.session[access.SESSION_ORGANISATION] == str(acme.pk)

    assert agent.get(CLAIMS).status_code == 403
