"""The operators' pages speak Greek too: what is left of English are names, codes and records."""

import re

import pytest
from django.contrib import admin
from django.urls import reverse

from portal.orgs.models import User
from tests.operators.conftest import address
from tests.portal.in_english import english

# The record's sentences name people and keys, and its details what is stored.
NAMED = re.compile(r"\bOtto\b|canaryKe…0001|: refused\b")
# What Django and allauth say in English alone, with nothing to translate it by.
NOT_TO_BE_TRANSLATED = re.compile(r"\b(Search|True|False|None|[Aa]uthenticators?|WebAuthn)\b")
# Names of actions, kinds and outcomes as they are stored, and what is stored as JSON.
CODES = re.compile(r"\b[a-z]+([._][a-z]+)+\b|\{\".*\}")


@pytest.fixture
def stored(everything) -> set[str]:
    """Every value of the rows that operators see, as a page shows it."""
    models = admin.site._registry
    rows = (row for model in models for row in model._base_manager.values_list())
    return {" ".join(str(value).split()) for row in rows for value in row}


def addresses(model: type) -> list[str]:
    row = model._base_manager.first()
    of_row = ("change", "delete") if row else ()
    return [
        *(address(model, action) for action in ("changelist", "add")),
        *(address(model, action, row.pk) for action in of_row),
    ]


def left(page: str, stored: set[str]) -> list[str]:
    texts = (CODES.sub(" ", words) for words in english(page) if words not in stored)
    texts = (NAMED.sub(" ", NOT_TO_BE_TRANSLATED.sub(" ", text)) for text in texts)
    return [words for text in texts for words in english(text)]


@pytest.mark.slow
def test_no_page_in_greek_speaks_english(stored, operator):
    User.objects.update(language="el")
    pages = [
        reverse("admin:index"),
        reverse("admin:auth_user_password_change", args=(User.objects.first().pk,)),
        *(page for model in admin.site._registry for page in addresses(model)),
    ]
    answers = {page: operator.get(page) for page in pages}
    shown = {page: answer.text for page, answer in answers.items() if answer.status_code == 200}
    found = {page: words for page, text in shown.items() if (words := left(text, stored))}

    assert len(shown) > 2 * len(admin.site._registry)
    assert found == {}
