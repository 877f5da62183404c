"""Which language a page, an e-mail and a date are in, and the switch."""

from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import formats, translation

from portal.core import worker
from portal.notices import outbox
from portal.notices.models import Notice
from portal.orgs.models import User

SIGN_IN = reverse("account_login")
GREEK = {"Accept-Language": "el-GR,el;q=0.9,en;q=0.8"}
COOKIE = settings.LANGUAGE_COOKIE_NAME


def language_of(answer) -> str:
    """Return the language that the answer names, in its header and in the page alike."""
    named: str = answer["Content-Language"]
    assert f'<html lang="{named}"' in answer.content.decode()
    return named


def switch(client: Client, language: str, page: str = "/"):
    return client.post(reverse("language"), {"language": language, "next": page})


@pytest.mark.parametrize(
    ("asked", "language"),
    [("el", "el"), ("el-GR,en;q=0.5", "el"), ("en-US", "en"), ("fr, el;q=0.4", "el"), ("fr", "en")],
)
def test_a_browser_is_answered_in_its_language_or_in_english(client, db, asked, language):
    answer = client.get(SIGN_IN, headers={"Accept-Language": asked})
    assert language_of(answer) == language
    assert "Accept-Language" in answer["Vary"]
    assert "Cookie" in answer["Vary"]


def test_the_choice_of_somebody_signed_out_is_kept_on_the_device(client, db):
    back = switch(client, "el", SIGN_IN)
    assert back["Location"] == SIGN_IN
    assert client.cookies[COOKIE]["httponly"]
    assert client.cookies[COOKIE]["samesite"] == "Lax"
    assert language_of(client.get(SIGN_IN, headers={"Accept-Language": "en"})) == "el"


def test_the_choice_of_somebody_signed_in_goes_with_them(as_person, ira):
    answer = switch(as_person(ira), "el", "/claims/?state=open")
    assert answer["Location"] == "/claims/?state=open"
    assert COOKIE not in answer.cookies
    assert language_of(as_person(User.objects.get()).get("/")) == "el"


def test_ones_own_choice_comes_before_the_devices_and_the_browsers(as_person, ira):
    client = as_person(ira)
    client.cookies[COOKIE] = "el"
    assert language_of(client.get("/", headers=GREEK)) == "el"
    switch(client, "en")
    assert language_of(client.get("/", headers=GREEK)) == "en"


@pytest.mark.parametrize("page", ["https://evil.example/", "//evil.example", "javascript:x", ""])
def test_a_switch_leads_nowhere_but_into_the_portal(client, db, page):
    client.defaults["HTTP_REFERER"] = "https://evil.example/"
    assert switch(client, "el", page)["Location"] == "/"


def test_there_is_no_switch_to_a_language_that_the_portal_lacks(client, db):
    answer = switch(client, "fr")
    assert answer.status_code == 400
    assert COOKIE not in answer.cookies


def test_a_switch_is_a_post_that_comes_from_our_own_pages(db):
    client = Client(enforce_csrf_checks=True)
    assert client.get(reverse("language")).status_code == 405
    assert switch(client, "el").status_code == 403


@pytest.mark.parametrize("signed_in", [False, True])
def test_every_page_offers_the_other_language_in_its_own_words(as_person, client, ira, signed_in):
    page = (as_person(ira).get("/") if signed_in else client.get(SIGN_IN)).content.decode()
    button = page.partition('name="language" value="el"')[2].partition("</button>")[0]
    assert 'lang="el"' in button
    assert "Ελληνικά" in button
    assert 'name="language" value="en"' not in page


def test_choosing_the_language_takes_no_query(as_person, ira):
    client = as_person(ira)
    client.get("/claims/")
    asked = []
    for language in ("", "el"):
        User.objects.update(language=language)
        with CaptureQueriesContext(connection) as queries:
            client.get("/claims/")
        asked.append(len(queries))
    assert asked[0] == asked[1]


def test_the_language_of_an_answer_does_not_leak_into_the_next(client, db):
    before = translation.get_language()
    client.get(SIGN_IN, headers=GREEK)
    assert translation.get_language() == before


@pytest.mark.parametrize("language", ["en", "el"])
def test_dates_have_the_day_first_and_a_clock_of_24_hours(language):
    at = datetime(2026, 11, 3, 16, 5, tzinfo=UTC)
    with translation.override(language):
        assert formats.date_format(at, "SHORT_DATETIME_FORMAT") == "03/11/2026 16:05"
        assert formats.date_format(at, "DATETIME_FORMAT").endswith("2026, 16:05")
        day = formats.get_format("DATE_INPUT_FORMATS")[0]
    assert datetime.strptime("03/11/2026", day).astimezone().month == 11


def test_numbers_are_written_as_each_language_writes_them():
    written = {}
    for language in ("en", "el"):
        with translation.override(language):
            written[language] = formats.number_format(1234.5, 1, force_grouping=True)
    assert written == {"en": "1,234.5", "el": "1.234,5"}


def test_each_administrator_is_written_to_in_their_language(acme, ada, mailoutbox):
    subjects = {}
    for language in ("el", "en", ""):
        User.objects.update(language=language)
        about = f"about {language}"
        outbox.notify(acme.pk, "key_refused", about)
        [notice] = outbox.take_due(1)
        outbox.send(notice)
        subjects[language] = mailoutbox[-1].subject
    assert subjects["en"] == subjects[""] == "Acme Properties: store a new API key"
    assert subjects["el"] != subjects["en"]
    assert Notice.objects.filter(sent_at=None).count() == 0


def test_a_sign_in_email_is_in_its_readers_language_not_the_requesters(client, ada, mailoutbox):
    for language, headers in (("el", {"Accept-Language": "en"}), ("en", GREEK), ("", GREEK)):
        User.objects.update(language=language)
        client.post(reverse("account_reset_password"), {"email": ada.email}, headers=headers)
        worker.run_once()
    greek, english, as_asked = (email.subject for email in mailoutbox)
    assert greek == as_asked != english
