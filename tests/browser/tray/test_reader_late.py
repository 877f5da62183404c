"""What reads labels comes after the page: what is scanned before is read then, in order."""

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.tray.steps import (
    add,
    claim_button,
    field,
    hubs,
    open_tray,
    outcome,
    paste,
    read_off,
    rows,
    tails,
)

pytestmark = pytest.mark.usefixtures("sandbox", "mill_court")

READER = "**/js/scanner/naming*.js"


class Held:
    """Requests for a part of what reads labels, which wait."""

    def __init__(self) -> None:
        self.waiting: list[Route] = []

    def __call__(self, route: Route) -> None:
        self.waiting.append(route)

    def let_go(self, page: Page) -> None:
        """Have all of them answered, those of later as well."""
        page.unroute(READER, self)
        for route in self.waiting:
            route.continue_()


@pytest.fixture
def held() -> Held:
    return Held()


@pytest.fixture
def page(tablet, ira, held) -> Page:
    """A tablet with the tray open, and what reads labels on its way."""
    opened = tablet(ira)
    opened.route(READER, held)
    open_tray(opened)
    return opened


@pytest.mark.parametrize("end", ["Enter", "Tab", "Control+j"])
def test_what_a_scanner_types_the_moment_the_page_opens_is_taken_in_order(page, held, end):
    one, other, third = hubs(3)
    for hub in (one, other.replace("-", ""), f"https://spkey.example/h/{third}"):
        page.keyboard.type(hub)
        page.keyboard.press(end)
        expect(field(page)).to_have_value("")
    expect(rows(page)).to_have_count(0)
    expect(outcome(page)).to_contain_text("Getting ready.")
    held.let_go(page)
    expect(rows(page)).to_have_count(3)
    assert read_off(page) == tails(third, other, one)
    expect(field(page)).to_have_value("")


def test_scans_without_an_end_stay_two_and_what_was_begun_stays(page, held):
    one, other = hubs(2)
    field(page).press_sequentially("Fl", delay=400)
    page.evaluate("() => new Promise((done) => setTimeout(done, 500))")
    for hub in (one.replace("-", ""), other):
        page.keyboard.type(hub)
        expect(field(page)).to_have_value("Fl")
    held.let_go(page)
    expect(rows(page)).to_have_count(2)
    assert read_off(page) == tails(other, one)
    expect(field(page)).to_have_value("Fl")


def test_what_was_no_label_comes_back_before_what_is_typed_since(page, held):
    one, other = hubs(2)
    add(page, one, other[:-1])
    field(page).press_sequentially("Fl")
    held.let_go(page)
    expect(rows(page)).to_have_count(1)
    expect(field(page)).to_have_value(f"{other[:-1]} Fl")
    expect(outcome(page)).to_contain_text("Not a hub label.")


def test_a_pasted_list_and_the_field_are_claimed_once_they_are_read(page, held):
    one, other, third = hubs(3)
    paste(page, f"{one}\n{other}")
    field(page).fill(third)
    claim_button(page).click()
    held.let_go(page)
    expect(rows(page)).to_have_count(3)
    assert read_off(page) == tails(third, other, one)
    expect(page.locator(".tray-row[data-row][data-stage=tray]")).to_have_count(0)


def test_a_reader_that_does_not_load_is_told_and_tried_again_with_the_next_text(tablet, ira):
    one, other = hubs(2)
    page = tablet(ira)
    tablet.expected = ["net::ERR_", "Failed to fetch", "TypeError"]
    page.route(READER, Route.abort)
    open_tray(page)
    add(page, one)
    expect(outcome(page)).to_contain_text("The label reader could not be loaded.")
    expect(field(page)).to_have_value("")
    page.unroute(READER)
    add(page, other)
    expect(rows(page)).to_have_count(2)
    assert read_off(page) == tails(other, one)
