"""People see where they are signed in, and end it; other changes end sessions by themselves."""

from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.audit.models import Entry
from portal.orgs import sessions
from portal.orgs.models import User
from tests.conftest import PASSWORD
from tests.operators.conftest import REASON, address
from tests.operators.test_second_factor import enrol
from tests.people_with_factor import has_used_factor, set_up_factor, sign_in_with_password

LIST, END = reverse("sessions:list"), reverse("sessions:end")
ANDROID = (
    "Mozilla/5.0 (Linux; Android 14; SM-X200) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/126.0.0.0 Safari/537.36"
)
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:127.0) Gecko/20100101 Firefox/127.0"


def signed_in(person: User, user_agent: str = FIREFOX) -> Client:
    client = Client(headers={"user-agent": user_agent})
    sign_in_with_password(client, person)
    assert client.get("/").status_code == 200
    return client


def is_in(client: Client) -> bool:
    return client.get("/").status_code == 200


@pytest.fixture
def here(ira) -> Client:
    return signed_in(ira)


@pytest.fixture
def tablet(ira) -> Client:
    return signed_in(ira, ANDROID)


def shown(client: Client) -> list:
    return client.get(LIST).context["sessions"]


def test_each_session_is_shown_with_its_device_and_this_one_is_marked(here, tablet, ada):
    signed_in(ada)

    assert [(session.device, session.is_this) for session in shown(here)] == [
        ("Firefox on Windows", True),
        ("Chrome on Android", False),
    ]
    assert here.get("/").text.count(LIST) == 1


def test_a_session_is_shown_as_it_began_and_was_last_active(ira):
    with time_machine.travel(timezone.now().replace(microsecond=0), tick=False) as clock:
        began = timezone.now()
        client = signed_in(ira)
        clock.shift(timedelta(minutes=50))
        client.get("/")
        clock.shift(timedelta(minutes=4))
        [session] = shown(client)

    assert (session.since, session.active) == (began, began + timedelta(minutes=50))


def test_a_session_that_is_over_is_not_shown(ira):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        signed_in(ira)
        clock.shift(timedelta(hours=13))
        assert len(shown(signed_in(ira))) == 1


def test_one_ends_one_session_and_the_others_go_on(here, tablet, ira):
    third = signed_in(ira)
    [other] = [session for session in shown(here) if session.device == "Chrome on Android"]

    assert here.post(END, {"session": str(other.pk)})["Location"] == LIST

    assert not is_in(tablet)
    assert is_in(here)
    assert is_in(third)
    assert Entry.objects.get(verb="session.ended").detail["by"] == "its owner"


def test_nobody_ends_somebody_elses_session(here, ada):
    adas = signed_in(ada)
    [session] = shown(adas)

    assert here.post(END, {"session": str(session.pk)}).status_code == 404
    assert is_in(adas)


@pytest.mark.parametrize("chosen", ["", "x", "0"])
def test_what_is_no_session_is_not_found(here, chosen):
    assert here.post(END, {"session": chosen}).status_code == 404


def test_one_ends_all_others_and_this_one_goes_on(here, tablet, ira):
    began = shown(here)[0].since

    assert here.post(reverse("sessions:end-others"))["Location"] == LIST

    assert not is_in(tablet)
    assert is_in(here)
    [left] = shown(here)
    assert (left.is_this, left.since) == (True, began)


def test_setting_up_a_factor_ends_the_other_sessions(here, tablet):
    here.post(reverse("account_reauthenticate"), {"password": PASSWORD})

    enrol(here)

    assert not is_in(tablet)
    assert is_in(here)
    assert len(shown(here)) == 1


@pytest.mark.parametrize("name", ["mfa_deactivate_totp", "mfa_generate_recovery_codes"])
def test_turning_a_factor_off_and_new_recovery_codes_end_the_other_sessions(
    name, here, tablet, ira
):
    has_used_factor(here, ira)
    here.post(reverse("account_reauthenticate"), {"password": PASSWORD})

    assert here.post(reverse(name)).status_code == 302

    assert not is_in(tablet)
    assert is_in(here)


def test_a_factor_that_an_operator_removes_ends_all_sessions(here, ira, otto, as_person):
    operator = has_used_factor(as_person(otto), otto)
    set_up_factor(ira)
    factor = Authenticator.objects.get(user=ira)

    operator.post(address(Authenticator, "delete", factor.pk), {"post": "yes", "reason": REASON})

    assert not is_in(here)
    assert is_in(operator)


def test_the_session_of_a_deactivated_person_does_not_come_back_with_them(
    here, ira, otto, as_person
):
    operator = has_used_factor(as_person(otto), otto)
    form = {"email": ira.email, "name": ira.name}
    operator.post(address(User, "change", ira.pk), form)
    operator.post(address(User, "change", ira.pk), {**form, "is_active": "on"})

    assert User.objects.get(pk=ira.pk).is_active
    assert not is_in(here)
    assert is_in(signed_in(ira))


def test_a_session_that_is_saved_late_does_not_come_back(here, ira):
    cookie = f"{settings.SESSION_COOKIE_NAME}={here.session.session_key}"
    kept = list(Session.objects.values())
    assert is_in(Client(headers={"cookie": cookie}))

    sessions.end_all(ira, actor=None)
    assert not is_in(here)
    Session.objects.bulk_create(Session(**row) for row in kept)

    assert not is_in(Client(headers={"cookie": cookie}))


def test_a_session_from_before_they_were_noted_leads_to_no_empty_page(as_person, ira):
    page = as_person(ira).get(reverse("sessions:list")).content.decode()

    assert "Sign out and in again to see this device here" in page
