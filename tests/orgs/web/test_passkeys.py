"""Passkeys: a second factor beside the password, and never in place of it."""

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import NoReverseMatch, reverse

from portal.audit.models import Entry
from portal.core import worker
from portal.orgs.models import User
from tests.conftest import PASSWORD
from tests.operators.conftest import address
from tests.operators.test_second_factor import by_password, invited
from tests.people_with_factor import code, has_used_factor, set_up_factor, sign_in_with_password
from tests.soft_passkeys import SoftPasskey, add, options_of, passkeys

ADD, INDEX = reverse("mfa_add_webauthn"), reverse("mfa_index")
SIGN_IN, AGAIN = reverse("mfa_authenticate"), reverse("mfa_reauthenticate_webauthn")


def key_page(name: str) -> str:
    newest = Authenticator.objects.filter(type="webauthn").latest("pk")
    return reverse(name, args=(newest.pk,))


@pytest.fixture
def iras(ira) -> tuple[Client, SoftPasskey]:
    """Ira's browser, and the passkey that she added there just now."""
    client = by_password(ira)
    return client, add(client, ADD, "Work phone")


def test_password_and_passkey_together_sign_in(iras, ira):
    client = Client()
    sign_in_with_password(client, ira)
    page = client.get(SIGN_IN)
    assert "Sign in with passkey" in page.text
    assert "authenticator app" not in page.text

    answer = client.post(SIGN_IN, {"credential": iras[1].used(options_of(page))})

    assert answer["Location"] == reverse("home")
    assert client.get(INDEX).status_code == 200


def test_a_passkey_alone_signs_nobody_in(iras):
    with pytest.raises(NoReverseMatch):
        reverse("mfa_login_webauthn")
    client = Client()
    assert client.get(SIGN_IN)["Location"].startswith(reverse("account_login"))
    assert client.post("/accounts/2fa/webauthn/login/").status_code == 404


@pytest.mark.parametrize("what", ["another key", "another site", "an old challenge", "made up"])
def test_what_the_passkey_did_not_sign_here_and_now_is_refused_and_recorded(iras, ira, what):
    _, passkey = iras
    client = Client()
    sign_in_with_password(client, ira)
    options = options_of(client.get(SIGN_IN))
    if what == "another key":
        other = SoftPasskey()
        other.id = passkey.id
        sent = other.used(options)
    elif what == "another site":
        passkey.origin = "https://portal.example.evil"
        sent = passkey.used(options)
    elif what == "an old challenge":
        sent = passkey.used(options)
        client.get(SIGN_IN)
    else:
        sent = '{"id": [], "response": 7}'

    answer = client.post(SIGN_IN, {"credential": sent})

    assert answer.status_code == 200
    assert "was not accepted" in answer.text
    assert Entry.objects.filter(verb="factor.failed", object_id=str(ira.pk)).count() == 1


def test_wrong_passkeys_wait_as_wrong_codes_do(iras, ira):
    client = Client()
    sign_in_with_password(client, ira)
    tries = [client.post(SIGN_IN, {"credential": '{"id": 7}'}).status_code for _ in range(7)]

    assert tries[0] == 200
    assert tries[-1] == 429


def test_a_passkey_is_used_again_before_what_is_dangerous(as_person, ira):
    client = by_password(ira)
    passkey = add(client, ADD)
    stale = has_used_factor_of(client, ira, seconds_ago=3000)
    way = stale.get(key_page("mfa_remove_webauthn"))["Location"]
    assert way.startswith(AGAIN)

    answer = stale.post(way, {"credential": passkey.used(options_of(stale.get(way)))})

    assert answer["Location"] == key_page("mfa_remove_webauthn")
    assert "only second factor" in stale.get(answer["Location"]).text


def has_used_factor_of(client: Client, person: User, seconds_ago: float) -> Client:
    """Let the session have used what it has so long ago."""
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] -= seconds_ago
    session.save()
    return client


@pytest.mark.django_db(transaction=True)
def test_adding_and_removing_one_ends_other_sessions_and_is_written_about(ira, mailoutbox):
    elsewhere, client = by_password(ira), by_password(ira)
    add(client, ADD)
    assert elsewhere.get(INDEX).status_code == 302
    assert client.get(INDEX).status_code == 200
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})

    assert client.post(key_page("mfa_remove_webauthn")).status_code == 302

    assert not Authenticator.objects.filter(user=ira).exists()
    for _ in range(3):
        worker.run_once()
    subjects = {email.subject for email in mailoutbox}
    assert {"A passkey was added", "A passkey was removed"} <= subjects
    assert all(ira.email in email.to for email in mailoutbox)


def test_several_have_a_name_each_which_can_be_changed(iras):
    client, _ = iras
    add(client, ADD, "Blue key")
    assert passkeys() == ["Work phone", "Blue key"]

    assert client.post(key_page("mfa_edit_webauthn"), {"name": " " * 3}).status_code == 422
    assert client.post(key_page("mfa_edit_webauthn"), {"name": "x" * 61}).status_code == 422
    assert client.post(key_page("mfa_edit_webauthn"), {"name": "Green key"})["Location"] == INDEX

    assert passkeys() == ["Work phone", "Green key"]
    assert "Green key" in client.get(INDEX).text


@pytest.mark.parametrize("name", ["mfa_edit_webauthn", "mfa_remove_webauthn"])
def test_another_persons_passkey_is_not_found(iras, ada, as_person, name):
    stranger = has_used_factor(as_person(ada), ada)
    stranger.post(reverse("account_reauthenticate"), {"password": PASSWORD})

    assert stranger.get(key_page(name)).status_code == 404
    assert stranger.post(key_page(name), {"name": "Mine"}).status_code == 404
    assert passkeys() == ["Work phone"]


@pytest.mark.parametrize("address", [ADD, reverse("mfa_activate_totp")])
def test_a_password_alone_adds_no_factor_beside_one_that_is_there(ira, as_person, address):
    set_up_factor(ira)
    Authenticator.objects.filter(user=ira).update(type="webauthn", data={"name": "Phone"})
    browser = as_person(ira)
    browser.post(reverse("account_reauthenticate"), {"password": PASSWORD})

    for method in (browser.get, browser.post):
        assert method(address)["Location"].startswith(AGAIN)
    assert Authenticator.objects.count() == 1


@pytest.mark.parametrize("who", ["otto", "sam"])
def test_neither_operator_nor_agent_adds_a_first_passkey_uninvited(who, request):
    client = by_password(request.getfixturevalue(who))
    for method in (client.get, client.post):
        answer = method(ADD)
        assert answer.status_code == 403
        assert "Ask an operator of the portal for an invitation" in answer.text
    assert not Authenticator.objects.exists()


def test_an_operator_gets_in_by_an_invited_passkey_and_needs_no_app(otto):
    client = by_password(otto)
    assert client.post(invited(otto.email))["Location"] == INDEX
    add(client, ADD)
    assert client.get(reverse("admin:index")).status_code == 200

    has_used_factor_of(client, otto, seconds_ago=15 * 60 + 1)
    answer = client.post(address(User, "change", otto.pk), {"name": "Other"})
    assert answer.status_code == 403
    assert AGAIN in answer.text


def test_with_app_and_passkey_either_signs_in(iras, ira):
    set_up_factor(ira)
    client = Client()
    sign_in_with_password(client, ira)
    page = client.get(SIGN_IN)
    assert "Sign in with passkey" in page.text
    assert "authenticator app" in page.text

    assert client.post(SIGN_IN, {"code": code()})["Location"] == reverse("home")
