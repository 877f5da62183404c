"""Of a request the log says what it was, and the answer by what id to find that."""

import logging

import pytest
from django.test import Client
from django.urls import reverse

from portal.core import logs


@pytest.fixture
def lines(caplog):
    """Return what was logged for security's sake, as (view, status, origin) of each line."""
    caplog.set_level(logging.INFO, logger="portal.security")
    found: list[tuple[str, int, logs.Origin | None]] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if "status" in record.__dict__:
                found.append((record.view, record.status, logs.current()))

    handler = Kept()
    logs.security.addHandler(handler)
    yield found
    logs.security.removeHandler(handler)


def test_every_answer_has_an_id_of_its_own(client, db):
    ids = {client.get(address)["X-Request-ID"] for address in ("/", "/health/", "/nowhere/", "/x")}

    assert len(ids) == 4


def test_an_id_is_taken_from_a_trusted_proxy_alone(client, db, settings):
    given = {"X-Request-ID": "of-the-proxy-1"}
    assert client.get("/", headers=given)["X-Request-ID"] != "of-the-proxy-1"
    settings.TRUSTED_PROXIES = 1
    assert client.get("/", headers=given)["X-Request-ID"] == "of-the-proxy-1"
    for wrong in ("short", "x" * 65, "with blanks in it", "ünicode-id"):
        assert client.get("/", headers={"X-Request-ID": wrong})["X-Request-ID"] != wrong


def test_a_refusal_says_who_asked_for_what(lines, as_person, ira, hal, harbours_claim, acme):
    client = as_person(ira)
    client.get(reverse("claims:detail", args=(harbours_claim.pk,)))
    client.get(reverse("people:list"))

    [(missing, status, origin), (forbidden, other, at)] = lines
    assert (missing, status) == ("claims:detail", 404)
    assert (forbidden, other) == ("people:list", 403)
    assert (origin.person, origin.path) == (ira.pk, f"/claims/{harbours_claim.pk}/")
    assert (at.person, at.organisation, at.address) == (ira.pk, acme.pk, "127.0.0.1")


def test_a_forged_form_and_a_page_that_is_nowhere_are_told_of_too(lines, db):
    client = Client(enforce_csrf_checks=True)
    client.post(reverse("account_login"), {"login": "x"})
    client.get("/nowhere/")
    client.get("/accounts/login/")

    assert [(view, status) for view, status, _ in lines] == [("account_login", 403), ("", 404)]


def test_who_calls_us_by_another_name_is_told_of_once_and_without_a_traceback(caplog, db):
    caplog.set_level(logging.INFO)
    for name in ("elsewhere.example", "192.0.2.7", "a b"):
        caplog.clear()
        assert Client(headers={"host": name}).get("/health/").status_code == 400
        [line] = caplog.records
        assert (line.name, line.exc_info) == ("portal.security", None)


def test_what_is_logged_after_an_answer_is_of_no_request(client, db):
    client.get("/")

    assert logs.current() is None
