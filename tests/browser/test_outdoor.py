"""The outdoor look: switched on by a tap, remembered, never late; or asked for by the device."""

import time

import pytest
from playwright.sync_api import Locator, Page, expect

SWITCH = "Outdoor contrast"
BLACK, WHITE = "rgb(0, 0, 0)", "rgb(255, 255, 255)"
NO_STORAGE = """Object.defineProperty(window, "localStorage", {
  get() { throw new DOMException("Nothing is kept here.", "SecurityError"); },
});"""
PAINTED_AFTER_THE_SHEET = """() => {
  const [paint] = performance.getEntriesByName("first-paint");
  const sheet = performance.getEntriesByType("resource").find(({ name }) => /outdoor/.test(name));
  return paint.startTime >= sheet.responseEnd;
}"""


def switch(page: Page) -> Locator:
    return page.get_by_role("button", name=SWITCH)


def colours(page: Page) -> list[str]:
    """Return the ink and the paper of the page."""
    style = (
        "() => { const s = getComputedStyle(document.body); return [s.color, s.backgroundColor] }"
    )
    found: list[str] = page.evaluate(style)
    return found


@pytest.mark.slow
def test_a_tap_shows_black_on_white_here_and_on_every_page_until_the_next_tap(tablet, ira):
    page = tablet(ira, color_scheme="dark")
    page.goto("/")
    expect(switch(page)).to_have_attribute("aria-pressed", "false")
    as_ever = colours(page)
    assert as_ever != [BLACK, WHITE]

    switch(page).click()
    expect(switch(page)).to_have_attribute("aria-pressed", "true")
    assert colours(page) == [BLACK, WHITE]
    page.goto("/claims/")
    expect(switch(page)).to_have_attribute("aria-pressed", "true")
    assert colours(page) == [BLACK, WHITE]

    switch(page).click()
    expect(switch(page)).to_have_attribute("aria-pressed", "false")
    assert colours(page) == as_ever
    page.reload()
    assert colours(page) == as_ever


@pytest.mark.slow
def test_the_outdoor_look_appears_without_a_flash_of_another(tablet):
    page = tablet()
    page.goto("/accounts/login/")
    switch(page).click()

    def hold(route):
        time.sleep(0.25)
        route.continue_()

    page.route("**/outdoor*.css", hold)
    page.reload()
    assert colours(page) == [BLACK, WHITE]
    page.wait_for_function("() => performance.getEntriesByName('first-paint').length")
    assert page.evaluate(PAINTED_AFTER_THE_SHEET)


@pytest.mark.slow
def test_a_tap_in_one_tab_is_seen_in_the_others(tablet):
    page = tablet()
    page.goto("/accounts/login/")
    other = page.context.new_page()
    other.goto("/accounts/password/reset/")
    switch(page).click()
    expect(switch(other)).to_have_attribute("aria-pressed", "true")
    assert colours(other) == [BLACK, WHITE]


@pytest.mark.slow
def test_without_storage_the_switch_works_for_the_page(tablet):
    page = tablet()
    page.add_init_script(NO_STORAGE)
    page.goto("/accounts/login/")
    switch(page).click()
    expect(switch(page)).to_have_attribute("aria-pressed", "true")
    assert colours(page) == [BLACK, WHITE]


@pytest.mark.slow
def test_without_scripts_no_switch_is_offered(tablet):
    page = tablet(java_script_enabled=False)
    page.goto("/accounts/login/")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(switch(page)).to_be_hidden()


@pytest.mark.parametrize(("scheme", "seen"), [("light", [BLACK, WHITE]), ("dark", [WHITE, BLACK])])
@pytest.mark.slow
def test_a_device_that_asks_for_more_contrast_has_it_without_a_tap(tablet, scheme, seen):
    page = tablet(contrast="more", color_scheme=scheme)
    page.goto("/accounts/login/")
    assert colours(page) == seen
    expect(switch(page)).to_have_attribute("aria-pressed", "false")
    switch(page).click()
    assert colours(page) == [BLACK, WHITE]


@pytest.mark.slow
def test_with_forced_colours_the_current_page_is_still_marked(
    tablet, ada, mill_court, orchard_rise
):
    page = tablet(ada, forced_colors="active")
    page.goto("/jobs/")
    lines = "(a) => getComputedStyle(a).borderBlockColor"
    nav = page.get_by_role("navigation", name="Main")
    here = nav.get_by_role("link", name="Jobs").evaluate(lines)
    assert here != nav.get_by_role("link", name="Hubs").evaluate(lines)
