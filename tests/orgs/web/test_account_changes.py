"""People are told by e-mail of changes to their password and their second factor."""

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse

from portal.core import worker
from portal.notices.models import AccountEmail
from portal.orgs.models import User
from tests.conftest import PASSWORD
from tests.operators.test_second_factor import enrol
from tests.people_with_factor import has_used_factor, sign_in_with_password

FRESH = "another long enough password"
NEW = {"oldpassword": PASSWORD, "password1": FRESH, "password2": FRESH}


@pytest.fixture
def client(ira) -> Client:
    client = Client()
    sign_in_with_password(client, ira)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return client


def change_password(client: Client, ira: User) -> None:
    client.post(reverse("account_change_password"), NEW)


def set_up(client: Client, ira: User) -> None:
    enrol(client)


def turn_off(client: Client, ira: User) -> None:
    has_used_factor(client, ira)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    client.post(reverse("mfa_deactivate_totp"))


def make_codes(client: Client, ira: User) -> None:
    has_used_factor(client, ira)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    client.post(reverse("mfa_generate_recovery_codes"))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("change", "subject"),
    [
        (change_password, "Your password was changed"),
        (set_up, "A second factor was set up"),
        (turn_off, "Your second factor was turned off"),
        (make_codes, "Your recovery codes were made anew"),
    ],
)
def test_a_person_is_told_by_the_worker_and_not_within_the_request(
    change, subject, client, ira, mailoutbox
):
    change(client, ira)
    assert not mailoutbox
    worker.run_once()

    [email] = mailoutbox
    assert (email.to, email.subject) == ([ira.email], subject)
    assert reverse("account_reset_password") in email.body
    assert FRESH not in email.body


def test_a_person_who_was_deactivated_is_told_nothing(client, ira, mailoutbox):
    change_password(client, ira)
    User.objects.update(is_active=False)
    worker.run_once()

    assert not mailoutbox
    assert AccountEmail.objects.get().given_up_at


@pytest.mark.parametrize(
    "address",
    [
        "mfa_deactivate_totp",
        "mfa_generate_recovery_codes",
        "mfa_view_recovery_codes",
        "mfa_download_recovery_codes",
    ],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_password_alone_neither_ends_a_factor_nor_reads_its_codes(
    as_person, ira, address, method
):
    browser = has_used_factor(as_person(ira), ira, seconds_ago=3000)
    browser.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    answer = getattr(browser, method)(reverse(address))

    assert answer.status_code == 302
    assert answer.url.startswith(reverse("mfa_reauthenticate"))
    assert Authenticator.objects.filter(user=ira, type="totp").exists()
