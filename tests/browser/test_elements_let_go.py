"""Our elements give back what they took when they leave the page, and take it but once again."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.steps import ready, show
from tests.browser.tray.steps import add, claim_button, field, hubs, open_tray, rows

pytestmark = pytest.mark.usefixtures("sandbox", "mill_court")

# What is held for ever unless somebody lets go: listeners on the page, intervals, observers.
COUNT = """
window.held = new Set();
const hold = (what, signal) => {
  held.add(what);
  if (signal) add.call(signal, "abort", () => held.delete(what));
};
const add = EventTarget.prototype.addEventListener;
EventTarget.prototype.addEventListener = function (kind, act, how) {
  if (this === window || this === document) hold({ kind }, how?.signal);
  return add.call(this, kind, act, how);
};
const { setInterval, clearInterval } = window;
window.setInterval = (...how) => {
  const id = setInterval(...how);
  held.add(id);
  return id;
};
window.clearInterval = (id) => {
  held.delete(id);
  clearInterval(id);
};
window.MutationObserver = class extends MutationObserver {
  observe(...how) {
    held.add(this);
    super.observe(...how);
  }
  disconnect() {
    held.delete(this);
    super.disconnect();
  }
};
window.sounded = 0;
window.OscillatorNode = class extends OscillatorNode {
  constructor(...how) {
    super(...how);
    window.sounded += 1;
  }
};"""
ONE_EACH = """
window.made = { databases: 0, channels: 0 };
const { open } = IDBFactory.prototype;
IDBFactory.prototype.open = function (...how) {
  made.databases += 1;
  return open.apply(this, how);
};
window.BroadcastChannel = class extends BroadcastChannel {
  constructor(...how) {
    super(...how);
    made.channels += 1;
  }
};"""
HELD = "() => held.size"
SYNC = """() => {
  document.dispatchEvent(new CustomEvent("tray-sync", { detail: { state: "online" } }));
}"""
TAKE_OUT = """(selector) => {
  const elements = [...document.querySelectorAll(selector)];
  window.places = elements.map((element) => [element, element.parentNode, element.nextSibling]);
  for (const element of elements) element.remove();
}"""
PUT_BACK = "() => places.forEach(([element, parent, next]) => parent.insertBefore(element, next))"


NEWS = "**/claims/tray/"
# Answers once the sync, for which a minute has passed, has looked twice for what is due.
LOOK_FOR_WHAT_IS_DUE = """async () => {
  const { now } = performance;
  performance.now = () => now.call(performance) + 60_000;
  window.dispatchEvent(new Event("online"));
  for (let turn = 0; turn < 2; turn += 1) {
    await new Promise((done) => setTimeout(done));
    await navigator.locks.request("tray-sync", () => {});
  }
}"""


def held(page: Page) -> int:
    count: int = page.evaluate(HELD)
    return count


def takes_nothing_twice(page: Page, selector: str, settled) -> None:
    """Take the elements out and put them back, twice; `settled` waits until they are at work."""
    settled()
    at_work = held(page)
    counts = []
    for _ in range(2):
        page.evaluate(TAKE_OUT, selector)
        counts.append(held(page))
        page.evaluate(PUT_BACK)
        settled()
        assert held(page) == at_work
    assert counts[0] == counts[1] < at_work


@pytest.fixture
def page(tablet, ira) -> Page:
    page = tablet(ira)
    page.add_init_script(COUNT)
    return page


def test_the_tray_works_again_after_it_was_removed_and_put_back(page: Page):
    one, other = hubs(2)
    open_tray(page)
    add(page, one)
    takes_nothing_twice(page, "hub-tray", lambda: ready(page))
    expect(rows(page)).to_have_count(1)
    page.evaluate("() => { window.sounded = 0 }")
    add(page, other)
    expect(rows(page)).to_have_count(2)
    # The two tones of one reading.
    assert page.evaluate("() => window.sounded") == 2
    page.get_by_role("button", name="Undo the last").click()
    expect(rows(page)).to_have_count(1)
    expect(claim_button(page)).to_have_text("Claim 1 at Mill Court")


def test_a_removed_tray_takes_nothing_that_is_typed_or_pasted(page: Page):
    (hub,) = hubs(1)
    open_tray(page)
    page.evaluate(TAKE_OUT, "hub-tray")
    page.keyboard.type(hub)
    page.keyboard.press("Enter")
    page.evaluate(SYNC)
    page.evaluate(PUT_BACK)
    ready(page)
    expect(rows(page)).to_have_count(0)
    expect(field(page)).to_have_value("")


def test_a_removed_tray_asks_for_no_news_and_offers_no_claim(page: Page):
    open_tray(page)
    add(page, *hubs(2))
    expect(rows(page)).to_have_count(2)
    button = page.locator("[data-tray-claim]")
    with page.expect_request(NEWS):
        page.evaluate(LOOK_FOR_WHAT_IS_DUE)
    page.evaluate(TAKE_OUT, "hub-tray")
    expect(button).to_be_hidden()
    # What was being asked at that moment may still be.
    page.evaluate(LOOK_FOR_WHAT_IS_DUE)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.evaluate(LOOK_FOR_WHAT_IS_DUE)
    assert [url for url in asked if url.endswith("/claims/tray/")] == []
    with page.expect_request(NEWS):
        page.evaluate(PUT_BACK)
    ready(page)
    expect(button).to_have_text("Claim 2 at Mill Court")


def test_a_removed_camera_element_lets_go_and_works_again_when_put_back(page: Page):
    open_tray(page)
    camera = page.locator("label-camera")
    takes_nothing_twice(
        page, "label-camera", lambda: expect(camera).to_have_attribute("data-state", "closed")
    )


def test_a_removed_connection_line_lets_go_and_works_again_when_put_back(page: Page):
    page.goto("/")
    line = page.locator("connection-line")
    takes_nothing_twice(
        page, "connection-line", lambda: expect(line).to_have_attribute("data-state", "online")
    )
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    with page.expect_response("**/health/"):
        page.evaluate("() => window.dispatchEvent(new Event('online'))")
    assert len([url for url in asked if url.endswith("/health/")]) == 1


def test_relative_times_stop_ticking_when_none_is_left(page: Page, claim):
    show(page, claim)
    shown = page.locator("time-ago").first
    takes_nothing_twice(page, "time-ago", lambda: expect(shown).to_be_visible())


def test_the_site_search_works_after_it_was_removed_and_put_back(page: Page, acme):
    for number in range(8):
        acme.sites.create(name=f"Quay {number}", spkey_site_id=f"quay-{number}")
    open_tray(page)
    page.locator("[data-site]").evaluate("(details) => { details.open = true }")
    page.evaluate(TAKE_OUT, "site-picker")
    page.evaluate(PUT_BACK)
    page.get_by_label("Find a site").fill("quay 3")
    expect(page.locator(".radio-card:visible", has_text="Quay")).to_have_count(1)


def test_a_page_has_one_connection_to_the_device_and_one_to_the_other_pages(tablet, camera, ira):
    camera(*hubs(1))
    page = tablet(ira, permissions=["camera"])
    page.add_init_script(ONE_EACH)
    open_tray(page)
    expect(rows(page)).to_have_count(1)
    assert page.evaluate("() => made") == {"databases": 1, "channels": 1}
