"""What a second factor is made of is shown once, and is nowhere in the database in clear."""

import json
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from portal.orgs.encryption import decrypt
from tests.people_with_factor import PASSWORD, has_used_factor, sign_in_with_password

ACTIVATE, CODES = reverse("mfa_activate_totp"), reverse("mfa_view_recovery_codes")


@pytest.fixture
def client(ira) -> Client:
    """Ira's browser, in which the password was asked for just now."""
    client = Client()
    sign_in_with_password(client, ira)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return client


@pytest.fixture
def codes(client, ira) -> list[str]:
    """Recovery codes that Ira has just made, and may look at."""
    make_codes(client, ira)
    return RecoveryCodes(Authenticator.objects.get(type="recovery_codes")).generate_codes()


def make_codes(client: Client, ira) -> None:
    has_used_factor(client, ira)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert client.post(reverse("mfa_generate_recovery_codes"))["Location"] == CODES


def sessions() -> str:
    return json.dumps([session.get_decoded() for session in Session.objects.all()])


def shown_by_app(seed: str) -> str:
    return totp.format_hotp_value(totp.hotp_value(seed, int(time.time()) // 30))


def test_a_seed_that_is_being_set_up_is_in_no_session_in_clear_and_serves_all_the_same(client, ira):
    seed = client.get(ACTIVATE).context["form"].secret
    assert seed not in sessions()

    again = client.post(ACTIVATE, {"code": "x"})
    assert again.context["form"].secret == seed
    assert seed not in sessions()

    assert client.post(ACTIVATE, {"code": shown_by_app(seed)}).status_code == 302
    stored = Authenticator.objects.get(user=ira, type="totp").data["secret"]
    assert seed not in stored
    assert decrypt(stored).reveal() == seed
    assert totp.SECRET_SESSION_KEY not in sessions()


def test_a_form_without_its_page_sets_nothing_up(client, ira):
    answer = client.post(ACTIVATE, {"code": "123456"})

    assert answer.context["form"].errors
    assert answer.context["form"].secret not in sessions()
    assert not Authenticator.objects.filter(user=ira).exists()


def test_who_has_set_up_an_app_is_shown_the_recovery_codes_at_once(client):
    seed = client.get(ACTIVATE).context["form"].secret
    answer = client.post(ACTIVATE, {"code": shown_by_app(seed)}, follow=True)

    assert answer.redirect_chain == [(CODES, 302)]
    codes = RecoveryCodes(Authenticator.objects.get(type="recovery_codes")).generate_codes()
    assert all(code in answer.text for code in codes)


def test_who_is_asked_for_a_code_is_not_led_to_the_password_and_round(client, ira):
    has_used_factor(client, ira, seconds_ago=3600)
    answer = client.get(CODES, follow=True)

    assert answer.redirect_chain[-1][0].startswith(reverse("mfa_reauthenticate"))
    assert reverse("account_reauthenticate") not in answer.text
    assert reverse("mfa_reauthenticate") in client.get(reverse("account_reauthenticate")).text


def test_recovery_codes_are_shown_once_and_can_be_saved_from_that_page(client, codes):
    assert reverse("mfa_view_recovery_codes") in client.get(reverse("mfa_index")).text

    page = client.get(CODES).text
    assert all(page.count(code) == 2 for code in codes)
    assert "data:text/plain;charset=utf-8," + "".join(f"{code}%0A" for code in codes) in page
    assert "not shown again" in page

    for later in (CODES, reverse("mfa_index"), reverse("mfa_generate_recovery_codes")):
        page = client.get(later).text
        assert not [code for code in codes if code in page]
    assert client.get(reverse("mfa_download_recovery_codes")).status_code == 403
    assert "shown once" in client.get(CODES).text


def test_neither_recovery_codes_nor_their_seed_are_stored_in_clear(client, codes):
    client.get(CODES)
    stored = json.dumps(list(Authenticator.objects.values_list("data", flat=True))) + sessions()
    seed = Authenticator.objects.get(type="recovery_codes").data["seed"]

    assert decrypt(seed).reveal() not in stored
    assert not [code for code in codes if code in stored]


def test_other_codes_take_the_place_of_those_shown_and_are_shown_once_too(client, codes, ira):
    client.get(CODES)
    make_codes(client, ira)
    fresh = client.get(CODES).context["unused_codes"]

    assert len(fresh) == 10
    assert not set(fresh) & set(codes)
    assert set(client.get(CODES).context["unused_codes"]) == {"****"}
