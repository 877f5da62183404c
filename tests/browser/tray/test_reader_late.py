"""What reads labels comes after the page: what is scanned before is read then, in order."""

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.tray.steps import (
    claim_button,
    field,
    hubs,
    outcome,
    paste,
    read_off,
    rows,
    scan,
    tails,
)

pytestmark = pytest.mark.usefixtures("sandbox", "mill_court")

READER = "**/js/scanner/naming*.js"
# Whether the browser would ask somebody who leaves the page.
WOULD_ASK = """() => {
  const leaving = new Event("beforeunload", { cancelable: true });
  return !dispatchEvent(leaving);
}"""


class Held:
    """Requests for a part of what reads labels, which wait."""

    def __init__(self) -> None:
        self.is_held = True
        self.waiting: list[Route] = []

    def __call__(self, route: Route) -> None:
        if self.is_held:
            self.waiting.append(route)
        else:
            route.continue_()

    def let_go(self) -> None:
        """Have all of them answered, those of later as well."""
        self.is_held = False
        for route in self.waiting:
            route.continue_()


def opened(page: Page) -> None:
    """Open the tray, without waiting for what reads labels."""
    page.goto("/claims/new/")
    expect(page.locator("hub-tray")).to_have_attribute("data-state", "ready")
    expect(page.locator("[data-plain]")).to_have_count(0)


def enter(page: Page, *texts: str) -> None:
    """Type each text into the field, with Enter after it, whether it can be read or not."""
    for text in texts:
        field(page).fill(text)
        field(page).press("Enter")


@pytest.fixture
def held() -> Held:
    return Held()


@pytest.fixture
def page(tablet, ira, held) -> Page:
    """A tablet with the tray open, and what reads labels on its way."""
    page = tablet(ira)
    page.route(READER, held)
    opened(page)
    return page


@pytest.mark.parametrize("end", ["Enter", "Tab", "Control+j"])
def test_what_a_scanner_types_the_moment_the_page_opens_is_taken_in_order(page, held, end):
    one, other, third = hubs(3)
    for hub in (one, other.replace("-", ""), f"https://spkey.example/h/{third}"):
        scan(page, hub, end)
        expect(field(page)).to_have_value("")
    expect(rows(page)).to_have_count(0)
    expect(outcome(page)).to_contain_text("Getting ready.")
    held.let_go()
    expect(rows(page)).to_have_count(3)
    assert read_off(page) == tails(third, other, one)
    expect(field(page)).to_have_value("")


def test_scans_without_an_end_stay_two_and_what_was_begun_stays(page, held):
    one, other = hubs(2)
    field(page).press_sequentially("Fl", delay=400)
    page.evaluate("() => new Promise((done) => setTimeout(done, 500))")
    for hub in (one.replace("-", ""), other):
        scan(page, hub)
        expect(field(page)).to_have_value("Fl")
    held.let_go()
    expect(rows(page)).to_have_count(2)
    assert read_off(page) == tails(other, one)
    expect(field(page)).to_have_value("Fl")


def test_what_was_no_label_comes_back_before_what_is_typed_since(page, held):
    one, other = hubs(2)
    enter(page, one, other[:-1])
    field(page).press_sequentially("Fl")
    held.let_go()
    expect(rows(page)).to_have_count(1)
    expect(field(page)).to_have_value(f"{other[:-1]} Fl")
    expect(outcome(page)).to_contain_text("Not a hub label.")


def test_a_pasted_list_and_the_field_are_claimed_once_they_are_read(page, held):
    one, other, third = hubs(3)
    paste(page, f"{one}\n{other}")
    field(page).fill(third)
    claim_button(page).click()
    held.let_go()
    expect(rows(page)).to_have_count(3)
    assert read_off(page) == tails(third, other, one)
    expect(page.locator(".tray-row[data-row][data-stage=tray]")).to_have_count(0)


def test_what_waits_to_be_read_can_be_claimed_however_it_came(page, held):
    one, other = hubs(2)
    paste(page, one)
    expect(claim_button(page)).to_be_visible()
    scan(page, other)
    expect(field(page)).to_have_value("")
    claim_button(page).click()
    held.let_go()
    expect(page.locator(".tray-row[data-row]:not([data-stage=tray])")).to_have_count(2)


def test_what_turns_out_to_be_no_label_leaves_nothing_to_claim(page, held):
    scan(page, "Flat", "Enter")
    expect(claim_button(page)).to_be_visible()
    held.let_go()
    expect(outcome(page)).to_contain_text("Not a hub label.")
    expect(claim_button(page)).to_be_hidden()


def test_what_is_in_the_tray_already_waits_for_no_reader_that_does_not_come(tablet, ira):
    tablet.expected = ["net::ERR_", "Failed to fetch"]
    page = tablet(ira)
    opened(page)
    kept, late = hubs(2)
    enter(page, kept)
    expect(rows(page)).to_have_count(1)
    expect(page.locator("hub-tray[data-writing]")).to_have_count(0)
    page.route(READER, lambda route: route.abort())
    opened(page)
    expect(rows(page)).to_have_count(1)
    enter(page, late)
    expect(field(page)).to_have_value("")
    claim_button(page).click()
    expect(page.locator(".tray-row[data-row][data-stage=tray]")).to_have_count(0)
    expect(rows(page)).to_have_count(1)


def test_who_leaves_before_what_was_scanned_is_read_is_asked(page, held):
    (hub,) = hubs(1)
    assert not page.evaluate(WOULD_ASK)
    scan(page, hub, "Enter")
    expect(field(page)).to_have_value("")
    assert page.evaluate(WOULD_ASK)
    held.let_go()
    expect(rows(page)).to_have_count(1)
    expect(page.locator("hub-tray[data-writing]")).to_have_count(0)
    assert not page.evaluate(WOULD_ASK)


def test_a_reader_that_does_not_load_is_told_and_tried_again_with_the_next_text(tablet, ira):
    one, other = hubs(2)
    page = tablet(ira)
    tablet.expected = ["net::ERR_", "Failed to fetch", "TypeError"]
    page.route(READER, lambda route: route.abort())
    opened(page)
    enter(page, one)
    expect(outcome(page)).to_contain_text("The label reader could not be loaded.")
    expect(field(page)).to_have_value("")
    page.unroute(READER)
    enter(page, other)
    expect(rows(page)).to_have_count(2)
    assert read_off(page) == tails(other, one)
