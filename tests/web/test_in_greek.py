"""Every page in Greek speaks Greek: what is left of English are names and what people typed."""

import re
from html.parser import HTMLParser

import pytest
from django.urls import reverse

from portal.orgs.models import User
from tests.unmarked import SPOKEN

# Names, abbreviations and forms of data that are the same in Greek.
SAME_IN_GREEK = {
    *("SpKey", "SmartphoneKey", "API", "ID", "QR", "JPEG", "PNG", "WebP", "PDF", "MB", "https"),
    *("Hub", "hub", "Hubs", "hubs", "Bearer", "bearer", "token", "super", "Email", "email", "mail"),
    *("English", "EN"),
}
# Text that people typed, or that stands for something else than words.
NOT_WORDS = re.compile(
    r"[\w.-]+@[\w.-]+|\w*\d\w*|https?://\S+"
    r"|mill-court|acme-properties|harbour-living|sandboxA"
    r"|Acme Properties|Harbour Living|SpKey Support|Mill Court|Lighthouse Flats|Workshop"
    r"|(Ira|Eli) (Installer|Expired)|(Ada|Hal) Admin|Sam Support|Asked for by telephone"
)
# Django's own pages for operators: its Greek has gaps.
OPERATORS = reverse("admin:index")
SILENT = {"script", "style", "code"}


class Reader(HTMLParser):
    """Collects what a page says in words of Latin letters, but what is marked as English."""

    def __init__(self) -> None:
        super().__init__()
        self.latin: list[str] = []
        self.silent = ""

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if not self.silent and (tag in SILENT or attributes.get("lang") == "en"):
            self.silent = tag
        for name, value in attrs:
            if name in SPOKEN or (name.startswith("data-") and " " in (value or "")):
                self.read(value or "")

    def handle_endtag(self, tag):
        if tag == self.silent:
            self.silent = ""

    def handle_data(self, data):
        if not self.silent:
            self.read(data)

    def read(self, text):
        words = re.findall(r"[A-Za-z]{2,}", NOT_WORDS.sub(" ", text))
        if set(words) - SAME_IN_GREEK:
            self.latin.append(" ".join(text.split()))


def english(page: str) -> list[str]:
    reader = Reader()
    reader.feed(page)
    return reader.latin


@pytest.mark.parametrize("page", ["<p>Claimed</p>", '<img alt="A label">', "<p>ένα site</p>"])
def test_english_words_are_noticed(page):
    assert english(page)


def test_no_page_in_greek_speaks_english(every_page):
    User.objects.update(language="el")
    found = {}
    for client, address in every_page:
        if address.startswith(OPERATORS):
            continue
        answer = client.get(address)
        is_page = answer.headers.get("Content-Type", "").startswith("text/html")
        if is_page and (left := english(answer.content.decode())):
            found[address] = left
    assert found == {}


@pytest.mark.parametrize(
    ("address", "data"),
    [
        ("/claims/new/", {"label": "c0ffee"}),
        ("/claims/read/", {}),
        ("/sites/new/", {}),
        ("/organisation/people/", {"fallback_spkey_user_id": "me"}),
        ("/organisation/key/", {"key": "short", "bearer_token": "!"}),
        ("/accounts/password/change/", {"oldpassword": "?", "password1": "1", "password2": "2"}),
    ],
)
def test_what_is_wrong_with_a_form_is_said_in_greek(as_person, ada, mill_court, address, data):
    User.objects.update(language="el")
    answer = as_person(ada).post(address, data)
    assert answer.status_code in {200, 422}
    assert english(answer.content.decode()) == []


def test_a_refused_sign_in_is_told_in_greek(client, db):
    wrong = {"login": "nobody@acme.example", "password": "wrong"}
    answer = client.post("/accounts/login/", wrong, headers={"Accept-Language": "el"})
    assert english(answer.content.decode()) == []
