"""What a device keeps, where the browser takes the database away for a while or is slow with it."""

import pytest
from playwright.sync_api import Page

pytestmark = pytest.mark.usefixtures("sandbox", "mill_court")

# As tablets do to pages in the background.
CLOSED = """async () => {
  const open = IDBFactory.prototype.open;
  const databases = [];
  IDBFactory.prototype.open = function (...of) {
    const opening = open.apply(this, of);
    opening.addEventListener("success", () => databases.push(opening.result));
    return opening;
  };
  const { TrayStore } = await import("/static/js/tray/store.js");
  const store = new TrayStore();
  await store.set("sound", "on");
  databases[0].close();
  await store.set("sound", "off");
  return [await store.get("sound"), databases.length];
}"""
SLOW = """
  const open = IDBFactory.prototype.open;
  IDBFactory.prototype.open = function (...of) {
    const opening = open.apply(this, of);
    opening.addEventListener("success", (event) => {
      if (!event.isTrusted) return;
      event.stopImmediatePropagation();
      setTimeout(() => opening.dispatchEvent(new Event("success")), 150);
    });
    return opening;
  };
  const wait = window.setTimeout;
  window.setTimeout = (act, after, ...more) => wait(act, after === 4000 ? 20 : after, ...more);
"""
LATE = f"""async () => {{
  const {{ TrayStore }} = await import("/static/js/tray/store.js");
  await new TrayStore().get("sound");
  {SLOW}
  const store = new TrayStore();
  const error = await store.get("sound").catch(({{ name }}) => name);
  await new Promise((done) => setTimeout(done, 200));
  await store.set("sound", "off");
  return [error, await store.get("sound")];
}}"""


@pytest.fixture
def page(tablet, ira) -> Page:
    page = tablet(ira)
    page.goto("/")
    return page


def test_a_connection_that_was_closed_is_opened_again(page: Page):
    assert page.evaluate(CLOSED) == ["off", 2]


def test_a_database_that_opens_late_serves_from_then_on(page: Page):
    assert page.evaluate(LATE) == ["TimeoutError", "off"]
