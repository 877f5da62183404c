"""Signing in by a provider: a real process on loopback, and a person's way there and back."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from html import unescape
from re import search
from typing import Any

import pytest
import requests
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from django.urls import reverse

from portal.audit.models import Entry
from portal.orgs.models import User
from tests.conftest import PASSWORD, make_person
from tests.oidc_provider import CLIENT, SECRET
from tests.orgs.conftest import NEW, link
from tests.people_with_factor import code, set_up_factor

HOME, SIGN_IN, START = reverse("home"), reverse("account_login"), reverse("oidc-start")
VERIFIED = {"email": "Installer@ACME.example", "email_verified": True}

type Say = Callable[..., None]


@pytest.fixture(scope="module")
def process() -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.oidc_provider"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, bufsize=1) as provider:
        provider.url = provider.stdout.readline().strip()  # type: ignore[attr-defined]
        yield provider
        provider.terminate()


@pytest.fixture
def say(process, settings) -> Say:
    """Has the provider say these things of whoever comes, and the portal trust it."""
    settings.OIDC = {
        "issuer": process.url,
        "client_id": CLIENT,
        "client_secret": SECRET,
        "name": "Acme ID",
    }

    def tell(**scene: Any) -> None:
        process.stdin.write(json.dumps(scene) + "\n")
        process.stdout.readline()

    tell(claims=VERIFIED)
    return tell


def begin(client: Client, back: str = "") -> str:
    """Press the button; return where the page leads."""
    page = client.post(START, {"next": back} if back else {})
    assert page.status_code == 200, page.text
    return unescape(search(r'content="0; url=([^"]+)"', page.text)[1])


def come_back(client: Client, way: str) -> Any:
    """Go to the provider, and by its answer back to the portal."""
    answer = requests.get(way, allow_redirects=False, timeout=5)
    address = answer.headers["Location"]
    assert address.startswith("http://localhost:8000" + reverse("oidc-callback"))
    return client.get(address.removeprefix("http://localhost:8000"))


def walk(client: Client, back: str = "") -> Any:
    return come_back(client, begin(client, back))


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_a_known_person_with_a_verified_address_comes_in(say, ira):
    client = Client()
    assert "Sign in with Acme ID" in client.get(SIGN_IN).text

    assert walk(client, reverse("claims:list"))["Location"] == reverse("claims:list")

    assert client.session["_auth_user_id"] == str(ira.pk)
    assert User.objects.get(pk=ira.pk).check_password(PASSWORD)
    assert not SocialAccount.objects.exists()
    assert Entry.objects.filter(verb="session.began", object_id=str(ira.pk)).count() == 1


@pytest.mark.parametrize("verified", [False, "false", None, "yes", {"a": 1}])
def test_an_address_that_is_only_claimed_signs_nobody_in(say, ira, verified):
    say(claims={"email": ira.email, "email_verified": verified})
    client = Client()
    answer = walk(client)

    assert answer.status_code == 403
    assert not is_in(client)


def test_an_unverified_address_is_told_so(say, ira):
    say(claims={"email": ira.email})

    assert "has not verified your e-mail address" in walk(Client()).text


def test_somebody_unknown_is_not_signed_up(say, ira):
    say(claims={"email": "stranger@acme.example", "email_verified": True})
    client = Client()
    answer = walk(client)

    assert answer.status_code == 403
    assert "Nobody with your e-mail address" in answer.text
    assert not is_in(client)
    assert not User.objects.filter(email="stranger@acme.example").exists()
    assert Entry.objects.filter(verb="sign_in.failed").count() == 1


def test_who_may_not_sign_in_does_not_come_in_this_way(say, ira):
    User.objects.filter(pk=ira.pk).update(is_active=False)
    client = Client()

    assert walk(client).status_code == 403
    assert not is_in(client)


@pytest.mark.parametrize(
    "scene",
    [
        {"claims": {**VERIFIED, "iss": "https://other.example"}},
        {"claims": {**VERIFIED, "aud": "another client"}},
        {"claims": {**VERIFIED, "nonce": "of another sign-in"}},
        {"claims": {**VERIFIED, "exp": 1}},
        {"claims": VERIFIED, "foreign_key": True},
        {"userinfo": {**VERIFIED, "sub": "2"}},
        {"userinfo": {}},
    ],
    ids=[
        "issuer",
        "audience",
        "nonce",
        "expired",
        "key",
        "somebody else's userinfo",
        "no userinfo",
    ],
)
def test_an_answer_that_cannot_be_checked_signs_nobody_in(say, ira, scene):
    say(**scene)
    client = Client()
    answer = walk(client)

    assert answer.status_code == 403
    assert "could not be checked" in answer.text
    assert not is_in(client)


def test_the_address_may_stand_in_the_userinfo(say, ira):
    say(userinfo={**VERIFIED, "sub": "1"})
    client = Client()
    walk(client)

    assert is_in(client)


def test_an_answer_serves_once_and_only_the_browser_that_asked(say, ira):
    client, other = Client(), Client()
    way = begin(client)
    answer = requests.get(way, allow_redirects=False, timeout=5).headers["Location"]
    address = answer.removeprefix("http://localhost:8000")
    other.get(SIGN_IN)

    assert other.get(address).status_code == 400
    assert client.get(address)["Location"] == HOME
    again = client.get(address)
    assert again.status_code == 400
    assert "This sign-in is over" in again.text
    assert not is_in(other)


def test_another_state_is_refused(say, ira):
    client = Client()
    way = begin(client)
    answer = requests.get(way, allow_redirects=False, timeout=5).headers["Location"]
    query = answer.partition("?")[2].replace("state=", "state=x")

    assert client.get(f"{reverse('oidc-callback')}?{query}").status_code == 400
    assert not is_in(client)


def test_who_stops_at_the_provider_is_told_so(say, ira):
    say(deny=True)
    answer = walk(Client())

    assert answer.status_code == 403
    assert "You did not sign in at Acme ID" in answer.text


def test_a_provider_that_is_away_is_said_before_and_after(say, ira, settings):
    client = Client()
    way = begin(client)
    answer = requests.get(way, allow_redirects=False, timeout=5).headers["Location"]
    # Nothing listens there.
    settings.OIDC = {**settings.OIDC, "issuer": "http://127.0.0.1:9"}

    for told in (client.post(START), client.get(answer.removeprefix("http://localhost:8000"))):
        assert told.status_code == 503
        assert "Acme ID does not answer" in told.text
    assert not is_in(client)


def test_a_provider_that_publishes_another_issuer_is_not_gone_to(say, ira):
    say(published_issuer="https://other.example")

    assert Client().post(START).status_code == 403


def test_the_second_factor_is_asked_for_all_the_same(say, ira):
    set_up_factor(ira)
    client = Client()

    assert walk(client)["Location"].startswith(reverse("mfa_authenticate"))
    assert client.get(HOME).status_code == 302
    client.post(reverse("mfa_authenticate"), {"code": code()})
    assert client.get(HOME).status_code == 200


def test_a_required_factor_is_led_to_after_the_provider_too(say, ira, acme):
    acme.requires_factor = "everybody"
    acme.save()
    client = Client()
    walk(client)

    assert client.get(HOME)["Location"] == reverse("mfa_index")


def test_where_passwords_are_off_they_sign_nobody_in_and_change_nothing(say, ira, settings):
    settings.PASSWORD_SIGN_IN = False
    client = Client()
    page = client.get(SIGN_IN).text
    assert "Sign in with Acme ID" in page
    assert 'type="password"' not in page

    answer = client.post(SIGN_IN, {"login": ira.email, "password": PASSWORD})
    assert answer.status_code == 403
    for name in ("account_reset_password", "account_change_password", "account_set_password"):
        client.force_login(ira)
        assert client.get(reverse(name)).status_code == 404, name
    link = reverse("account_reset_password_from_key", args=("1", "x-y"))
    assert Client().get(link).status_code == 404


def test_one_proves_oneself_again_at_the_provider_where_passwords_are_off(say, ira, settings):
    settings.PASSWORD_SIGN_IN = False
    client = Client()
    walk(client)
    page = reverse("mfa_activate_totp")
    asked = client.get(page, follow=True)
    assert asked.redirect_chain[-1][0].startswith(reverse("oidc-again"))
    assert "Is it you?" in asked.text

    assert walk(client, page)["Location"] == page

    assert client.get(page).status_code == 200


def test_an_old_sign_in_at_the_provider_proves_nothing_anew(say, ira, settings):
    settings.PASSWORD_SIGN_IN = False
    client = Client()
    walk(client)
    say(claims={**VERIFIED, "auth_time": 1})
    page = reverse("mfa_activate_totp")
    walk(client, page)

    assert client.get(page).status_code == 302


def test_who_comes_back_as_somebody_else_is_signed_in_as_that_one(say, ira, ada):
    client = Client()
    client.force_login(ada)
    walk(client)

    assert client.session["_auth_user_id"] == str(ira.pk)


def test_without_a_provider_in_the_settings_there_is_no_such_page(ira):
    client = Client()
    client.force_login(ira)
    assert "Sign in with" not in Client().get(SIGN_IN).text
    assert client.post(START).status_code == 404
    assert client.get(reverse("oidc-callback")).status_code == 404
    assert client.get(reverse("oidc-again")).status_code == 404


def test_sign_ins_are_not_begun_without_end(say, db):
    client = Client()
    answers = {client.post(START).status_code for _ in range(61)}

    assert answers == {200, 429}


def test_the_button_leads_to_no_other_host(say, ira):
    make_person("second@acme.example", "Second")
    client = Client()

    assert walk(client, "https://evil.example/")["Location"] == HOME


def test_an_invited_newcomer_chooses_no_password_where_passwords_are_off(
    say, invite, settings, acme
):
    settings.PASSWORD_SIGN_IN = False
    client, address = Client(), link(invite())
    assert 'type="password"' not in client.get(address).text

    assert client.post(address, {"name": "Nia New"})["Location"] == SIGN_IN

    nia = User.objects.get(email=NEW)
    assert not is_in(client)
    assert not nia.has_usable_password()
    say(claims={"email": NEW, "email_verified": True})
    assert walk(client)["Location"] == HOME
    assert client.session["_auth_user_id"] == str(nia.pk)
