"""Everything can be done with a keyboard, and the focus is always in sight and never lost."""

import pytest
from playwright.sync_api import Page, expect

from portal.claims.engine import actions
from portal.claims.models import Claim
from portal.core import worker
from portal.sandbox import world
from tests.browser.steps import look_again, present, ready, show
from tests.conftest import PASSWORD, claim_request
from tests.people_with_factor import code, set_up_factor

pytestmark = pytest.mark.usefixtures("sandbox", "mill_court")

# A card shows the focus of the radio button in it.
OUTLINE = """() => {
  const shown = document.activeElement.closest(".radio-card") ?? document.activeElement;
  const style = getComputedStyle(shown);
  return style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth);
}"""


def tab_to(page: Page, text: str) -> None:
    """Press Tab until what has the focus is named like that; each stop must be visible."""
    for _ in range(30):
        page.keyboard.press("Tab")
        stop = page.locator(":focus")
        if not stop.count():
            continue  # Round the end of the page, where the browser's own controls would be.
        if stop.get_attribute("id") == "content":
            continue  # What had the focus was replaced by news: the content has it then.
        assert page.evaluate(OUTLINE) >= 2, page.evaluate("() => document.activeElement.outerHTML")
        if text in f"{stop.inner_text()} {stop.get_attribute('id')}":
            return
    raise AssertionError(f"Tab never came to {text}")


def test_signing_in_and_claiming_need_no_pointer(tablet, ira, hub_id):
    page = tablet()
    page.goto("/accounts/login/")
    tab_to(page, "id_login")
    page.keyboard.type(ira.email)
    tab_to(page, "id_password")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Your claims today")).to_be_visible()
    claim_by_keys(page, hub_id)


@pytest.mark.slow
def test_signing_in_with_a_second_factor_and_claiming_need_no_pointer(tablet, ira, hub_id):
    set_up_factor(ira)
    page = tablet()
    page.goto("/accounts/login/")
    tab_to(page, "id_login")
    page.keyboard.type(ira.email)
    tab_to(page, "id_password")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="One more step")).to_be_visible()
    tab_to(page, "id_code")
    page.keyboard.type(code())
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Your claims today")).to_be_visible()
    claim_by_keys(page, hub_id)


def claim_by_keys(page: Page, hub_id: object) -> None:
    """From home to a claim that is stopped again, each step by Tab and Enter."""
    tab_to(page, "Skip to the content")
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    tab_to(page, "Scan a hub")
    page.keyboard.press("Enter")
    ready(page)
    tab_to(page, "tray-text")
    page.keyboard.type(str(hub_id))
    page.keyboard.press("Enter")
    tab_to(page, "Claim 1 at Mill Court")
    page.keyboard.press("Enter")
    expect(page.locator("[data-row]").get_by_role("link")).to_be_visible()
    tab_to(page, str(hub_id)[-4:].upper())
    page.keyboard.press("Enter")
    expect(present(page)).to_contain_text("Saved")
    tab_to(page, "Stop trying")
    page.keyboard.press("Enter")
    expect(present(page)).to_contain_text("Cancelled")
    assert Claim.objects.get().state == "cancelled"


def test_a_site_is_chosen_with_the_arrows(tablet, ira, orchard_rise):
    page = tablet(ira)
    page.goto("/claims/new/")
    ready(page)
    tab_to(page, "id_site")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("Orchard Rise")).to_be_checked()
    assert page.evaluate("() => document.activeElement.checked")


def test_the_focus_stays_on_a_button_while_the_page_changes_around_it(tablet, ira, mill_court):
    claim = actions.submit(claim_request(ira, mill_court, world.MAGIC["offline"].id))
    page = tablet(ira)
    show(page, claim)
    page.get_by_role("button", name="Stop trying").focus()
    worker.run_once()
    look_again(page)
    expect(present(page)).to_contain_text("The hub is not online")
    expect(page.get_by_role("button", name="Stop trying")).to_be_focused()


def test_when_the_button_goes_away_the_focus_moves_to_the_content(tablet, ira, claim):
    page = tablet(ira)
    show(page, claim)
    page.get_by_role("button", name="Stop trying").focus()
    page.keyboard.press("Enter")
    expect(present(page)).to_contain_text("Cancelled")
    expect(page.get_by_role("main")).to_be_focused()


def test_the_camera_is_opened_and_closed_and_the_focus_stays_with_it(tablet, camera, ira):
    camera(None)
    page = tablet(ira)
    page.goto("/claims/new/")
    ready(page)
    tab_to(page, "Open the camera")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Aim at the label.")).to_be_visible()
    expect(page.get_by_role("button", name="Close the camera")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Open the camera")).to_be_focused()
