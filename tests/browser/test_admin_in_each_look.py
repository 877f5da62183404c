"""An administrator's pages, in each look and both languages, at a desk and on a telephone."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from portal.claims.models import Claim
from portal.jobs import requests
from portal.jobs.expected import Expected
from portal.orgs import invitations
from portal.orgs.models import User
from tests.browser.checks import CONTRAST, FIT, RULES, UNPRINTED, ask_axe, looks
from tests.jobs.conftest import make

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("sandbox")]

WIDTHS = (390, 1180, 1440)
PAGES = (
    "home",
    "jobs:list",
    "jobs:new",
    "people:list",
    "people:invite",
    "key:edit",
    "record:list",
    "news",
    "sites:list",
    "sites:new",
    "organisation:settings",
)


@pytest.fixture
def addresses(ada, ira, acme, mill_court, claim) -> list[str]:
    """The pages, once there is something on each of them."""
    member = ira.memberships.get()
    job = make(mill_court, ada, member, first=-3, last=-2, expected=[Expected("Flat 1, riser")])
    asked = requests.ask_for_time(job, member)
    Claim.objects.update(job=job, place="Flat 2", state="blocked", reason="right_gone", due_at=None)
    how = {"role": "installer", "all_sites": False, "actor": ada}
    invitations.invite(acme, "a.rather-long.name@subsidiary.acme-properties.example", **how)
    of_job = [
        reverse(f"jobs:{name}", args=[job.pk])
        for name in ("detail", "edit", "people", "cancel", "complete", "extend")
    ]
    return [
        *map(reverse, PAGES),
        *of_job,
        reverse("jobs:request", args=[asked.pk]),
        reverse("people:edit", args=[member.pk]),
        reverse("people:remove", args=[member.pk]),
        reverse("sites:edit", args=[mill_court.pk]),
    ]


def faults(page: Page) -> list[str]:
    """Return what is wrong with the page's contrast in each look, and where it has no room."""
    size = ask_axe(page)
    found: list[str] = page.evaluate(RULES, None)
    for look in looks(page):
        plain = page.evaluate(UNPRINTED) if look == "outdoor" else page.evaluate(RULES, CONTRAST)
        found += [f"{look}: {fault}" for fault in plain]
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        fit = page.evaluate(FIT, width)
        found += [f"{name} at {width}: {fit[name]}" for name in fit if fit[name]]
    page.set_viewport_size(size)
    return found


@pytest.mark.parametrize("language", ["en", "el"])
def test_an_administrators_pages_are_sound_in_each_look(tablet, ada, addresses, language):
    User.objects.update(language=language)
    page = tablet(ada)
    found = {}
    for address in addresses:
        page.goto(address)
        found[address] = faults(page)
    assert {address: each for address, each in found.items() if each} == {}
