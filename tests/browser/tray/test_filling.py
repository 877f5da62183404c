"""Labels come into the tray however they are read, each hub once, and each reading is told."""

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from portal.tray.schema import Outcome, dump
from tests.browser import labels
from tests.browser.tray.seeded import news
from tests.browser.tray.steps import (
    add,
    claim_button,
    field,
    hubs,
    keep_news_away,
    load_again,
    open_tray,
    outcome,
    paste,
    pick,
    read_off,
    row,
    rows,
    scan,
    tails,
    word,
)

pytestmark = pytest.mark.usefixtures("sandbox", "mill_court")

FOREIGN = "https://parcel.example/track/8841"
# What sounds and what shakes, in order: the first tone of each sound, and all pulses.
LISTEN = """window.sounded = []; window.shaken = [];
window.OscillatorNode = class extends OscillatorNode {
  constructor(context, options) {
    super(context, options);
    window.sounded.push(options.frequency);
  }
};
navigator.vibrate = (pulses) => window.shaken.push(pulses);"""
# The same news of every row, in one write.
TELL_ALL = """async (news) => {
  const { store } = await import("/static/js/tray/page-store.js");
  const rows = await store.rows(await store.get("current"));
  await store.change(rows.map((row) => row.id), (row) => ({ ...row, news }));
}"""
HAS_SOUNDED = """async () => {
  while (!window.sounded.length) await new Promise((done) => setTimeout(done, 20));
}"""
SOUNDED = "() => window.sounded.splice(0)"


def one_by_one(page: Page, text: str) -> None:
    """Type as a scanner does: one key after the other, wherever the focus is."""
    scan(page, text, "Enter")


@pytest.mark.slow
def test_twenty_labels_shown_in_turn_are_each_in_the_tray_once(tablet, camera, ira):
    wanted = hubs(20)
    camera(*wanted, seconds_each=0.3)
    page = tablet(ira, permissions=["camera"])
    page.add_init_script("""window.opened = 0;
      const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      navigator.mediaDevices.getUserMedia = (...how) => { window.opened += 1; return open(...how) };
    """)
    # The permission is there already: the camera opens by itself.
    open_tray(page)
    expect(rows(page)).to_have_count(20, timeout=120_000)
    assert sorted(read_off(page)) == sorted(tails(*wanted))
    expect(claim_button(page)).to_have_text("Claim 20 at Mill Court")
    assert page.evaluate("() => window.opened") == 1


@pytest.mark.slow
def test_foreign_codes_between_labels_are_reported_and_not_added(tablet, camera, ira):
    one, other = hubs(2)
    camera(one, FOREIGN, other, seconds_each=1.0)
    page = tablet(ira, permissions=["camera"])
    open_tray(page)
    expect(outcome(page)).to_contain_text(f"Not a hub label. We read “{FOREIGN}”.")
    expect(rows(page)).to_have_count(2)
    assert sorted(read_off(page)) == sorted(tails(one, other))


def test_each_kind_of_reading_has_a_word_colour_sound_and_vibration_of_its_own(
    tablet, sandbox, working, ira, mill_court
):
    fresh, ours = hubs(2)
    sandbox.state.set_hub(ours, {"orgId": mill_court.organisation.spkey_org_id})
    page = tablet(ira)
    page.add_init_script(LISTEN)
    open_tray(page)
    said, sounded = [], []

    def hear(text: str, words: str) -> None:
        add(page, text)
        expect(outcome(page)).to_contain_text(words)
        said.append(outcome(page).get_attribute("data-kind"))
        page.evaluate(HAS_SOUNDED)
        sounded.append(tuple(page.evaluate(SOUNDED)))

    page.locator("body").click(position={"x": 5, "y": 300})
    hear(fresh, f"New. Hub {fresh[-4:].upper()} is in the tray.")
    hear(fresh, f"Already in the tray. Hub {fresh[-4:].upper()} was read before.")
    hear("SN 00417", "Not a hub label. We read “SN 00417”.")
    assert said == ["good", "attention", "stop"]
    assert len({*sounded, ()}) == 4
    assert len({str(pulses) for pulses in page.evaluate("() => window.shaken")}) == 3


def test_several_hubs_already_claimed_here_sound_once_and_are_all_announced(tablet, ira):
    wanted = hubs(3)
    page = tablet(ira)
    page.add_init_script(LISTEN)
    keep_news_away(page)
    open_tray(page)
    add(page, *wanted)
    page.evaluate("() => window.shaken.splice(0)")
    told = news(Outcome.HERE, "good check Already claimed here", "", "")
    page.evaluate(TELL_ALL, dump(told))
    expect(outcome(page)).to_contain_text("Already claimed here.")
    expect(page.locator("#announcer")).to_contain_text(": Already claimed here")
    assert [len(pulses) for pulses in page.evaluate("() => window.shaken")] == [5]
    heard = outcome(page).inner_text() + page.locator("#announcer").inner_text()
    assert [tail for tail in tails(*wanted) if tail not in heard] == []


def test_several_ids_are_pasted_at_once_whatever_separates_them(tablet, ira):
    wanted = hubs(7)
    page = tablet(ira)
    open_tray(page)
    paste(page, "\n".join(wanted[:2]))
    paste(page, ", ".join(wanted[2:4]))
    # Anywhere on the page, with a line that is no id, and one hub twice.
    paste(page, f"{wanted[4]} {wanted[5]}\nfrom the office\n{wanted[6]}\t{wanted[0]}", "body")
    assert read_off(page) == tails(*reversed(wanted))
    expect(outcome(page)).to_contain_text("We read “from the office”.")


def test_only_the_part_of_a_paste_that_names_no_hub_stays_in_the_field(tablet, ira):
    one, other = hubs(2)
    page = tablet(ira)
    open_tray(page)
    paste(page, f"{one}\n{other}\nrubbish")
    expect(outcome(page)).to_contain_text("We read “rubbish”.")
    expect(outcome(page)).to_contain_text("2 hubs are in the tray.")
    expect(field(page)).to_have_value("rubbish")
    expect(claim_button(page)).to_have_text("Claim 2 at Mill Court")
    # What came in together goes together.
    page.get_by_role("button", name="Undo the last").click()
    expect(claim_button(page)).to_have_text("Claim")


def test_a_paste_without_an_id_stays_in_the_field_to_be_corrected(tablet, ira):
    (hub,) = hubs(1)
    page = tablet(ira)
    open_tray(page)
    paste(page, f"{hub[:-1]}")
    expect(outcome(page)).to_contain_text("This has 31.")
    expect(field(page)).to_have_value(hub[:-1])
    expect(field(page)).to_be_focused()
    field(page).press("End")
    one_by_one(page, hub[-1])
    expect(word(page, hub)).to_be_visible()
    expect(field(page)).to_have_value("")


def test_a_keyboard_scanner_needs_no_touch_of_the_screen(tablet, ira):
    one, other, third = hubs(3)
    page = tablet(ira)
    open_tray(page)
    assert page.evaluate("() => document.activeElement === document.body")
    one_by_one(page, one)
    one_by_one(page, f"https://spkey.example/h/{other}")
    page.get_by_role("button", name="Sound").focus()
    one_by_one(page, third.upper())
    assert read_off(page) == tails(third, other, one)


def test_a_keyboard_scanner_goes_on_after_a_code_that_was_no_label(tablet, ira):
    one, other = hubs(2)
    page = tablet(ira)
    open_tray(page)
    for code in ("SN00417", one, FOREIGN, other):
        one_by_one(page, code)
    assert read_off(page) == tails(other, one)
    expect(field(page)).to_have_value("")


def test_the_first_label_sounds_when_the_page_before_was_touched(tablet, camera, ira):
    camera(*hubs(1))
    page = tablet(ira, permissions=["camera"])
    page.add_init_script(LISTEN)
    page.goto("/")
    page.get_by_role("link", name="Scan a hub").click()
    expect(rows(page)).to_have_count(1)
    page.evaluate(HAS_SOUNDED)


def test_tab_ends_a_scan_and_otherwise_leaves_the_field(tablet, ira):
    one, other = hubs(2)
    page = tablet(ira)
    open_tray(page)
    for hub in (one, other):
        scan(page, hub, "Tab")
    expect(rows(page)).to_have_count(2)
    assert read_off(page) == tails(other, one)
    page.keyboard.type(one[:8])
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Add")).to_be_focused()
    expect(field(page)).to_have_value(one[:8])


def test_an_address_may_bring_a_label_which_is_added_once(tablet, ira, orchard_rise):
    (hub,) = hubs(1)
    page = tablet(ira)
    open_tray(page, f"?site={orchard_rise.pk}&label=spkey:{hub}")
    expect(word(page, hub)).to_be_visible()
    expect(page.locator("[data-site-name]")).to_have_text("Orchard Rise")
    row(page, hub).get_by_role("button", name="Remove hub").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    page.reload()
    expect(page.get_by_role("heading", name="No hubs yet")).to_be_visible()
    expect(page.locator("[data-site-name]")).to_have_text("Orchard Rise")


@pytest.mark.slow
def test_a_photo_is_read_by_the_portal_and_one_without_a_label_says_so(tablet, ira, live_server):
    tablet.expected = ["422"]
    (hub,) = hubs(1)
    page = tablet(ira)
    open_tray(page)
    photo = page.locator("[data-photo-input]")
    picture = labels.qr_png(hub)
    photo.set_input_files({"name": "label.png", "mimeType": "image/png", "buffer": picture})
    expect(word(page, hub)).to_be_visible()
    desk = labels.scene()
    photo.set_input_files({"name": "desk.jpg", "mimeType": "image/jpeg", "buffer": desk})
    expect(outcome(page)).to_contain_text("The photo was not read.")
    assert rows(page).count() == 1

    # In another tab somebody signed in again: the token of this page is worth nothing now.
    token = {"name": settings.CSRF_COOKIE_NAME, "value": "n" * 32, "url": live_server.url}
    page.context.add_cookies([token])
    other = hubs(2)[1]
    picture = labels.qr_png(other)
    photo.set_input_files({"name": "label.png", "mimeType": "image/png", "buffer": picture})
    expect(word(page, other)).to_be_visible()


@pytest.mark.slow
def test_the_tray_is_there_again_after_a_reload_and_keeps_its_site(tablet, ira, orchard_rise):
    wanted = hubs(3)
    page = tablet(ira)
    # Counted where a reload does not lose it.
    page.add_init_script(
        "navigator.storage.persist = () => { localStorage.asked = 1 + (+localStorage.asked || 0) }"
    )

    def is_asked_to_keep(times: int) -> None:
        page.wait_for_function("times => localStorage.asked === String(times)", arg=times)

    open_tray(page)
    assert page.evaluate("localStorage.asked ?? null") is None
    pick(page, "Orchard Rise")
    add(page, *wanted)
    expect(rows(page)).to_have_count(3)
    is_asked_to_keep(times=1)
    load_again(page)
    expect(rows(page)).to_have_count(3)
    assert read_off(page) == tails(*reversed(wanted))
    add(page, *hubs(5)[3:])
    expect(rows(page)).to_have_count(5)
    # Once more in the installed app, where browsers rather agree.
    page.add_init_script("window.matchMedia = () => ({ matches: true })")
    load_again(page)
    for hub in hubs(7)[5:]:
        add(page, hub)
        expect(word(page, hub)).to_be_visible()
        is_asked_to_keep(times=2)
        load_again(page)
    is_asked_to_keep(times=2)
    expect(page.locator("[data-site-name]")).to_have_text("Orchard Rise")


def test_the_sound_can_be_switched_off_and_stays_off(tablet, ira):
    page = tablet(ira)
    page.add_init_script(LISTEN)
    open_tray(page)
    page.get_by_role("button", name="Sound").click()
    add(page, *hubs(1))
    assert page.evaluate(SOUNDED) == []
    page.reload()
    expect(page.get_by_role("button", name="Sound")).to_have_attribute("aria-pressed", "false")
