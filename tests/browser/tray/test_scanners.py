"""Hand-held scanners type in many ways: each whole id is in the tray, each once."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.tray.steps import (
    SCANNING,
    claim_button,
    field,
    hubs,
    open_tray,
    outcome,
    paste,
    read_off,
    rows,
    scan,
    tails,
)

pytestmark = pytest.mark.usefixtures("sandbox", "mill_court")

KEY = "2b7e151628aed2a6abf7158809cf4f3c"
# What the page does not hold off is the browser's to do.
HELD_OFF = """window.letThrough = [];
addEventListener("keydown", (event) => {
  if (event.ctrlKey && !["Control", "Shift"].includes(event.key) && !event.defaultPrevented) {
    window.letThrough.push(event.key);
  }
});"""

ONCE_EMPTY = """(field, rest) => field.addEventListener("input", function type() {
  if (field.value) return;
  field.removeEventListener("input", type);
  document.execCommand("insertText", false, rest);
})"""


@pytest.fixture
def page(tablet, ira) -> Page:
    """A tablet with the tray open."""
    opened = tablet(ira)
    opened.add_init_script(HELD_OFF)
    open_tray(opened)
    return opened


def test_a_scanner_that_sends_nothing_behind_an_id_needs_no_enter(page):
    one, other, third = hubs(3)
    scan(page, one)
    expect(rows(page)).to_have_count(1)
    expect(field(page)).to_have_value("")
    field(page).focus()
    page.keyboard.insert_text(other.replace("-", ""))
    expect(rows(page)).to_have_count(2)
    scan(page, f"]Q3https://spkey.example/h/{third}")
    expect(rows(page)).to_have_count(3)
    assert read_off(page) == tails(third, other, one)


def test_two_scans_that_run_together_are_two(page):
    one, other = hubs(2)
    scan(page, f"{one}{other}")
    expect(rows(page)).to_have_count(2)
    expect(outcome(page)).to_contain_text("2 hubs are in the tray.")


def test_an_id_that_somebody_types_waits_for_their_enter(page):
    (one,) = hubs(1)
    field(page).press_sequentially(one, delay=70)
    expect(claim_button(page)).to_have_text("Claim 1 at Mill Court")
    # Longer than a scan is waited for.
    page.evaluate("() => new Promise((done) => setTimeout(done, 500))")
    expect(rows(page)).to_have_count(0)
    expect(field(page)).to_have_value(one)


def test_what_somebody_had_begun_to_type_stays_when_a_scan_comes(page):
    (one,) = hubs(1)
    field(page).press_sequentially("Fl", delay=400)
    page.evaluate("() => new Promise((done) => setTimeout(done, 500))")
    scan(page, one)
    expect(rows(page)).to_have_count(1)
    expect(field(page)).to_have_value("Fl")


@pytest.mark.parametrize(
    "keys", ["Control+j", "Control+]", "Control+m", "Control+Shift+_", "Control+\\", "Control+^"]
)
def test_what_a_scanner_ends_a_line_with_is_no_command(page, keys):
    one, other = hubs(2)
    scan(page, one, keys)
    scan(page, other, keys)
    expect(rows(page)).to_have_count(2)
    expect(field(page)).to_have_value("")
    assert page.evaluate("() => window.letThrough") == []


def test_a_scan_that_a_busy_tablet_hears_in_pieces_is_whole(page):
    one, other = hubs(2)
    page.evaluate(SCANNING, True)
    page.keyboard.type(one)
    page.keyboard.press("Control+j")
    page.keyboard.type(other[:20])
    expect(rows(page)).to_have_count(1)
    page.keyboard.type(other[20:])
    expect(rows(page)).to_have_count(2)
    expect(field(page)).to_have_value("")


def test_what_comes_while_a_scan_in_pieces_is_taken_goes_on_with_it(page):
    one, other = hubs(2)
    field(page).evaluate(ONCE_EMPTY, other[20:])
    page.evaluate(SCANNING, True)
    page.keyboard.type(one)
    page.keyboard.press("Control+j")
    page.keyboard.type(other[:20])
    expect(rows(page)).to_have_count(2)
    expect(field(page)).to_have_value("")


def test_enter_and_then_a_line_feed_is_one_end(page):
    (one,) = hubs(1)
    scan(page, one, "Enter", "Control+j")
    expect(rows(page)).to_have_count(1)
    assert page.evaluate("() => window.letThrough") == []


def test_an_id_between_a_scanners_separators_is_taken_alone(page):
    (one,) = hubs(1)
    scan(page, "]d201SN00417", "Control+]")
    scan(page, one, "Control+]")
    scan(page, "21A7")
    expect(rows(page)).to_have_count(1)
    expect(outcome(page)).to_have_attribute("data-kind", "good")


def test_peoples_own_commands_are_left_to_them(page):
    field(page).fill("rubbish")
    page.evaluate("() => new Promise((done) => setTimeout(done, 300))")
    for keys in ("Control+a", "Control+c", "Control+b"):
        page.keyboard.press(keys)
    assert page.evaluate("() => window.letThrough") == ["a", "c", "b"]


def test_a_scanner_with_another_keyboard_is_undone_or_told_of(page):
    (one,) = hubs(1)
    scan(page, one.replace("-", "ß"))
    expect(rows(page)).to_have_count(1)
    scan(page, one.replace("-", "~"))
    expect(outcome(page)).to_contain_text("The scanner types for another keyboard")
    expect(rows(page)).to_have_count(1)


def test_the_button_counts_what_the_words_say(page):
    one, other = hubs(2)
    paste(page, f"{one[:24]}\n{one[24:]}\n\n{other[:14]}\n{other[14:24]}\n{other[24:]}")
    expect(outcome(page)).to_contain_text("2 hubs are in the tray.")
    expect(claim_button(page)).to_have_text("Claim 2 at Mill Court")
    expect(field(page)).to_have_value("")
    paste(page, f"{one[:24]}\n\n{one[24:]}")
    expect(outcome(page)).to_contain_text("Not a hub label.")
    expect(claim_button(page)).to_have_text("Claim 2 at Mill Court")


def test_a_key_on_a_label_is_neither_shown_nor_kept_nor_sent(page):
    (one,) = hubs(1)
    sent = []
    page.on("request", lambda request: sent.append(f"{request.url} {request.post_data or ''}"))
    with page.expect_request(lambda request: one in (request.post_data or "")):
        scan(page, f'{{"hubId":"{one}","key":"{KEY}"}}', "Enter")
    expect(rows(page)).to_have_count(1)
    paste(page, f"Device key: {KEY}")
    expect(outcome(page)).to_contain_text("Not a hub label.")
    kept = page.evaluate("""async () => {
      const { store } = await import("/static/js/tray/page-store.js");
      return JSON.stringify(await store.rows(await store.get("current")));
    }""")
    seen = page.locator("body").inner_text() + field(page).input_value()
    assert [text for text in (*sent, kept, seen) if KEY[:8] in text] == []


def test_one_id_by_another_name_is_offered_as_one(page):
    (one,) = hubs(1)
    scan(page, f"Thread network XY {one}", "Enter")
    expect(outcome(page)).to_contain_text("Is this the hub’s id?")
    expect(outcome(page)).to_contain_text("another name")
    expect(rows(page)).to_have_count(0)
    page.locator("[data-offer]").click()
    expect(rows(page)).to_have_count(1)
    assert read_off(page) == tails(one)


def test_of_digits_that_are_no_id_it_is_said_what_they_are(page):
    paste(page, "3f 2a 9c 1e 7b 54 4d 0e 9a 61 0c 3d 77 f0 1a 2b")
    expect(outcome(page)).to_contain_text("not in the groups of a hub id")
    paste(page, "0" * 32)
    expect(outcome(page)).to_contain_text("stands for no hub")


def test_two_ids_in_one_piece_are_two_rows(page):
    one, other = hubs(2)
    scan(page, one.replace("-", "") + other.replace("-", ""))
    expect(rows(page)).to_have_count(2)
    assert read_off(page) == tails(other, one)


def test_of_two_ids_on_a_label_a_person_says_which_is_the_hubs(page):
    one, other = hubs(2)
    scan(page, f'{{"left":"{one}","right":"{other}"}}', "Enter")
    expect(outcome(page)).to_contain_text("Which one is the hub?")
    expect(rows(page)).to_have_count(0)
    offers = page.locator("[data-offer]")
    expect(offers).to_have_text([one, other])
    offers.nth(1).click()
    expect(rows(page)).to_have_count(1)
    expect(offers).to_have_count(0)
    assert read_off(page) == tails(other)
