"""A device that keeps nothing says so at once, and claims all the same while the page is open."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.tray.steps import CLAIMED, add, claim_all, claimed, hubs, open_tray, rows, word

pytestmark = pytest.mark.usefixtures("mill_court", "working", "hurried")

REFUSED = "IDBFactory.prototype.open = () => { throw new DOMException('', 'SecurityError') };"
# What one tab remembers is refused, or has no room.
TAB_REFUSED = """Object.defineProperty(window, "sessionStorage", {
  get() { throw new DOMException("It is refused.", "SecurityError"); },
});"""
TAB_FULL = """Storage.prototype.setItem = () => {
  throw new DOMException("The device is full.", "QuotaExceededError");
};"""
FULL = """() => {
  IDBObjectStore.prototype.put = () => {
    throw new DOMException("The device is full.", "QuotaExceededError");
  };
}"""
# What was added is kept, what becomes of it is not.
FULL_FOR_NEWS = """() => {
  const { put } = IDBObjectStore.prototype;
  const error = new DOMException("The device is full.", "QuotaExceededError");
  Object.defineProperty(IDBTransaction.prototype, "error", { value: error });
  IDBObjectStore.prototype.put = function (thing) {
    return thing.stage === "sent" ? this.transaction.abort() : put.call(this, thing);
  };
}"""


def assert_claims_from_memory(page: Page, sandbox) -> None:
    warning = page.get_by_role("alert")
    expect(warning).to_contain_text("This device cannot keep the tray.")
    expect(warning).to_contain_text("what is not sent is lost when this page closes")
    wanted = hubs(3)
    add(page, *wanted[1:])
    claim_all(page, page.locator("[data-stage=tray]").count())
    for hub in wanted[1:]:
        expect(word(page, hub)).to_have_text(CLAIMED)
    assert set(wanted[1:]) <= set(claimed(sandbox))
    assert len(claimed(sandbox)) == len(set(claimed(sandbox)))
    # What is put away is what is online by then: all of it.
    everything = rows(page).locator("[data-part=word]")
    expect(everything).to_have_text(["Online"] * everything.count())
    page.get_by_role("button", name="Put away").click()
    expect(rows(page)).to_have_count(0)


def test_refused_storage_is_reported_at_once_and_the_tray_works_in_memory(tablet, sandbox, ira):
    page = tablet(ira)
    page.add_init_script(REFUSED)
    open_tray(page)
    assert_claims_from_memory(page, sandbox)


@pytest.mark.slow
def test_where_nothing_is_kept_signing_out_says_what_is_lost(tablet, ira):
    page = tablet(ira)
    page.add_init_script(REFUSED)
    open_tray(page)
    add(page, *hubs(1))
    page.locator("[popovertarget=person-menu]:visible").click()
    note = page.locator("#person-menu [data-unsent]")
    expect(note).to_contain_text("1 hub in your tray is only on this page, and is lost if you sign")


@pytest.mark.slow
def test_full_storage_is_reported_with_the_first_row_that_is_not_kept(tablet, sandbox, ira):
    (first, *_) = hubs(1)
    page = tablet(ira)
    open_tray(page)
    add(page, first)
    expect(word(page, first)).to_have_text("Ready")
    page.evaluate(FULL)
    add(page, hubs(4)[3])
    assert_claims_from_memory(page, sandbox)


@pytest.mark.slow
def test_storage_that_is_full_when_news_arrives_is_reported_too(tablet, sandbox, ira):
    (hub,) = hubs(1)
    page = tablet(ira)
    open_tray(page)
    add(page, hub)
    page.evaluate(FULL_FOR_NEWS)
    claim_all(page, 1)
    expect(page.get_by_role("alert")).to_contain_text("This device cannot keep the tray.")
    expect(word(page, hub)).to_have_text(CLAIMED)
    assert claimed(sandbox) == [hub]


@pytest.mark.parametrize("refusal", [TAB_REFUSED, TAB_FULL])
def test_a_tab_that_remembers_nothing_signs_out_all_the_same(tablet, ira, refusal):
    page = tablet(ira)
    page.add_init_script(refusal)
    open_tray(page)
    page.locator("[popovertarget=person-menu]:visible").click()
    page.locator("#person-menu").get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(re.compile("/sign-in/|/$"))
    expect(page.locator("hub-tray")).to_have_count(0)


def test_a_form_is_sent_though_the_tab_remembers_nothing(tablet, ira):
    page = tablet(ira)
    page.add_init_script(TAB_FULL)
    open_tray(page)
    page.locator("[popovertarget=person-menu]:visible").click()
    page.locator("#person-menu").get_by_text("Ελληνικά").click()
    expect(page.locator("html")).to_have_attribute("lang", "el")
