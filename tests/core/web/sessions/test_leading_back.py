"""Somebody without a session is led to sign-in and back to where they were, never elsewhere."""

from urllib.parse import unquote

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from portal.orgs.web import workspace
from portal.sandbox import world
from tests.conftest import PASSWORD, join
from tests.core.web.sessions.conftest import poll, sign_in
from tests.forms import FRAGMENT


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


@pytest.mark.parametrize("label", ["x" * 901, "ü" * 300, ""])
def test_a_label_that_no_address_holds_is_left_out(label, ira, mill_court):
    client = Client()
    following = lost(client, "/claims/new/", {"label": label})

    assert len(following) < 1000
    assert client.get(sign_in(client, ira, following)["Location"]).status_code == 200


@pytest.mark.parametrize("action", ["try-now/", "stop/", "again/"])
@pytest.mark.parametrize("headers", [{}, FRAGMENT])
def test_an_action_without_a_session_leads_back_to_the_claim(action, headers, claim_page, ira):
    assert lost(Client(), f"{claim_page}{action}", **headers) == claim_page


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
def test_any_other_form_without_a_session_leads_back_to_its_page(referer, following, mill_court):
    address = reverse("sites:archive", args=(mill_court.pk,))

    assert lost(Client(), address, Referer=referer) == following


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_who_signs_out_elsewhere_while_a_form_is_worked_on_is_led_to_sign_in_and_back(
    headers, as_person, ira, harbour, monkeypatch
):
    join(ira, harbour)
    client = as_person(ira)
    visible = workspace.organisations_visible_to

    def signed_out_meanwhile(*args):
        Session.objects.all().delete()
        return visible(*args)

    monkeypatch.setattr(workspace, "organisations_visible_to", signed_out_meanwhile)
    answer = client.post(
        "/organisation/switch/", {"organisation": str(harbour.pk)}, headers=headers
    )

    assert answer.status_code == (200 if headers else 302)
    way = answer["HX-Redirect" if headers else "Location"]
    assert way == "/accounts/login/?next=/"
