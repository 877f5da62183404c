"""Buttons that copy: what they say when the browser lets them, and when it does not."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.steps import show

pytestmark = pytest.mark.usefixtures("sandbox")

ALLOWED = "navigator.clipboard.writeText = async (text) => { window.copied = text; };"
REFUSALS = {
    "not allowed": """navigator.clipboard.writeText = async () => {
        throw new DOMException("", "NotAllowedError"); };""",
    "not the page in front": """navigator.clipboard.writeText = async () => {
        throw new DOMException("", "InvalidStateError"); };""",
    "no answer": "navigator.clipboard.writeText = () => new Promise(() => {});",
    "a policy": "navigator.clipboard.writeText = () => Promise.reject(new TypeError());",
}


def copy(page: Page) -> None:
    page.get_by_role("button", name="Copy", exact=True).first.click()


@pytest.mark.parametrize("name", REFUSALS)
def test_a_clipboard_that_refuses_is_told_until_it_does_not(tablet, ira, claim, name):
    page = tablet(ira)
    show(page, claim)
    page.evaluate(f"() => {{ {REFUSALS[name]} }}")
    copy(page)
    banner = page.locator("#copy-banner")
    expect(banner).to_contain_text("Nothing was copied.")
    expect(page.locator("[data-copy][data-done]")).to_have_count(0)
    page.evaluate(f"() => {{ {ALLOWED} }}")
    copy(page)
    expect(page.locator("[data-copy][data-done]")).to_have_count(1)
    expect(banner).to_be_hidden()
    assert page.evaluate("() => copied")
