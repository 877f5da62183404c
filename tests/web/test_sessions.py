"""How sessions begin, end, and lead to sign-in and back."""

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote

import pytest
import time_machine
from cryptography.fernet import Fernet
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from portal.orgs.models import Membership
from portal.sandbox import world
from tests.conftest import PASSWORD
from tests.web.conftest import FRAGMENT


@pytest.fixture
def claim_page(claim) -> str:
    """A page that polls."""
    return reverse("claims:detail", args=(claim.pk,))


def sign_in(client: Client, person, following: str = ""):
    form = {"login": person.email, "password": PASSWORD, "next": following}
    return client.post(reverse("account_login"), form)


def poll(client: Client, claim_page: str, current_url: str = ""):
    headers = {**FRAGMENT, "HX-Current-URL": current_url or f"http://testserver{claim_page}"}
    return client.get(f"{claim_page}live/", headers=headers)


def test_a_fragment_without_a_session_takes_the_whole_page_to_sign_in_and_back(claim_page, ira):
    client = Client()
    answer = poll(client, claim_page, f"http://testserver{claim_page}?from=list#live")

    assert answer.status_code == 200
    assert answer["HX-Redirect"] == f"{reverse('account_login')}?next={claim_page}%3Ffrom%3Dlist"
    assert sign_in(client, ira, f"{claim_page}?from=list")["Location"] == f"{claim_page}?from=list"


@pytest.mark.parametrize(
    "current_url",
    [
        "http://evil.example/steal",
        "https://testserver/other-scheme",
        "http://testserver.evil.example/",
        "http://testserver@evil.example/",
        "//evil.example/",
        "http://testserver//evil.example/",
        "http://testserver/\\evil.example/",
        "javascript:alert(1)",
        "http://[",
        "",
    ],
)
def test_a_hostile_address_of_the_page_leads_to_no_other_host(current_url, claim_page, ira):
    client = Client()
    headers = {**FRAGMENT, "HX-Current-URL": current_url}
    answer = client.get(f"{claim_page}live/", headers=headers)
    way, _, following = answer["HX-Redirect"].partition("?next=")

    assert way == reverse("account_login")
    assert following.startswith("/")
    landing = client.post(answer["HX-Redirect"], {"login": ira.email, "password": PASSWORD})
    assert landing.status_code == 302
    assert landing["Location"].startswith("/")
    assert not landing["Location"].startswith(("//", "/\\"))


def test_a_page_without_a_session_leads_to_sign_in_and_back(claim_page):
    answer = Client().get(claim_page)

    assert answer["Location"] == f"{reverse('account_login')}?next={claim_page}"


def lost(client: Client, address: str, data: dict[str, str] | None = None, **headers: str) -> str:
    """Post something without a session; return where sign-in leads to."""
    answer = client.post(address, data or {}, headers=headers)
    way = answer.get("HX-Redirect") or answer["Location"]
    path, _, following = way.partition("?next=")
    assert path == reverse("account_login")
    return unquote(following)


def test_a_claim_form_sent_without_a_session_comes_back_filled_in(ira, mill_court, orchard_rise):
    client, label = Client(), f"https://spkey.example/h?id={world.hub_id(0)}&from=a+b#c"
    following = lost(client, "/claims/new/", {"site": str(orchard_rise.pk), "label": label})
    page = client.get(sign_in(client, ira, following)["Location"])

    assert page.status_code == 200
    assert page.context["form"]["label"].value() == label
    assert page.context["form"]["site"].value() == str(orchard_rise.pk)
    assert escape(label) in page.content.decode()


def test_a_photo_sent_without_a_session_leads_back_to_the_form(ira, mill_court):
    form = {"site": str(mill_court.pk), "label": "typed"}

    assert lost(Client(), "/claims/read/", form, **FRAGMENT) == (
        f"/claims/new/?site={mill_court.pk}&label=typed"
    )
    assert Client().get("/claims/read/").status_code == 302


@pytest.mark.parametrize("label", ["x" * 901, "ü" * 300, "", "\x00"])
def test_a_label_that_no_address_holds_is_left_out(label, ira, mill_court):
    client = Client()
    following = lost(client, "/claims/new/", {"label": label})

    assert len(following) < 1000
    assert client.get(sign_in(client, ira, following)["Location"]).status_code == 200


@pytest.mark.parametrize("deed", ["try-now/", "stop/", "again/"])
@pytest.mark.parametrize("headers", [{}, FRAGMENT])
def test_a_deed_without_a_session_leads_back_to_the_claim(deed, headers, claim_page, ira):
    assert lost(Client(), f"{claim_page}{deed}", **headers) == claim_page


@pytest.mark.parametrize(
    ("referer", "following"),
    [
        ("http://testserver/sites/?q=mill#top", "/sites/?q=mill"),
        ("http://evil.example/sites/", "/"),
        ("http://testserver.evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("http://[", "/"),
        ("", "/"),
    ],
)
def test_any_other_form_without_a_session_leads_back_to_the_page_it_stood_on(
    referer, following, mill_court
):
    address = reverse("sites:archive", args=(mill_court.pk,))

    assert lost(Client(), address, Referer=referer) == following


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


def test_no_session_lives_longer_than_seven_days(ira, claim_page):
    client = Client()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        sign_in(client, ira)
        for _ in range(7 * 4):
            assert client.get(claim_page).status_code == 200
            clock.shift(timedelta(hours=6))
        clock.shift(timedelta(minutes=1))
        assert client.get(claim_page).status_code == 302


def test_signing_in_gives_the_session_another_key_and_forgets_the_old_one(ira):
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


@pytest.mark.parametrize("end", ["removed", "expired"])
def test_the_next_request_and_poll_of_somebody_who_left_find_nothing(
    end, ira, claim_page, as_person
):
    client = as_person(ira)
    assert poll(client, claim_page).status_code == 200
    mine, a_moment_ago = Membership.objects.filter(user=ira), timezone.now() - timedelta(seconds=2)
    mine.delete() if end == "removed" else mine.update(expires_at=a_moment_ago)

    assert client.get(claim_page).status_code == 404
    assert poll(client, claim_page).status_code == 404
    assert client.get(reverse("claims:list")).status_code == 403
    assert client.post(f"{claim_page}stop/").status_code == 404


def test_the_next_request_of_somebody_who_was_deactivated_leads_to_sign_in(
    ira, claim_page, as_person
):
    client = as_person(ira)
    ira.is_active = False
    ira.save()

    assert client.get(claim_page).status_code == 302
    assert "HX-Redirect" in poll(client, claim_page)


PRODUCTION = """
import json, django
django.setup()
from django.core.management import call_command
from django.test import Client, override_settings
from django.urls import reverse
from portal.orgs.models import User
call_command("migrate", verbosity=0)
User.objects.create_user("ira@acme.example", "a long enough password")
plain = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
with override_settings(STORAGES=plain):
    client = Client(headers={"host": "portal.example"})
    insecure = client.get("/accounts/login/")
    client.get("/accounts/login/", secure=True)
    form = {"login": "ira@acme.example", "password": "a long enough password"}
    answer = client.post("/accounts/login/", form, secure=True)
    page = client.get("/", secure=True)
cookies = {
    name: {flag: morsel[flag] for flag in ("secure", "httponly", "samesite", "path", "domain")}
    for name, morsel in client.cookies.items()
}
print(json.dumps([insecure["Location"], cookies, dict(page.headers)]))
"""


def test_in_production_cookies_are_bound_to_the_host_and_to_https():
    names = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
    environment = {
        **names,
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "DATABASE_URL": "sqlite://:memory:",
        "PORTAL_ENV_FILE": os.devnull,
        "PORTAL_SECRET_KEY": "x1" * 40,
        "PORTAL_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
        "PORTAL_ALLOWED_HOSTS": "portal.example",
    }
    ran = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PRODUCTION],
        env=environment,
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    insecure, cookies, headers = json.loads(ran.stdout.splitlines()[-1])
    bound = {"secure": True, "httponly": True, "samesite": "Lax", "path": "/", "domain": ""}

    assert insecure == "https://portal.example/accounts/login/"
    assert {name: cookies[name] for name in ("__Host-portal_session", "__Host-portal_csrf")} == {
        "__Host-portal_session": bound,
        "__Host-portal_csrf": bound,
    }
    assert int(headers["Strict-Transport-Security"].split(";")[0].partition("=")[2]) >= 31_536_000
