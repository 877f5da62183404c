"""For whom a tablet works: the person, the organisation, its sites, and the token to send with."""

import json

import pytest
from django.conf import settings
from django.test import Client

from portal.claims.engine import actions
from portal.orgs import members, sessions
from portal.orgs.models import User
from portal.sites.models import Site
from tests.conftest import claim_request, join
from tests.forms import choose
from tests.tray.conftest import HUB, TRAY


def test_a_tablet_learns_for_whom_it_works_and_where(installer, ira, acme, mill_court):
    Site.objects.filter(pk=mill_court.pk).update(address="1 Mill Lane")
    session = installer.get(TRAY).json()

    assert session.pop("csrf")
    assert session == {
        "person": {"id": str(ira.pk), "name": "Ira Installer"},
        "organisation": {"id": str(acme.pk), "name": "Acme Properties"},
        "sites": [{"id": str(mill_court.pk), "name": "Mill Court", "address": "1 Mill Lane"}],
        "site": str(mill_court.pk),
        "jobs": [],
        "language": "en",
    }


def test_the_site_used_last_comes_first_and_is_the_likely_one(
    installer, ira, mill_court, orchard_rise
):
    before = installer.get(TRAY).json()
    actions.submit(claim_request(ira, orchard_rise, HUB))
    after = installer.get(TRAY).json()

    assert before["site"] == ""
    assert [site["name"] for site in before["sites"]] == ["Mill Court", "Orchard Rise"]
    assert after["site"] == str(orchard_rise.pk)
    assert [site["name"] for site in after["sites"]] == ["Orchard Rise", "Mill Court"]


def test_the_session_names_no_site_that_is_archived_or_another_organisations(
    installer, mill_court, orchard_rise, lighthouse
):
    Site.objects.filter(pk=orchard_rise.pk).update(archived_at=orchard_rise.created_at)

    assert [site["name"] for site in installer.get(TRAY).json()["sites"]] == ["Mill Court"]


def test_the_session_is_for_the_organisation_in_which_the_person_works(
    installer, ira, harbour, lighthouse
):
    join(ira, harbour)
    choose(installer, harbour)
    session = installer.get(TRAY).json()

    assert session["organisation"]["name"] == "Harbour Living"
    assert [site["name"] for site in session["sites"]] == ["Lighthouse Flats"]


def test_the_token_in_the_session_lets_the_device_send(ira, acme, mill_court):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(ira)
    token = strict.get(TRAY).json()["csrf"]
    body = json.dumps({"person": str(ira.pk), "organisation": str(acme.pk), "rows": []})
    sent = [
        strict.post(TRAY, body, content_type="application/json", headers=headers).status_code
        for headers in ({"X-CSRFToken": token}, {"X-CSRFToken": "x" * len(token)}, {})
    ]

    assert sent == [200, 403, 403]


@pytest.mark.parametrize("address", [TRAY, "/claims/tray/photo/"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_somebody_who_is_signed_out_is_told_where_to_sign_in(db, address, method):
    if (address, method) == ("/claims/tray/photo/", "get"):
        return
    answer = getattr(Client(), method)(address)

    assert answer.status_code == 401
    assert answer.json() == {"signIn": "/accounts/login/?next=/claims/new/", "problem": ""}
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("how", ["removed", "closed", "signed out"])
def test_somebody_whose_access_has_ended_is_told_so_in_the_tray_and_on_any_open_page(
    as_person, ira, ada, how
):
    client = as_person(ira)
    client.get(TRAY)
    if how == "removed":
        members.remove(ira.memberships.get(), ada)
        said = "Your access to Acme Properties has ended. What you scanned on this device"
    elif how == "closed":
        User.objects.filter(pk=ira.pk).update(is_active=False)
        said = "Your account is closed. What you scanned on this device"
    else:
        sessions.end_all(ira, ira)
        said = ""

    for _ in range(2):
        answer = client.get(TRAY)
        assert answer.status_code == 401
        assert answer.json()["problem"].startswith(said)
        assert bool(answer.json()["problem"]) == bool(said)
    page = client.get("/claims/", follow=True)
    assert page.redirect_chain[0][0].startswith("/accounts/login/")
    assert ("What you scanned on this device" in page.content.decode()) == bool(said)


def test_each_of_several_requests_with_the_cookie_that_is_over_is_told_why(as_person, ira, ada):
    client = as_person(ira)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    members.remove(ira.memberships.get(), ada)

    for _ in range(3):
        another = Client()
        another.cookies[settings.SESSION_COOKIE_NAME] = cookie
        assert another.get(TRAY).json()["problem"].startswith("Your access to Acme Properties")
        assert another.get("/").status_code == 302


def test_a_person_who_may_not_claim_is_told_so_in_a_sentence(as_person, eli, agent):
    said = (
        "You do not belong to that organisation, or not any more.",
        "You may not claim hubs here.",
    )
    for client, sentence in zip((as_person(eli), agent), said, strict=True):
        answer = client.get(TRAY)

        assert answer.status_code == 403
        body = answer.json()
        assert body["problem"] == body["news"]["text"]
        assert body["problem"].startswith(sentence)
        # The tray of somebody else, which is open on the device, is closed then.
        assert body["person"] == client.session["_auth_user_id"]


def test_the_session_is_for_an_organisation_in_which_the_person_may_claim(
    ira, acme, spkey_support, as_person
):
    join(ira, spkey_support, support=True)
    client = as_person(ira)
    choose(client, spkey_support)

    assert client.get(TRAY).json()["organisation"]["name"] == acme.name
    assert "tray/page-sync.js" in client.get("/").content.decode()
