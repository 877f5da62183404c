"""A hand-held scanner types wherever the focus is: it changes nothing there, and no hub is lost."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.tray.steps import field, hubs, open_tray, row, rows, scan

pytestmark = pytest.mark.usefixtures("sandbox", "mill_court")


@pytest.fixture
def page(tablet, ira) -> Page:
    """A tablet with the tray open, and one hub in it."""
    opened = tablet(ira)
    open_tray(opened)
    (one,) = hubs(1)
    scan(opened, one, "Enter")
    expect(rows(opened)).to_have_count(1)
    return opened


@pytest.mark.parametrize("ends", [["Enter"], ["Tab"], ["Control+j"], []])
def test_a_scan_while_a_place_is_asked_for_is_no_place(page, ends):
    one, other = hubs(2)
    row(page, one).locator("[data-part=place]").click()
    place = page.get_by_label("Place", exact=True)
    place.fill("Flat 1")
    scan(page, other, *ends)
    expect(rows(page)).to_have_count(2)
    expect(place).to_be_visible()
    expect(place).to_have_value("Flat 1")
    place.press("Enter")
    expect(row(page, one)).to_contain_text("Flat 1")


def test_a_scan_answers_no_question(page):
    one, other = hubs(2)
    row(page, one).locator("[data-tap=remove]").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").focus()
    scan(page, other, "Enter")
    expect(rows(page)).to_have_count(2)
    expect(page.get_by_role("dialog")).to_be_visible()


def test_a_scan_while_a_list_has_the_focus_chooses_nothing(page):
    _, other = hubs(2)
    lens = page.locator("label-camera select")
    lens.evaluate(
        """(select) => {
          select.hidden = false;
          select.replaceChildren(new Option("Wide"), new Option("0"), new Option("b"));
          select.closest("[hidden]")?.removeAttribute("hidden");
          select.focus();
        }"""
    )
    scan(page, other, "Enter")
    expect(rows(page)).to_have_count(2)
    expect(lens).to_have_value("Wide")


def test_what_a_person_types_elsewhere_is_theirs(page):
    one, other = hubs(2)
    row(page, one).locator("[data-part=place]").click()
    place = page.get_by_label("Place", exact=True)
    place.press_sequentially(f"Box {other[:8]}", delay=70)
    place.press("Enter")
    expect(row(page, one)).to_contain_text(f"Box {other[:8]}")
    expect(rows(page)).to_have_count(1)
    expect(field(page)).to_have_value("")
