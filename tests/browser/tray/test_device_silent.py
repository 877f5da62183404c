"""A device that does not answer: the tray says so, sends from memory, and is kept again later."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.tray.steps import (
    CLAIMED,
    add,
    claim_all,
    claimed,
    hubs,
    open_tray,
    outcome,
    row,
    rows,
    word,
)

pytestmark = pytest.mark.usefixtures("mill_court", "working", "hurried")

# A transaction that is begun and not ended, as by a page that was put to sleep in the middle of it.
HOLD = """async ([names, mode]) => {
  const database = await new Promise((done) => {
    const opening = indexedDB.open("spkey-portal");
    opening.onsuccess = () => done(opening.result);
  });
  const store = database.transaction(names, mode).objectStore(names[0]);
  window.isHeld = true;
  const goOn = () => { if (isHeld) store.get("any").onsuccess = goOn; };
  goOn();
}"""
LET_GO = "() => { window.isHeld = false; }"
ROWS = """async () => {
  const database = await new Promise((done) => {
    const opening = indexedDB.open("spkey-portal");
    opening.onsuccess = () => done(opening.result);
  });
  const all = await new Promise((done) => {
    const asking = database.transaction("rows").objectStore("rows").getAll();
    asking.onsuccess = () => done(asking.result);
  });
  database.close();
  return all.map(({ hubId }) => hubId).sort();
}"""
ALL = ["rows", "people", "device"]
# No event of a request ever comes.
DEAF = """() => {
  IDBTransaction.prototype.addEventListener = () => {};
}"""
LEAVING = """() => {
  const leaving = new Event("beforeunload", { cancelable: true });
  dispatchEvent(leaving);
  return leaving.defaultPrevented;
}"""


def warning(page: Page):
    return page.get_by_role("alert").filter(has_text="This device cannot keep the tray.")


@pytest.fixture
def holder(tablet, ira):
    """Another page of the device, which holds what it is told to, and how."""

    def hold(page: Page, names=ALL, mode="readwrite") -> Page:
        other = page.context.new_page()
        other.goto("/")
        other.evaluate(HOLD, [names, mode])
        page.bring_to_front()
        return other

    return hold


@pytest.mark.parametrize(
    ("names", "mode"), [(ALL, "readwrite"), (["rows"], "readwrite"), (["rows"], "readonly")]
)
@pytest.mark.slow
def test_a_page_that_holds_the_device_neither_stops_a_claim_nor_loses_a_hub(
    tablet, sandbox, ira, holder, names, mode
):
    first, one, other = hubs(3)
    page = tablet(ira)
    open_tray(page)
    add(page, first)
    expect(word(page, first)).to_have_text("Ready")
    held = holder(page, names, mode)
    add(page, one)
    expect(warning(page)).to_be_visible()
    expect(outcome(page)).to_contain_text("Leave this page open until they are sent.")
    assert page.evaluate(LEAVING)
    claim_all(page, 2)
    for hub in (first, one):
        expect(word(page, hub)).to_have_text(CLAIMED)
    add(page, other)
    expect(outcome(page)).to_contain_text("New, not kept.")
    assert page.evaluate(LEAVING)
    held.evaluate(LET_GO)
    expect(warning(page)).to_be_hidden()
    expect(outcome(page)).to_contain_text("The hubs are on this device again.")
    assert not page.evaluate(LEAVING)
    assert page.evaluate(ROWS) == sorted([first, one, other])
    assert sorted(claimed(sandbox)) == sorted([first, one])
    page.reload()
    expect(rows(page)).to_have_count(3)


@pytest.mark.slow
def test_a_page_opened_while_the_device_is_silent_is_a_tray_all_the_same(
    tablet, sandbox, ira, holder
):
    before, fresh = hubs(2)
    first = tablet(ira)
    open_tray(first)
    add(first, before)
    expect(word(first, before)).to_have_text("Ready")
    held = holder(first)
    page = first.context.new_page()
    page.goto("/claims/new/")
    expect(page.locator("hub-tray[data-state=ready]")).to_be_visible()
    expect(warning(page)).to_be_visible()
    add(page, fresh)
    claim_all(page, 1)
    expect(word(page, fresh)).to_have_text(CLAIMED)
    held.evaluate(LET_GO)
    expect(rows(page)).to_have_count(2)
    expect(warning(page)).to_be_hidden()


@pytest.mark.slow
def test_a_database_that_falls_silent_in_the_page_itself_is_gone_on_without(tablet, sandbox, ira):
    one, other = hubs(2)
    page = tablet(ira)
    open_tray(page)
    add(page, one)
    expect(word(page, one)).to_have_text("Ready")
    page.evaluate(DEAF)
    add(page, other)
    expect(warning(page)).to_be_visible()
    claim_all(page, 2)
    for hub in (one, other):
        expect(word(page, hub)).to_have_text(CLAIMED)


@pytest.mark.slow
def test_a_page_that_sleeps_with_the_turn_in_its_hands_holds_nobody_up(tablet, sandbox, ira):
    (hub,) = hubs(1)
    page = tablet(ira)
    open_tray(page)
    other = page.context.new_page()
    other.goto("/")
    other.evaluate(
        "() => new Promise((held) => navigator.locks.request('tray-sync',"
        " () => { held(); return new Promise(() => {}); }))"
    )
    page.bring_to_front()
    add(page, hub)
    claim_all(page, 1)
    expect(word(page, hub)).to_have_text(CLAIMED)
    assert claimed(sandbox) == [hub]


SIGN_OUT_NOTE = "#person-menu [data-unsent]"


@pytest.mark.slow
def test_what_is_only_on_this_page_is_counted_and_told_before_signing_out(visited, line, holder):
    one, other = hubs(2)
    held = holder(visited)
    line.cut()
    add(visited, one)
    expect(warning(visited)).to_be_visible()
    claim_all(visited, 1)
    expect(visited.locator("connection-line [data-waiting]")).to_contain_text("1 waiting")
    add(visited, other)
    menu = visited.locator("[popovertarget=person-menu]:visible")
    menu.click()
    note = visited.locator(SIGN_OUT_NOTE)
    expect(note).to_contain_text("2 hubs in your tray are only on this page")
    visited.keyboard.press("Escape")
    held.evaluate(LET_GO)
    expect(warning(visited)).to_be_hidden()
    menu.click()
    expect(note).to_contain_text(
        "2 hubs in your tray are not claimed yet. They stay on this device"
    )


@pytest.mark.slow
def test_without_a_signal_and_without_a_device_nothing_is_called_kept(
    visited, line, sandbox, holder
):
    (hub,) = hubs(1)
    held = holder(visited)
    line.cut()
    add(visited, hub)
    expect(warning(visited)).to_be_visible()
    expect(row(visited, hub)).to_contain_text("Only on this page")
    claim_all(visited, 1)
    expect(outcome(visited)).to_contain_text("Leave this page open until then.")
    expect(row(visited, hub)).to_contain_text("Only on this page")
    expect(visited.locator("[data-leave]")).to_contain_text("only on this page")
    expect(visited.locator("hub-tray")).not_to_contain_text("in a moment")
    held.evaluate(LET_GO)
    expect(row(visited, hub)).to_contain_text("Kept on this device")
    line.restore()
    expect(word(visited, hub)).to_have_text(CLAIMED)


@pytest.mark.slow
def test_without_a_signal_a_silent_device_is_asked_again_whose_tray_it_is(visited, line, holder):
    held = holder(visited)
    line.cut()
    visited.goto("/claims/new/")
    expect(visited.locator("[data-notice=silent]")).to_be_visible()
    expect(visited.locator("[data-notice=nobody]")).to_be_hidden()
    held.evaluate(LET_GO)
    expect(visited.locator("hub-tray[data-state=ready]")).to_be_visible()
    expect(visited.locator("[data-notice=silent]")).to_be_hidden()
