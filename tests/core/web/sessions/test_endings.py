"""Sessions end by themselves, by signing out, and by a new password; a new one has a new key."""

from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.orgs import members
from portal.orgs.models import User
from tests.conftest import PASSWORD
from tests.core.web.sessions.conftest import poll, sign_in
from tests.forms import FRAGMENT
from tests.people_with_factor import has_used_factor


def test_a_session_ends_when_nobody_uses_it_for_twelve_hours(ira, claim_page):
    client = Client()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        sign_in(client, ira)
        client.get(claim_page)
        clock.shift(timedelta(hours=11, minutes=59))
        assert client.get(claim_page).status_code == 200
        clock.shift(timedelta(hours=12, minutes=1))
        assert client.get(claim_page).status_code == 302
        assert "HX-Redirect" in poll(client, claim_page)


def test_polling_does_not_keep_a_session_alive(ira, claim_page):
    client = Client()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        sign_in(client, ira)
        client.get(claim_page)
        for _ in range(12):
            clock.shift(timedelta(hours=1))
            assert "HX-Redirect" not in poll(client, claim_page)
        clock.shift(timedelta(minutes=1))
        assert "HX-Redirect" in poll(client, claim_page)


def test_a_tap_keeps_a_session_alive_though_it_comes_as_a_fragment(ira, claim_page):
    client = Client()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        sign_in(client, ira)
        client.get(claim_page)
        clock.shift(timedelta(hours=8))
        client.post(f"{claim_page}try-now/", headers=FRAGMENT)
        clock.shift(timedelta(hours=8))
        assert client.get(claim_page).status_code == 200


@pytest.mark.slow
def test_no_session_lives_longer_than_seven_days(ira, claim_page):
    client = Client()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        sign_in(client, ira)
        for _ in range(7 * 4):
            assert client.get(claim_page).status_code == 200
            clock.shift(timedelta(hours=6))
        clock.shift(timedelta(minutes=1))
        assert client.get(claim_page).status_code == 302


@pytest.mark.parametrize("who", ["otto", "sam"])
@pytest.mark.parametrize(
    ("every", "times"), [(timedelta(minutes=30), 1), (timedelta(minutes=20), 24)]
)
def test_sessions_of_operators_and_agents_end_after_half_an_hour_idle_and_eight_in_all(
    who, every, times, request, as_person
):
    person = request.getfixturevalue(who)
    client = has_used_factor(as_person(person), person)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(times):
            assert client.get("/").status_code == 200
            clock.shift(every)
        assert client.get("/").status_code == 200
        clock.shift(timedelta(seconds=1) + max(every, timedelta(minutes=20)))
        assert client.get("/").status_code == 302


def test_an_agent_whose_organisation_holds_no_super_key_has_the_sessions_of_everybody(
    ira, as_person
):
    ira.memberships.update(support=True)
    client = as_person(ira)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client.get("/")
        clock.shift(timedelta(hours=9))
        assert client.get("/").status_code == 200


def test_signing_in_replaces_the_sessions_key(ira):
    client = Client()
    session = client.session
    session["planted"] = "by somebody else"
    session.save()
    planted = session.session_key
    sign_in(client, ira)

    assert client.cookies[settings.SESSION_COOKIE_NAME].value != planted
    assert not Session.objects.filter(session_key=planted).exists()
    assert (
        Client(headers={"cookie": f"{settings.SESSION_COOKIE_NAME}={planted}"})
        .get(reverse("claims:list"))
        .status_code
        == 302
    )


def test_signing_out_ends_the_session_on_the_server(ira):
    client = Client()
    sign_in(client, ira)
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    client.post(reverse("account_logout"))

    assert not Session.objects.filter(session_key=key).exists()


def test_a_new_password_ends_the_other_sessions(ira, claim_page):
    here, elsewhere = Client(), Client()
    sign_in(here, ira)
    sign_in(elsewhere, ira)
    fresh = "another long password"
    here.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": fresh, "password2": fresh},
    )

    assert here.get(claim_page).status_code == 200
    assert elsewhere.get(claim_page).status_code == 302


@pytest.mark.parametrize("how", ["closed", "removed", "over"])
def test_who_signs_in_where_somebodys_access_has_ended_gets_a_key_that_they_do_not_know(
    how, ira, ada, acme
):
    client, left = Client(), Client()
    sign_in(client, ira)
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    if how == "closed":
        User.objects.filter(pk=ira.pk).update(is_active=False)
    elif how == "removed":
        members.remove(ira.memberships.get(), ada)
    else:
        ira.memberships.update(expires_at=timezone.now() - timedelta(minutes=1))

    client.login(email=ada.email, password=PASSWORD)

    assert client.get(reverse("people:list")).status_code == 200
    assert client.cookies[settings.SESSION_COOKIE_NAME].value != key
    left.cookies[settings.SESSION_COOKIE_NAME] = key
    assert left.get(reverse("people:list")).status_code == 302
