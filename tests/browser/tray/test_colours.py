"""Other colours for the chips change nothing but colour: no script decides by one."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from portal.orgs.models import Membership
from portal.sites.models import Site
from portal.tray.schema import Outcome
from tests.browser.steps import LISTEN
from tests.browser.tray.seeded import ROWS, seed
from tests.browser.tray.steps import add, keep_news_away, open_tray, outcome, rows

pytestmark = pytest.mark.usefixtures("sandbox")

KIND = re.compile(r'(<p data-when="[\w-]+"\s+data-kind=)"\w+"')
KINDS = "() => [...document.querySelectorAll('hub-tray .chip')].map((chip) => chip.dataset.kind)"
ANNOUNCED = "() => window.announced.filter(Boolean)"
# How many of the rows the portal has told of.
TOLD = sum(told is not None for _, told in ROWS)
COLOURS = ("good", "stop", "working")


def recolour(page: Page, kind: str) -> None:
    """Have the page come with chips of one colour, whatever they say."""

    def answer(route: Route) -> None:
        response = route.fetch()
        body = KIND.sub(rf'\1"{kind}"', response.text())
        assert len(KIND.findall(body)) > 15
        route.fulfill(response=response, body=body)

    page.route("**/claims/new/**", answer)


def story(page: Page, member: Membership, site: Site, **colour: str) -> list[object]:
    """Return what the tray says and offers with a row of each kind, and what comes of using it."""
    page.add_init_script(LISTEN)
    keep_news_away(page)
    open_tray(page, f"?site={site.pk}")
    # Rows that had other news before: what is told of a change is heard.
    where = (member, str(site.pk), site.name)
    seed(page, *where, outcome=Outcome.LOOKING, word="Before", title="", **colour)
    expect(page.locator("[data-part=word]", has_text="Before")).to_have_count(TOLD)
    ids = seed(page, *where, **colour)
    page.wait_for_function("() => window.announced.some((text) => text.includes('Suspended'))")
    kinds = set(page.evaluate(KINDS))
    assert kinds == set(colour.values()) if colour else len(kinds) > 2
    facts = [page.locator("body").aria_snapshot(), page.evaluate(ANNOUNCED)]
    for hub in ids:
        add(page, hub)
        facts.append(outcome(page).inner_text())
    facts.append(page.locator("body").aria_snapshot())
    page.get_by_role("button", name="Put away 2 finished").click()
    expect(rows(page)).to_have_count(len(ROWS) - 2)
    return [*facts, page.locator("body").aria_snapshot()]


def test_other_colours_change_no_word_and_no_button_and_nothing_that_comes_of_a_tap(
    tablet, ira, mill_court
):
    member, told = Membership.objects.get(), []
    for colour in ("", *COLOURS):
        page = tablet(ira)
        if colour:
            recolour(page, colour)
        told.append(story(page, member, mill_court, **({"kind": colour} if colour else {})))
        page.close()

    assert all(each == told[0] for each in told)
