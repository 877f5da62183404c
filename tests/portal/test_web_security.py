"""What holds for every page: no forged post, no look with an effect, nothing kept or injected."""

import pytest
from django.apps import apps
from django.conf import settings
from django.core import mail
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from portal.claims.models import Claim
from portal.consent.models import Grant
from portal.core import worker
from portal.core.web.headers import Headers
from portal.hubs.models import Hub
from portal.sites import site_ids
from tests.conftest import PASSWORD
from tests.forms import FRAGMENT, choose, without_tokens
from tests.people_with_factor import has_used_factor
from tests.portal import pages

POLICY = {
    "default-src": {"'self'"},
    "script-src": {"'self'", "'wasm-unsafe-eval'"},
    "img-src": {"'self'", "data:", "blob:"},
    "media-src": {"'self'", "blob:"},
    "object-src": {"'none'"},
    "base-uri": {"'none'"},
    "form-action": {"'self'"},
    "frame-ancestors": {"'none'"},
}
WATCHING = {"watched_until", "due_at", "timed_at", "seen_at"}


def policy_of(answer) -> dict[str, set[str]]:
    parts = (part.split() for part in answer["Content-Security-Policy"].split(";"))
    return {name: set(sources) for name, *sources in parts}


# Content types are made by migrations, and here by need where another test has emptied the tables.
MADE_BY_READING = {"sessions.Session", "contenttypes.ContentType"}


def rows() -> dict[str, list[tuple]]:
    """Every row of the database, but sessions, watch marks of hubs, and when people were seen."""
    found = {}
    for model in apps.get_models():
        if model._meta.label not in MADE_BY_READING:
            names = [f.attname for f in model._meta.concrete_fields if f.attname not in WATCHING]
            found[model._meta.label] = sorted(model.objects.values_list(*names), key=repr)
    return found


def test_every_page_has_the_policy_is_not_cached_and_cannot_be_framed(every_page):
    for client, address in every_page:
        answer = client.get(address)

        assert answer.status_code < 500, address
        assert policy_of(answer) == POLICY, address
        assert "no-store" in answer["Cache-Control"], address
        assert answer["X-Frame-Options"] == "DENY", address
        assert answer["X-Content-Type-Options"] == "nosniff", address
        assert answer["Cross-Origin-Opener-Policy"] == "same-origin", address


def test_pages_for_strangers_have_the_policy_too(client, db):
    for address in [*pages.grouped("account_", "mfa_"), "/nowhere/", "/claims/", "/health/"]:
        answer = client.get(address)

        assert policy_of(answer) == POLICY, address
        assert "no-store" in answer["Cache-Control"], address
        assert answer["X-Frame-Options"] == "DENY", address


@pytest.mark.parametrize("address", ["/", "/nowhere/", "/?x=%00", "/static/favicon.svg"])
def test_every_answer_forbids_what_is_not_used_and_is_for_our_own_pages(client, db, address):
    answer = client.get(address)
    allowed = dict(part.split("=") for part in answer["Permissions-Policy"].split(", "))

    assert {allowed[name] for name in ("camera", "screen-wake-lock")} == {"(self)"}
    assert {allowed[name] for name in ("microphone", "geolocation", "payment")} == {"()"}
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.parametrize("kind", ["text/css; charset=utf-8", 'text/javascript; charset="utf-8"'])
def test_what_only_pages_load_does_not_repeat_what_is_not_used(kind):
    headers = Headers(lambda _: HttpResponse(content_type=kind))
    answer = headers(RequestFactory().get("/static/js/page/dom.js"))

    assert "Permissions-Policy" not in answer
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"


def test_what_is_said_once_travels_in_no_cookie(as_person, ada):
    client = as_person(ada)
    client.post(reverse("sites:new"), {"name": "Mill House", "shown_id": "mill-house"})

    assert set(client.cookies) <= {settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME}
    assert b"Mill House" in client.get(reverse("sites:list")).content


@pytest.mark.parametrize("outcome", ["404", "403", "422", "204", "redirect"])
def test_answers_that_are_not_pages_are_not_cached_either(outcome, as_person, ira, claim):
    client = as_person(ira)
    live = client.get(reverse("claims:live", args=(claim.pk,)))
    seen = live.content.decode().partition("?seen=")[2].partition('"')[0]
    answer = {
        "404": lambda: client.get("/claims/nowhere/"),
        "403": lambda: client.get(reverse("people:list")),
        "422": lambda: client.post(reverse("claims:new")),
        "204": lambda: client.get(reverse("claims:live", args=(claim.pk,)), {"seen": seen}),
        "redirect": lambda: client.post(reverse("claims:stop", args=(claim.pk,))),
    }[outcome]()

    assert answer.status_code == (302 if outcome == "redirect" else int(outcome))
    assert "no-store" in answer["Cache-Control"]


def test_a_get_changes_nothing(every_page):
    # Of the first use of a grant its organisation is told.
    Grant.objects.update(first_used_at=timezone.now())
    before = rows()
    for client, address in every_page:
        client.get(address)
        if not address.startswith(("/accounts/", "/operator/")):
            client.get(address, headers=FRAGMENT)

    assert rows() == before


def test_opening_a_claimed_hub_marks_it_as_watched_and_changes_nothing_else(as_person, ira, claim):
    Claim.objects.filter(pk=claim.pk).update(
        state="claimed", finished_at=claim.created_at, due_at=None
    )
    client = as_person(ira)
    before = rows()
    client.get(reverse("claims:detail", args=(claim.pk,)))

    assert rows() == before
    assert Hub.objects.get(pk=claim.hub_id).watched_until is not None


def test_a_post_without_its_token_is_refused_everywhere_and_changes_nothing(
    ada, otto, claim, mill_court
):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(ada)
    operator = Client(enforce_csrf_checks=True)
    operator.force_login(otto)
    has_used_factor(operator, otto)
    stranger = Client(enforce_csrf_checks=True)
    ours = [(strict, address) for address in pages.posts(claim, mill_court)]
    library = [(c, a) for c in (strict, stranger) for a in pages.grouped("account_", "mfa_")]
    operators = [(operator, address) for address in pages.grouped("admin:")]
    before = rows()
    for client, address in [*ours, *library, *operators]:
        answer = client.post(address, {"name": "Forged", "organisation": str(claim.pk)})

        assert answer.status_code == 403, address
    assert rows() == before


def test_the_token_may_come_as_a_header_as_fragments_send_it(ada, claim):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(ada)
    page = strict.get(reverse("claims:detail", args=(claim.pk,))).content.decode()
    token = page.partition('"X-CSRFToken": "')[2].partition('"')[0]
    answer = strict.post(
        reverse("claims:stop", args=(claim.pk,)), headers={**FRAGMENT, "X-CSRFToken": token}
    )

    assert answer.status_code == 200
    assert Claim.objects.get(pk=claim.pk).state == "cancelled"


def test_a_get_of_an_address_that_acts_does_nothing(as_person, ada, claim, mill_court):
    client = as_person(ada)
    forms = {*pages.portals(claim, mill_court), *map(reverse, pages.AGENTS)}
    acting, before = pages.posts(claim, mill_court), rows()
    for address in acting:
        if address not in forms:
            answer = client.get(address)
            of_support = (403, 404) if address.startswith("/support/") else ()
            assert answer.status_code in (302, 405, *of_support), address
    assert rows() == before


def test_a_view_without_any_decorator_requires_sign_in(client, db, settings):
    settings.ROOT_URLCONF = "tests.portal.extra_urls"
    answer = client.get("/thoughtless/")

    assert answer.status_code == 302
    assert answer["Location"] == f"{reverse('account_login')}?next=/thoughtless/"


NASTY = "<img src=x hx-get=/x>\"'"


def test_text_from_people_and_from_spkey_is_escaped_everywhere(
    every_page, acme, harbour, ada, ira, sam, claim, supports_claim, mill_court, orchard_rise
):
    for person in (ada, ira, sam):
        person.name = NASTY
        person.save()
    for organisation in (acme, harbour):
        organisation.name = NASTY
        organisation.save()
    for site in (mill_court, orchard_rise):
        site.name = site.address = site.spkey_site_id = f"{NASTY} {site.name}"
        site.save()
    Hub.objects.update(model=NASTY, serial=NASTY, firmware=NASTY, spkey_site_id=NASTY)
    Claim.objects.update(
        support_reason=NASTY, problems=[[NASTY, NASTY]], reference=NASTY, reason="another_site"
    )
    escaped = 0
    for client, address in every_page:
        answer = client.get(address)
        body = answer.content.decode()

        assert "<img src=x" not in body or answer["Content-Type"] == "application/json", address
        escaped += "&lt;img src=x hx-get=/x&gt;" in body
    assert escaped > 20


@pytest.mark.parametrize("field", ["q", "state", "site", "person", "before"])
def test_text_from_the_address_is_escaped_in_the_list(field, as_person, ada, claim):
    body = as_person(ada).get(reverse("claims:list"), {field: NASTY}).content.decode()

    assert "<img src=x" not in body


def test_typed_text_is_escaped_in_forms_and_messages(as_person, ada, mill_court):
    client = as_person(ada)
    nasty = {"name": NASTY, "shown_id": site_ids.made_from(NASTY)}
    made = client.post(reverse("sites:new"), nasty, follow=True).content.decode()
    form = client.post(reverse("claims:new"), {"label": NASTY, "site": NASTY}).content.decode()

    assert "is ready for hubs" in made
    assert "&lt;img src=x" in made
    assert "&lt;img src=x" in form
    assert "<img src=x" not in made + form


def test_choosing_an_organisation_is_remembered_only_for_oneself(as_person, ira, hal, acme):
    mine, theirs = as_person(ira), as_person(hal)
    choose(mine, acme)

    assert b"Harbour Living" in theirs.get(reverse("home")).content


@pytest.mark.parametrize("email", ["nobody@acme.example", "installer@acme.example"])
def test_a_failed_sign_in_does_not_reveal_who_exists(email, ira):
    answer = Client().post(reverse("account_login"), {"login": email, "password": "wrong one"})
    unknown = Client().post(reverse("account_login"), {"login": "x@y.example", "password": "wrong"})

    assert answer.status_code == unknown.status_code == 200
    assert without_tokens(answer.content).replace(email, "") == without_tokens(
        unknown.content
    ).replace("x@y.example", "")


def test_only_the_right_password_reveals_that_an_account_is_closed(ira):
    ira.is_active = False
    ira.save()
    wrong = {"login": ira.email, "password": "wrong one"}
    closed = Client().post(reverse("account_login"), wrong)
    stranger = Client().post(reverse("account_login"), {**wrong, "login": "x@acme.example"})

    assert without_tokens(closed.content).replace(ira.email, "") == without_tokens(
        stranger.content
    ).replace("x@acme.example", "")
    right = Client()
    right.post(reverse("account_login"), {**wrong, "password": PASSWORD})
    assert "_auth_user_id" not in right.session


def test_a_password_reset_does_not_reveal_who_exists(ira):
    answers = [
        Client().post(reverse("account_reset_password"), {"email": email}, follow=True)
        for email in (ira.email, "nobody@acme.example")
    ]

    assert answers[0].redirect_chain == answers[1].redirect_chain
    assert without_tokens(answers[0].content) == without_tokens(answers[1].content)
    worker.run_once()
    assert [email.to for email in mail.outbox] == [[ira.email]]


def test_nobody_signs_up_by_themselves(client, db):
    form = {"email": "new@acme.example", "password1": PASSWORD}
    client.post(reverse("account_signup"), form)

    assert rows()["orgs.User"] == []


@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_can_change_their_own_address(as_person, ira, method):
    answer = getattr(as_person(ira), method)("/accounts/email/", {"email": "admin@acme.example"})

    assert answer.status_code == 404
    assert list(ira.emailaddress_set.values_list("email", flat=True)) == [ira.email]
