"""Other colours for the chips change nothing but colour: no script decides by one."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from portal.orgs.models import Membership
from portal.sites.models import Site
from portal.tray.schema import Outcome
from tests.browser.steps import LISTEN
from tests.browser.tray.seeded import ROWS, seed
from tests.browser.tray.steps import add, claim_button, open_tray, outcome, rows

pytestmark = pytest.mark.usefixtures("sandbox")

KIND = re.compile(r'(<p data-when="[\w-]+"\s+data-kind=)"\w+"')
KINDS = "() => [...document.querySelectorAll('hub-tray .chip')].map((chip) => chip.dataset.kind)"
ANNOUNCED = "() => window.announced.filter(Boolean)"
HAS_ANNOUNCED = "(word) => window.announced.some((text) => text.includes(word))"
# How many of the rows the portal has told of.
TOLD = sum(told is not None for _, told in ROWS)
COLOURS = ("good", "stop", "working")


def recolour(page: Page, kind: str) -> None:
    """Have the page come with all chips in one colour."""

    def answer(route: Route) -> None:
        response = route.fetch()
        body = KIND.sub(rf'\1"{kind}"', response.text())
        assert len(KIND.findall(body)) > 15
        route.fulfill(response=response, body=body)

    page.route("**/claims/new/**", answer)


def story(page: Page, member: Membership, site: Site, **colour: str) -> list[object]:
    """Return what the tray says and offers with a row of each kind, and what comes of using it."""
    page.add_init_script(LISTEN)
    open_tray(page, f"?site={site.pk}")
    # The portal tells nothing else; that it cannot be reached is learnt once the rows are drawn.
    held: list[Route] = []
    page.route("**/claims/tray/", lambda route: held.append(route))  # noqa: PLW0108
    where = (member, str(site.pk), site.name)
    # Rows that had other news before: what is told of a change is heard.
    seed(page, *where, outcome=Outcome.LOOKING, word="Before", title="", **colour)
    expect(page.locator("[data-part=word]", has_text="Before")).to_have_count(TOLD)
    page.route("**/claims/tray/", lambda route: route.abort())
    for route in held:
        route.abort()
    expect(page.locator("[data-stage=confirmed]")).to_contain_text("Kept on this device")
    page.wait_for_function(HAS_ANNOUNCED, arg="Waiting")
    ids = seed(page, *where, **colour)
    page.wait_for_function(HAS_ANNOUNCED, arg="Suspended")
    kinds = set(page.evaluate(KINDS))
    assert kinds == set(colour.values()) if colour else len(kinds) > 2
    tray = page.locator("hub-tray")
    facts = [tray.aria_snapshot(), page.evaluate(ANNOUNCED)]
    for hub in ids:
        add(page, hub)
        facts.append(outcome(page).inner_text())
    facts += [tray.aria_snapshot(), claim_button(page).inner_text()]
    page.get_by_role("button", name="Put away 2 finished").click()
    expect(rows(page)).to_have_count(len(ROWS) - 2)
    return [*facts, tray.aria_snapshot()]


@pytest.mark.slow
def test_recolouring_every_chip_changes_nothing_that_the_tray_says_or_does(tablet, ira, mill_court):
    tablet.expected = ["ERR_FAILED"]
    member, told = Membership.objects.get(), []
    for colour in ("", *COLOURS):
        page = tablet(ira)
        if colour:
            recolour(page, colour)
        told.append(story(page, member, mill_court, **({"kind": colour} if colour else {})))
        page.close()

    assert told[1:] == [told[0]] * len(COLOURS)
