"""A NUL is refused before it gets to a query, on every database alike."""

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal import wsgi
from tests.portal import pages

IN_QUERIES = (
    "/support/new/?q=%00",
    "/support/new/?target=%00",
    "/claims/?q=%00",
    "/claims/?%00=1",
    "/operator/audit/entry/?verb=%00",
    "/operator/claims/claim/?state__exact=%00",
    "/operator/autocomplete/?term=%00&app_label=orgs&model_name=membership&field_name=user",
    "/operator/orgs/user/%00/change/",
    "/accounts/login/?next=/%00",
    "/nowhere/%00/",
)


@pytest.mark.parametrize("address", IN_QUERIES)
def test_a_nul_in_an_address_is_a_page_that_asks_for_another_one(address, otto, as_person):
    client = as_person(otto)
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(address)

    assert answer.status_code == 400
    assert "The portal could not read that" in answer.content.decode()
    assert queries.captured_queries == []


@pytest.mark.slow
def test_a_nul_in_a_form_is_refused_everywhere(as_person, ada, otto, claim, mill_court):
    ours = [*pages.posts(claim, mill_court), *pages.grouped("account_", "mfa_"), "/language/"]
    asked = [(as_person(ada), address) for address in ours]
    asked += [(as_person(otto), address) for address in pages.grouped("admin:")]
    for client, address in asked:
        for form in ({"name": "a\0b"}, {"a\0b": "name"}):
            assert client.post(address, form).status_code == 400, address


def test_a_nul_in_an_encoded_form_is_refused_too(installer):
    kind = "application/x-www-form-urlencoded"

    assert installer.post(reverse("claims:new"), "label=%00", content_type=kind).status_code == 400


def test_a_nul_in_a_cookie_looks_nothing_up(db):
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = "0123456789abcdef\0"

    assert client.get("/").status_code == 400


def test_half_a_form_is_refused_and_no_error_of_ours(installer, monkeypatch):
    def broken_off(*_args):
        raise OSError("the client is gone")

    monkeypatch.setattr("django.core.handlers.wsgi.LimitedStream.read", broken_off)

    assert installer.post(reverse("claims:new"), {"label": "x"}).status_code == 400


@pytest.mark.parametrize("charset", ["punycode", "utf-7", "raw_unicode_escape", "nonsense", "idna"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_client_does_not_choose_how_its_text_is_read(db, client, charset, method):
    kind = f"application/x-www-form-urlencoded; charset={charset}"
    answer = client.generic(method.upper(), "/accounts/login/", b"login=x", content_type=kind)

    assert answer.status_code == 400


def test_a_content_type_in_an_unknown_encoding_is_a_bad_request(db):
    began = []
    environ = RequestFactory().get("/health/").environ
    environ["CONTENT_TYPE"] = "text/plain; charset*=nope''x"
    body = wsgi.application(environ, lambda status, _headers: began.append(status))

    assert (began, b"".join(body)) == (["400 Bad Request"], b"Bad request\n")
