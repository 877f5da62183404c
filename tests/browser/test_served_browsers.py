"""Which browsers are served: older ones by the tray, those that lack what it needs by the form."""

import pytest
from playwright.sync_api import expect

from tests.browser.steps import present, ready, send, shown, sign_in

pytestmark = pytest.mark.usefixtures("mill_court", "orchard_rise", "working", "hurried")

# What iPadOS 16.4 has not yet, and a browser that is not the newest may lack.
AS_BEFORE = """
delete Element.prototype.checkVisibility;
delete URL.canParse;
for (const name of ["popover", "showPopover", "hidePopover", "togglePopover"]) {
  delete HTMLElement.prototype[name];
}
delete HTMLButtonElement.prototype.popoverTargetElement;
delete HTMLVideoElement.prototype.requestVideoFrameCallback;
delete window.requestIdleCallback;
delete window.OffscreenCanvas;
delete Navigator.prototype.locks;
delete Navigator.prototype.wakeLock;
delete Navigator.prototype.share;
delete Object.groupBy;
delete Map.groupBy;
delete Promise.withResolvers;
delete AbortSignal.any;
const supports = CSS.supports.bind(CSS);
CSS.supports = (...what) => !String(what[0]).includes("popover") && supports(...what);
for (const kind of [Document, DocumentFragment, Element]) {
  for (const name of ["querySelector", "querySelectorAll", "matches", "closest"]) {
    const real = kind.prototype[name];
    if (!real) continue;
    kind.prototype[name] = function (selector) {
      if (/:popover-open|:open/.test(selector)) throw new DOMException("?", "SyntaxError");
      return real.call(this, selector);
    };
  }
}
"""
NEEDED = [
    "delete crypto.constructor.prototype.randomUUID",
    "delete window.BroadcastChannel",
    "delete AbortSignal.timeout",
    "delete Array.prototype.toReversed",
    "delete Intl.PluralRules",
    "customElements.define = () => { throw new Error('no elements here') }",
]


def test_a_hub_is_claimed_with_a_browser_of_some_years_ago(tablet, sandbox, ira, hub_id):
    sandbox.state.set_hub(str(hub_id), {"online": True})
    page = tablet()
    page.add_init_script(AS_BEFORE)
    page.goto("/claims/new/")
    sign_in(page, ira)
    ready(page)
    page.get_by_text("Orchard Rise").click()
    page.get_by_label("Hub id", exact=True).press_sequentially(str(hub_id))
    page.keyboard.press("Enter")
    send(page)
    expect(present(page)).to_contain_text("Online")
    assert shown(page).site.name == "Orchard Rise"


def test_menus_open_and_close_where_there_are_no_popovers(tablet, ira):
    page = tablet(ira)
    page.add_init_script(AS_BEFORE)
    page.goto("/")
    button = page.locator("[popovertarget=person-menu]:visible")
    menu = page.locator("#person-menu")
    content = page.locator("#content")
    for close in (button.click, lambda: page.keyboard.press("Escape"), content.click):
        button.click()
        expect(menu).to_have_attribute("data-open", "")
        close()
        expect(menu).not_to_have_attribute("data-open", "")


@pytest.mark.parametrize("lacking", NEEDED)
def test_the_plain_form_stays_where_the_tray_cannot_start(tablet, sandbox, ira, hub_id, lacking):
    sandbox.state.set_hub(str(hub_id), {"online": True})
    tablet.expected = ["no elements here", "is not a", "not defined"]
    page = tablet(ira)
    page.add_init_script(lacking)
    page.goto("/claims/new/")
    page.wait_for_load_state("networkidle")
    expect(page.locator("hub-tray")).to_be_hidden()
    page.get_by_text("Orchard Rise").click()
    page.locator("#id_label").fill(str(hub_id))
    page.get_by_role("button", name="Claim this hub").click()
    page.wait_for_url("**/claims/*-*/")
    expect(present(page)).to_contain_text("Online")
    assert shown(page).site.name == "Orchard Rise"
