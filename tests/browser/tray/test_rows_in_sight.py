"""The rows stay in sight, and each says what it has to in the room that it has."""

import pytest
from playwright.sync_api import expect

from portal.sandbox import world
from tests.browser.geometry import boxes
from tests.browser.tray.steps import (
    CLAIMED,
    add,
    claim_all,
    claim_button,
    hubs,
    open_tray,
    outcome,
    paste,
    pick,
    read_off,
    row,
    rows,
    tails,
    word,
)

pytestmark = pytest.mark.usefixtures("mill_court", "orchard_rise", "working", "hurried")

ELSEWHERE, UNKNOWN = (world.MAGIC[name].id for name in ("claimed_elsewhere", "unknown"))
PHONE = {"width": 390, "height": 844}
SIZES = [PHONE, {"width": 820, "height": 1180}, {"width": 1180, "height": 820}]


@pytest.mark.parametrize("refused", [1, 2])
def test_what_cannot_be_claimed_is_below_what_is_claimed(tablet, ira, sandbox, refused):
    one, other = hubs(2)
    stopped = [ELSEWHERE, UNKNOWN][:refused]
    page = tablet(ira, viewport=PHONE)
    open_tray(page)
    pick(page, "Mill Court")
    add(page, one, stopped[0], other, *stopped[1:])
    expect(rows(page).locator(".chip[data-kind=stop]")).to_have_count(refused)
    newest = [*reversed(stopped[1:]), other, stopped[0], one]
    assert read_off(page) == tails(*newest)
    claim_all(page, 2)
    expect(word(page, one)).to_have_text(CLAIMED)
    assert read_off(page) == tails(other, one, *reversed(stopped))
    claimed, below = boxes(row(page, one), row(page, stopped[0]))
    assert claimed.bottom <= below.top

    # What is read later is seen at once.
    late = world.MAGIC["other_site"].id
    add(page, late)
    expect(word(page, late)).to_have_text("At another site")
    assert read_off(page) == tails(late, other, one, *reversed(stopped))


@pytest.mark.parametrize("number", [1, 3, 5])
def test_on_a_phone_rows_are_in_sight_above_the_button(tablet, ira, sandbox, number):
    page = tablet(ira, viewport=PHONE, has_touch=True, is_mobile=True)
    open_tray(page)
    pick(page, "Mill Court")
    add(page, *hubs(number))
    expect(rows(page)).to_have_count(number)
    button, *all_rows = boxes(claim_button(page), *rows(page).all())
    in_sight = [each for each in all_rows if each.bottom <= button.top]
    assert len(in_sight) >= min(number, 2)


@pytest.mark.parametrize("size", SIZES)
def test_a_whole_id_is_copied_right_beside_it(tablet, ira, sandbox, size):
    page = tablet(ira, viewport=size)
    page.add_init_script("navigator.clipboard.writeText = async (text) => { window.copied = text }")
    open_tray(page)
    pick(page, "Mill Court")
    add(page, UNKNOWN)
    copy = row(page, UNKNOWN).get_by_role("button", name="Copy the id")
    expect(copy).to_be_visible()
    whole, button = boxes(row(page, UNKNOWN).locator("[data-part=whole]"), copy)
    assert -1 <= button.left - whole.right < 16
    assert button.top < (whole.top + whole.bottom) / 2 < button.bottom
    copy.click()
    expect(outcome(page)).to_contain_text("Copied.")
    assert page.evaluate("window.copied") == UNKNOWN


@pytest.mark.parametrize("size", SIZES)
def test_a_serial_stays_in_one_piece(tablet, ira, sandbox, size):
    page = tablet(ira, viewport=size)
    open_tray(page)
    pick(page, "Mill Court")
    (hub,) = hubs(1)
    add(page, hub)
    pieces = row(page, hub).locator(".hub-row-body .whole")
    expect(pieces).not_to_have_count(0)
    heights = pieces.evaluate_all(
        "all => all.map((one) => one.offsetHeight / parseFloat(getComputedStyle(one).lineHeight))"
    )
    assert max(heights) < 1.5


@pytest.mark.parametrize(
    "mail", ["Dear Ira,\n\nQuux: {}\n\nRegards", "Quux: {}", "Please claim this one.\nEUI {}"]
)
def test_of_a_pasted_text_the_tray_does_not_speak_as_of_a_label(tablet, ira, sandbox, mail):
    page = tablet(ira)
    open_tray(page)
    paste(page, mail.format(world.hub_id(5).replace("-", "")))
    expect(outcome(page)).to_contain_text("The text gives it another name.")
