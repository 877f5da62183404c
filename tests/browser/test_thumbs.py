"""Frequent actions are under the thumb and cover nothing; motion can be reduced."""

import pytest
from playwright.sync_api import Locator, Page, expect

from portal.claims.engine import actions
from portal.claims.models import Claim
from portal.sandbox import world
from tests.browser.geometry import boxes
from tests.browser.steps import show
from tests.conftest import claim_request

pytestmark = pytest.mark.usefixtures("sandbox")

PORTRAIT = {"width": 390, "height": 664}
LANDSCAPE = {"width": 1180, "height": 820}
SIDEWAYS = {"width": 844, "height": 390}

# The element that has the focus, unless its middle is in sight and on top.
HIDDEN = """() => {
  const shown = document.activeElement;
  if (shown === document.body) return "";
  const [box] = shown.getClientRects();
  const hit = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  return shown.contains(hit) ? "" : shown.outerHTML;
}"""


@pytest.fixture
def claims(ira, mill_court) -> list[Claim]:
    """More claims than a small screen shows."""
    hubs = map(world.hub_id, range(9))
    return [actions.submit(claim_request(ira, mill_court, hub_id)) for hub_id in hubs]


def primary(page: Page) -> Locator:
    return page.locator("#actions .primary")


def test_in_portrait_the_action_and_the_navigation_are_at_the_bottom(tablet, ada, claims):
    page = tablet(ada, viewport=PORTRAIT)
    page.goto("/claims/")
    action, nav = boxes(primary(page), page.get_by_role("navigation", name="Main"))
    assert action.top > 0.75 * PORTRAIT["height"]
    assert action.width > 0.9 * PORTRAIT["width"] - 8
    assert nav.top >= action.bottom
    assert nav.bottom == pytest.approx(PORTRAIT["height"], abs=1)


def test_in_landscape_the_action_is_at_the_right_in_the_lower_half(tablet, ira, claims):
    page = tablet(ira, viewport=LANDSCAPE)
    show(page, claims[-1])
    (action,) = boxes(primary(page))
    assert action.left > 0.6 * LANDSCAPE["width"]
    assert LANDSCAPE["height"] / 2 < action.top < 0.85 * LANDSCAPE["height"]
    page.set_viewport_size(SIDEWAYS)
    page.evaluate("() => scrollTo(0, 300)")
    (action,) = boxes(primary(page))
    assert action.left > 0.6 * SIDEWAYS["width"]
    assert action.bottom < SIDEWAYS["height"]


@pytest.mark.parametrize("size", [PORTRAIT, SIDEWAYS], ids=["portrait", "landscape"])
def test_the_focused_element_is_never_covered(tablet, ada, claims, size):
    page = tablet(ada, viewport=size)
    page.goto("/claims/")
    stops = page.locator("a:visible, button:visible, input:visible, select:visible").count()
    for key, times in (("Tab", stops), ("Shift+Tab", stops)):
        for _ in range(times - 1):
            page.keyboard.press(key)
            assert page.evaluate(HIDDEN) == ""


def test_nothing_moves_for_people_who_prefer_reduced_motion(tablet, ira, claims):
    page = tablet(ira)
    show(page, claims[-1])
    expect(page.locator(".step-present")).to_be_visible()
    moving = "() => document.getAnimations().length"
    assert page.evaluate(moving) == 0
    page.emulate_media(reduced_motion="no-preference")
    assert page.evaluate(moving) == 1
