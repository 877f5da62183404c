"""What people do with the tray, and what they see of it."""

import re

from django.conf import settings
from playwright.sync_api import Locator, Page, Route, expect

from portal.sandbox import world
from tests.browser.steps import answer_as_portal, ready

# Of a hub that came online meanwhile the row says that instead.
CLAIMED = re.compile("^(Claimed|Online)$")
PICK = "[data-site] > summary"
# A scanner's keys are a millisecond apart by their own clock, however busy this machine is.
SCANNING = """(isOn) => {
  window.isScanning = isOn;
  if (window.scannedAt !== undefined) return;
  const { get } = Object.getOwnPropertyDescriptor(Event.prototype, "timeStamp");
  const times = new WeakMap();
  window.scannedAt = 0;
  const timeStamp = {
    get() {
      if (!times.has(this)) {
        const now = get.call(this);
        const next = window.scannedAt ? window.scannedAt + 1 : now;
        window.scannedAt = window.isScanning ? Math.min(now, next) : 0;
        times.set(this, window.isScanning ? window.scannedAt : now);
      }
      return times.get(this);
    },
  };
  Object.defineProperty(Event.prototype, "timeStamp", timeStamp);
}"""


def hubs(number: int) -> list[str]:
    """Return the ids of so many hubs that nobody has claimed."""
    return [world.hub_id(place) for place in range(number)]


def open_tray(page: Page, query: str = "") -> None:
    """Open the tray, and wait until it takes what is read.

    One that is open may go once its rows are on the device: nobody's hand is as quick as a test's.
    """
    expect(page.locator("hub-tray[data-writing]")).to_have_count(0)
    page.goto(f"/claims/new/{query}")
    ready(page)


def load_again(page: Page) -> None:
    """Load the page again once what was done in it is on the device."""
    expect(page.locator("hub-tray[data-writing]")).to_have_count(0)
    page.reload()


def keep_news_away(page: Page) -> None:
    """Have the portal tell nothing of any row: the test's own news would be overwritten."""

    def answer(route: Route) -> None:
        if route.request.method == "POST":
            answer_as_portal(route, json={"rows": []})
        else:
            route.continue_()

    page.route("**/claims/tray/", answer)


def field(page: Page) -> Locator:
    """Where an id is typed."""
    return page.get_by_label("Hub id", exact=True)


def add(page: Page, *texts: object) -> None:
    """Type each text into the field, with Enter after it, once the tray is there."""
    ready(page)
    for text in texts:
        field(page).fill(str(text))
        field(page).press("Enter")


def scan(page: Page, text: str, *ends: str) -> None:
    """Type as a hand scanner does, wherever the focus is, with these keys behind the text."""
    page.evaluate(SCANNING, True)
    page.keyboard.type(text)
    for end in ends:
        page.keyboard.press(end)
    page.evaluate(SCANNING, False)


def paste(page: Page, text: str, selector: str = "#tray-text") -> None:
    """Paste the text where the selector leads."""
    page.locator(selector).evaluate(
        """(target, text) => {
          const clipboardData = new DataTransfer();
          clipboardData.setData("text", text);
          const how = { clipboardData, bubbles: true, cancelable: true };
          target.dispatchEvent(new ClipboardEvent("paste", how));
        }""",
        text,
    )


def pick(page: Page, site: str) -> None:
    """Choose a site for the tray."""
    if page.locator("[data-site]").get_attribute("open") is None:
        page.locator(PICK).click()
    page.locator(".radio-card", has_text=site).click()


def rows(page: Page) -> Locator:
    """All rows, newest first."""
    return page.locator(".tray-row[data-row]")


def row(page: Page, hub_id: object) -> Locator:
    """The row of this hub."""
    return rows(page).filter(has=page.locator(f"text={str(hub_id)[-4:].upper()}"))


def read_off(page: Page) -> list[str]:
    """The last four characters in each row, newest first, whether scrolled to or not."""
    return page.locator("[data-part=tail]").all_text_contents()


def tails(*hub_ids: object) -> list[str]:
    """The last four characters of each, as rows show them."""
    return [str(hub_id)[-4:].upper() for hub_id in hub_ids]


def word(page: Page, hub_id: object) -> Locator:
    """The state of this hub's row, in one word."""
    return row(page, hub_id).locator("[data-part=word]")


def outcome(page: Page) -> Locator:
    """What is said of the last reading, or of the last action."""
    return page.locator("[data-outcome]")


def claim_button(page: Page) -> Locator:
    """The button that claims what is in the tray."""
    return page.locator("[data-tray-claim]")


def claim_all(page: Page, number: int) -> None:
    """Tap the button, which says how many hubs it claims."""
    plural = "s" if number > 1 else ""
    page.get_by_role("button", name=re.compile(f"^Claim {number} (hub{plural}$|at )")).click()


def claimed(sandbox) -> list[str]:
    """The hubs that SpKey was asked to claim and did, in order: one entry a claim."""
    return [event.hub_id for event in sandbox.state.event_log if event.type == "HubClaimed"]


def become(page: Page, client, line) -> None:
    """Sign somebody else in on the device."""
    name = settings.SESSION_COOKIE_NAME
    value = client.cookies[name].value
    page.context.add_cookies([{"name": name, "value": value, "url": line.url}])


def stages(page: Page) -> list[str]:
    """How far each row is on the device: in the tray, confirmed or sent; newest first."""
    return [row.get_attribute("data-stage") for row in rows(page).all()]
