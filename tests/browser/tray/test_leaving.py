"""Hubs leave the tray: the last at a tap, others after a question that names them."""

import pytest
from playwright.sync_api import expect

from tests.browser.tray.steps import add, hubs, open_tray, outcome, read_off, rows, tails

pytestmark = pytest.mark.usefixtures("sandbox", "mill_court")

ASK_AGAIN = """(name) => {
  document.querySelector("dialog [value='']").click();
  document.querySelector(`[aria-label="${name}"]`).click();
}"""


def test_the_last_reading_can_be_undone_and_others_removed_after_a_confirmation(tablet, ira):
    one, other, third = hubs(3)
    page = tablet(ira)
    open_tray(page)
    add(page, one, other, third)
    page.get_by_role("button", name="Undo the last").click()
    expect(outcome(page)).to_contain_text(f"Undone. Hub {third[-4:].upper()}")
    assert read_off(page) == tails(other, one)

    page.get_by_role("button", name=f"Remove hub {one[-4:].upper()}").click()
    question = page.get_by_role("dialog")
    expect(question).to_contain_text(f"Remove hub {one[-4:].upper()} from the tray?")
    expect(question).to_contain_text(one)
    question.get_by_role("button", name="Keep it").click()
    assert rows(page).count() == 2
    expect(page.get_by_role("button", name=f"Remove hub {one[-4:].upper()}")).to_be_focused()
    page.keyboard.press("Enter")
    question.get_by_role("button", name="Remove").click()
    expect(rows(page)).to_have_count(1)
    expect(outcome(page)).to_contain_text(f"Removed. Hub {one[-4:].upper()}")
    expect(page.get_by_role("button", name=f"Remove hub {other[-4:].upper()}")).to_be_focused()
    page.keyboard.press("Enter")
    question.get_by_role("button", name="Remove").click()
    expect(rows(page)).to_have_count(0)
    expect(page.locator("#content")).to_be_focused()


def test_a_confirmation_removes_the_hub_it_names_though_it_follows_another_at_once(tablet, ira):
    one, other = hubs(2)
    page = tablet(ira)
    open_tray(page)
    add(page, one, other)
    question = page.get_by_role("dialog")
    page.get_by_role("button", name=f"Remove hub {one[-4:].upper()}").click()
    # Before the browser has told of the answer to the first one.
    page.evaluate(ASK_AGAIN, f"Remove hub {other[-4:].upper()}")
    question.get_by_role("button", name="Remove").click()
    expect(rows(page)).to_have_count(1)
    assert read_off(page) == tails(one)
    page.get_by_role("button", name=f"Remove hub {one[-4:].upper()}").click()
    page.keyboard.press("Escape")
    expect(question).to_be_hidden()
    assert read_off(page) == tails(one)
