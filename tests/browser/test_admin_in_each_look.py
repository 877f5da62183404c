"""An administrator's pages, in each look and both languages, at a desk and on a telephone."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from portal.claims.models import Claim
from portal.hubs.web.action_pages import ACTION_PAGES
from portal.imports.models import Import, Row, RowState
from portal.jobs import requests
from portal.jobs.expected import Expected
from portal.orgs import invitations
from portal.orgs.models import User
from portal.sandbox import world
from tests.browser.checks import CONTRAST, FIT, RULES, UNPRINTED, ask_axe, looks
from tests.hubs.own_hubs import make_own_hub
from tests.imports.conftest import give, work
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


@pytest.fixture
def of_hubs(ada, acme, mill_court) -> list[str]:
    """The pages of a hub and of imports: one under way, a plan, one that was carried out."""
    hub = make_own_hub(mill_court, online=False, place="Flat 2, behind the fuse box in the hall")
    make_own_hub(acme, spkey_site_id="annex-7")
    rows = f"hub,site,place\n{world.hub_id(3)},Mill Court,Flat 1\nnonsense,Mill Court,\n"
    ready = work(give(ada, rows), rounds=3)
    finished = work(give(ada, rows.replace("Flat 1", "Flat 9")), rounds=3)
    Row.objects.filter(plan=finished).update(state=RowState.NOT_DONE, cause="foreign")
    Import.objects.filter(pk=finished.pk).update(state="finished", due_at=None)
    checking = give(ada, rows.replace("Flat 1", "Flat 11"))
    return [
        *map(reverse, ("hubs:list", "imports:list", "imports:new", "sites:import")),
        *(
            reverse(name, args=[hub.pk])
            for name in ("hubs:detail", "hub-actions:page", "hub-actions:ask-support")
        ),
        *(reverse(f"hub-actions:{what}", args=[hub.pk]) for what in ACTION_PAGES),
        reverse("photos:list", args=[hub.pk]),
        reverse("claims:replace", args=[hub.pk]),
        reverse("sites:detail", args=[mill_court.pk]),
        reverse("sites:archive", args=[mill_court.pk]),
        *(reverse("imports:detail", args=[each.pk]) for each in (ready, finished, checking)),
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


def faulty(page: Page, addresses: list[str]) -> dict[str, list[str]]:
    found = {}
    for address in addresses:
        assert page.goto(address).ok, address
        found[address] = faults(page)
    return {address: each for address, each in found.items() if each}


@pytest.mark.parametrize("language", ["en", "el"])
def test_an_administrators_pages_are_sound_in_each_look(tablet, ada, addresses, language):
    User.objects.update(language=language)
    assert faulty(tablet(ada), addresses) == {}


@pytest.mark.parametrize("language", ["en", "el"])
def test_the_pages_of_hubs_and_imports_are_sound_in_each_look(tablet, ada, of_hubs, language):
    User.objects.update(language=language)
    assert faulty(tablet(ada), of_hubs) == {}
