"""The frame of every page: a sidebar where there is room, else the navigation at the thumb."""

from itertools import pairwise

import pytest
from playwright.sync_api import Page, expect

from portal.claims.engine import actions
from portal.orgs.models import Organisation
from portal.sandbox import world
from tests.browser.checks import LARGER
from tests.conftest import claim_request, join

pytestmark = pytest.mark.usefixtures("sandbox", "mill_court")

DESK = {"viewport": {"width": 1024, "height": 800}, "has_touch": False, "is_mobile": False}
PAGES = ("/", "/claims/", "/sites/", "/organisation/people/", "/organisation/key/", "/nowhere/")
EDGE = "() => document.querySelector('main h1').getBoundingClientRect().left"
STOPS = """() => [...document.querySelectorAll("header :is(a, button, input)")]
  .filter((stop) => stop.checkVisibility())
  .map((stop) => stop.getBoundingClientRect()).map(({ left, top }) => [top, left])"""

BEYOND_NAV = """() => {
  const nav = document.querySelector(".nav");
  return nav.scrollWidth - nav.clientWidth;
}"""
CUT_IN_NAV = """() => [...document.querySelectorAll(".nav > * > span:not(.nav-mark)")]
  .filter((word) => word.checkVisibility() && word.scrollWidth > word.clientWidth + 1)
  .map((word) => word.textContent)"""


def nav(page: Page):
    return page.get_by_role("navigation", name="Main")


def test_the_sidebar_has_everything_in_the_order_in_which_tab_comes_there(tablet, ada):
    other = Organisation.objects.create(name="Harbour Living", spkey_org_id="harbour")
    join(ada, other)
    page = tablet(ada, **DESK)
    page.goto("/sites/")
    for name in ("Home", "Scan", "Sites", "Claims", "People", "Key"):
        expect(nav(page).get_by_role("link", name=name)).to_be_visible()
    expect(page.get_by_role("button", name="More")).to_be_hidden()
    tops = [top for top, _left in page.evaluate(STOPS)]
    assert len(tops) > 8
    assert all(later >= earlier - 8 for earlier, later in pairwise(tops))

    page.get_by_role("button", name="Organisation: Acme Properties").click()
    page.get_by_role("button", name="Harbour Living").click()
    expect(page.get_by_role("button", name="Organisation: Harbour Living")).to_be_visible()


def test_all_pages_have_one_left_edge(tablet, ada):
    tablet.expected = ["404"]
    page = tablet(ada, **DESK)
    edges = set()
    for address in PAGES:
        page.goto(address)
        edges.add(page.evaluate(EDGE))
    assert len(edges) == 1


def test_below_1024_pixels_the_rest_is_under_more_and_large_text_can_be_reached(tablet, ada):
    page = tablet(ada, viewport={"width": 390, "height": 844})
    page.goto("/claims/")
    expect(nav(page).get_by_role("link", name="Home")).to_be_visible()
    more = page.get_by_role("button", name="More")
    assert page.evaluate(BEYOND_NAV) <= 0
    page.evaluate(LARGER, 2)
    # Words as large as asked for: the row is swiped, to its end.
    assert page.evaluate(CUT_IN_NAV) == []
    page.evaluate("() => document.querySelector('.nav').scrollTo(9999, 0)")
    expect(more).to_be_in_viewport(ratio=1)
    expect(nav(page).get_by_role("link", name="Key")).to_be_hidden()
    more.tap()
    page.get_by_role("link", name="Key").tap()
    expect(page.get_by_role("heading", name="API key", exact=True)).to_be_visible()


def test_what_succeeded_can_be_undone_for_a_while_and_goes_by_itself(tablet, ada, mill_court):
    page = tablet(ada, **DESK)
    page.clock.install()
    page.goto(f"/sites/{mill_court.pk}/")
    page.get_by_role("button", name="More").click()
    page.get_by_role("link", name="Archive this site").click()
    page.get_by_role("button", name="Archive").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Mill Court is back in use.")).to_be_visible()
    assert page.get_by_role("link", name="Mill Court").is_visible()
    page.mouse.move(0, 0)
    page.clock.run_for(7_000)
    expect(page.get_by_text("Mill Court is back in use.")).to_be_hidden()


def test_paper_has_neither_bars_nor_buttons_and_all_rows(tablet, ada, ira, mill_court):
    for number in range(3):
        actions.submit(claim_request(ira, mill_court, world.hub_id(number)))
    page = tablet(ada, **DESK)
    page.goto("/claims/")
    page.emulate_media(media="print")
    for part in (".masthead", ".skip-link", ".filters", "#actions"):
        expect(page.locator(part)).to_be_hidden()
    assert page.locator("button:visible, .button:visible").count() == 0
    expect(page.get_by_role("row")).to_have_count(4)
    page.emulate_media(media="screen")
