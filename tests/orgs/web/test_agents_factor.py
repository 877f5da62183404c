"""Support agents work here with a second factor, in sessions that have used it; else nowhere."""

import pytest
from django.urls import reverse

from portal.orgs.models import Membership
from tests.conftest import join
from tests.forms import FRAGMENT, Browser
from tests.operators.test_second_factor import by_password, enrol, invited
from tests.people_with_factor import code, has_used_factor, set_up_factor, sign_in_with_factor

PAGES = ("home", "claims:list", "hubs:list", "news", "support:claims", "support:find")
OPEN = ("mfa_index", "sessions:list", "account_change_password")


@pytest.mark.parametrize("page", PAGES)
def test_without_a_factor_every_page_says_how_to_get_one(sam, page):
    answer = by_password(sam).get(reverse(page))

    assert answer.status_code == 403
    assert "Ask an operator of the portal for an invitation" in answer.text


@pytest.mark.parametrize("page", PAGES)
def test_a_session_that_did_not_use_it_is_led_to_it_and_back(sam, page):
    client = by_password(sam)
    set_up_factor(sam)
    address = reverse(page)

    way = client.get(address)["Location"]

    assert way.startswith(reverse("mfa_reauthenticate"))
    assert client.post(way, {"code": code()})["Location"] == address
    assert client.get(address).status_code in {200, 403}


@pytest.mark.parametrize("page", OPEN)
def test_what_is_needed_to_set_it_up_or_to_leave_stays_open(sam, page):
    client = by_password(sam)
    assert client.get(reverse(page)).status_code == 200
    client.post(reverse("account_logout"))
    assert "_auth_user_id" not in client.session


def test_by_an_invitation_the_agent_sets_one_up_and_goes_on(sam):
    client = by_password(sam)
    assert client.post(invited(sam.email))["Location"] == reverse("mfa_index")
    assert client.get(reverse("home"))["Location"] == reverse("mfa_index")

    enrol(client)

    assert client.get(reverse("home")).status_code == 200


def test_a_fragment_leads_the_whole_page(sam):
    client = by_password(sam)
    assert "HX-Redirect" in client.get(reverse("home"), headers=FRAGMENT)
    set_up_factor(sam)
    way = client.get(reverse("home"), headers=FRAGMENT)["HX-Redirect"]
    assert way.startswith(reverse("mfa_reauthenticate"))


def test_in_another_organisation_of_theirs_an_agent_needs_it_as_well(sam, acme):
    join(sam, acme, "admin")
    client = by_password(sam)
    client.post(reverse("organisation:switch"), {"organisation": str(acme.pk)})

    assert client.get(reverse("people:list")).status_code == 403


def test_signing_in_itself_asks_for_the_factor(sam):
    client = sign_in_with_factor(Browser(), sam)

    assert client.get(reverse("home")).status_code == 200


@pytest.mark.parametrize("change", ["support", "expired", "key"])
def test_who_is_no_agent_any_more_needs_none(sam, spkey_support, as_person, change):
    client = as_person(sam)
    assert client.get(reverse("news")).status_code == 403
    if change == "support":
        Membership.objects.filter(user=sam).update(support=False)
    elif change == "expired":
        Membership.objects.filter(user=sam).update(expires_at="2020-01-01T00:00:00Z")
    else:
        type(spkey_support.credential).objects.update(kind="normal")

    assert client.get(reverse("sessions:list")).status_code == 200
    assert "invitation" not in client.get(reverse("home")).text


def test_an_organisation_without_agents_is_not_asked(ada, as_person):
    assert as_person(ada).get(reverse("home")).status_code == 200
    assert has_used_factor(as_person(ada), ada).get(reverse("home")).status_code == 200
