"""The portal can be installed as an app, and offers it only where the browser does."""

import pytest
from playwright.sync_api import expect

OFFER = """() => {
  const offer = new Event("beforeinstallprompt", { cancelable: true });
  offer.prompt = async () => { window.prompted = true; };
  return window.dispatchEvent(offer);
}"""
# What the browser's own banner would take over.
KEPT_BACK = False

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("sandbox")]


def test_the_browser_finds_nothing_wrong_with_the_manifest(tablet, ira):
    page = tablet(ira)
    page.goto("/")
    browser = page.context.new_cdp_session(page)
    found = browser.send("Page.getAppManifest")

    assert found["errors"] == []
    assert found["url"].endswith("/manifest.webmanifest?language=en")
    assert found["manifest"]["startUrl"].endswith("/claims/new/")
    assert len(found["manifest"]["icons"]) == 4


def test_the_button_that_installs_is_there_once_the_browser_offers_it_and_goes_when_used(
    tablet, ira
):
    page = tablet(ira)
    page.goto("/")
    page.locator("[popovertarget=person-menu]:visible").click()
    button = page.get_by_role("button", name="Install this app")
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    expect(button).to_be_hidden()

    assert page.evaluate(OFFER) is KEPT_BACK
    button.click()
    assert page.evaluate("() => window.prompted")
    expect(button).to_be_hidden()
