"""A tablet is told of its rows in the person's language."""

import re

import pytest

from portal.orgs.models import User
from tests.tray.conftest import HUB, TRAY

GREEK = re.compile(r"[Ͱ-Ͽἀ-῿]")


def is_greek(text: str) -> bool:
    """Whether it is Greek, brand names and numbers left out."""
    words = re.findall(r"[^\W\d_]{4,}", text.replace("SmartphoneKey", ""))
    return bool(words) and all(GREEK.search(word) for word in words)


@pytest.fixture
def _greek(ira):
    User.objects.filter(pk=ira.pk).update(language="el")


@pytest.mark.usefixtures("_greek")
def test_all_words_of_a_row_are_in_the_persons_language(tablet, mill_court, sandbox):
    assert tablet.client.get(TRAY).json()["language"] == "el"

    row = tablet.row(HUB, mill_court)
    news_of_rows = [dict(tablet.news(row)), dict(tablet.after_work(row))]
    news_of_rows.append(dict(tablet.news(row | {"claim": True})))
    news_of_rows += tablet.sync(tablet.row("12"), tablet.row(HUB, claim=True))

    sentences = [
        news[name] for news in news_of_rows for name in ("word", "title", "text") if news[name]
    ]
    assert len(sentences) > 2 * len(news_of_rows)
    assert [text for text in sentences if not is_greek(text)] == []


@pytest.mark.usefixtures("_greek")
def test_a_refusal_is_in_the_persons_language(tablet):
    assert is_greek(tablet.send("{").json()["problem"])


def test_news_is_sent_again_after_the_person_changes_language(tablet, mill_court, ira):
    row = tablet.row(HUB, mill_court)
    tablet.sync(row)
    assert tablet.sync(row) == []

    User.objects.filter(pk=ira.pk).update(language="el")
    assert len(tablet.sync(row)) == 1
