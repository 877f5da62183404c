"""No page of an organisation's is forgotten where the cost of its years is measured."""

from urllib.parse import urlsplit

import pytest
from django.urls import resolve

from bench import pages, years
from bench.pages import Get
from bench.paperwork import make_paperwork
from portal.hubs import rounds
from tests.portal.addresses import named
from tests.portal.test_tenancy_matrix import MATRIX

# What is read and not measured, and why. A name that ends in a colon or a low line is of all that
# begin so.
OTHERWISE = {
    # One file, by the key of a photo.
    "photos:large": "file",
    "photos:small": "file",
    "jobs:handover-large": "file",
    "jobs:handover-small": "file",
    "handover-large": "file",
    "handover-small": "file",
    "moves:photo": "file",
    "moves:large": "file",
    "support:move-photo": "file",
    "support:move-large": "file",
    "letter": "file",
    # They show what another page shows that is measured.
    "handover-link": "as jobs:handover, to who has the address",
    "support:move-approve": "as support:move-decline",
    "support:break-glass-confirm": "as support:break-glass",
    "support:unknown": "as support:break-glass",
    # They show one person what is their own, or nothing of anybody's.
    "account_": "sign-in",
    "mfa_": "sign-in",
    "factor-invitation": "sign-in",
    "oidc-start": "sign-in",
    "oidc-callback": "sign-in",
    "oidc-again": "sign-in",
    "sessions:list": "one's own sessions",
    "news": "one's own wishes",
    "people:leave": "a question",
    "invitation": "one invitation, by its address",
    "letters": "only in development",
    "health": "nobody's",
    "ready": "nobody's",
    "metrics": "nobody's",
    "manifest": "nobody's",
    "service-worker": "nobody's",
    "shell": "nobody's",
    "language": "nobody's",
    # They are only posted to.
    "event-receiver": "posted",
    "organisation:switch": "posted",
    "sessions:end-others": "posted",
    # Of the operators', those are measured that grow fastest.
    "admin:": "operators",
}


@pytest.fixture
def measured(ira, acme) -> set[str]:
    """Return the names of the pages that are measured."""
    readers = pages.Readers.of(acme, ira)
    years.make_former_sites(readers.former, 1)
    claim = years.make_years(ira, 20)
    years.make_jobs(ira, claim, 1)
    make_paperwork(readers.admin, readers.agent)
    rounds.begin()
    works = (work for _, work in pages.works(readers, claim))
    paths = (urlsplit(work.path).path for work in works if isinstance(work, Get))
    return {resolve(path).view_name for path in paths}


def is_read(name: str) -> bool:
    """Say whether somebody may read this address, as far as it is known that nobody may."""
    methods = {row.method for row in MATRIX if row.name == name}
    return not methods or "get" in methods


def is_otherwise(name: str) -> bool:
    return any(
        name == other or (other[-1] in ":_" and name.startswith(other)) for other in OTHERWISE
    )


def test_each_page_that_shows_what_an_organisation_has_is_measured(measured):
    read = {name for name, _ in named() if is_read(name) and not is_otherwise(name)}
    assert read - measured == set()


def test_no_exception_is_measured(measured):
    assert {
        name for name in measured if is_otherwise(name) and not name.startswith("admin:")
    } == set()


def test_each_exception_is_an_address():
    names = [name for name, _ in named()]
    assert [other for other in OTHERWISE if not any(name.startswith(other) for name in names)] == []
