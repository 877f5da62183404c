"""Without its encryption key a second factor is unreadable, and its pages say so."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from cryptography.fernet import Fernet
from django.test import Client
from django.urls import reverse

from tests.people_with_factor import (
    PASSWORD,
    code,
    has_used_factor,
    set_up_factor,
    sign_in_with_password,
)

SENTENCE = "Your second factor cannot be read"


@pytest.fixture
def lose_key(settings):
    """Takes the key away under which everything is stored, until it is called again."""
    keys = [settings.PORTAL_ENCRYPTION_KEYS, [Fernet.generate_key().decode()]]

    def lose() -> None:
        settings.PORTAL_ENCRYPTION_KEYS = keys[1]
        keys.reverse()

    return lose


@pytest.fixture
def proven(agent) -> Client:
    """Sam's browser, in which the password was asked for just now."""
    agent.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return agent


def test_the_step_of_sign_in_says_so_and_goes_on_once_the_key_is_back(ira, lose_key, caplog):
    set_up_factor(ira)
    lose_key()
    client = Client()
    sign_in_with_password(client, ira)
    answer = client.post(reverse("mfa_authenticate"), {"code": code()})

    assert answer.status_code == 503
    assert SENTENCE in answer.text
    assert "Tell an operator of the portal" in answer.text
    assert "a second factor cannot be read" in caplog.text
    assert "_auth_user_id" not in client.session
    lose_key()
    client.post(reverse("mfa_authenticate"), {"code": code()})
    assert "_auth_user_id" in client.session


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("mfa_index", None),
        ("mfa_view_recovery_codes", None),
        ("mfa_download_recovery_codes", None),
        ("mfa_generate_recovery_codes", None),
        ("mfa_reauthenticate", {"code": "123456"}),
    ],
)
def test_every_page_of_the_second_factor_says_so(proven, sam, lose_key, name, form):
    RecoveryCodes.activate(sam)
    lose_key()
    answer = proven.post(reverse(name), form) if form else proven.get(reverse(name))

    assert answer.status_code == 503
    assert SENTENCE in answer.text


def test_an_unreadable_factor_can_be_turned_off_and_set_up_again(as_person, ira, lose_key):
    proven = has_used_factor(as_person(ira), ira)
    proven.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    lose_key()
    proven.post(reverse("mfa_deactivate_totp"))

    assert not Authenticator.objects.filter(user=ira).exists()
    assert proven.get(reverse("mfa_activate_totp")).status_code == 200
