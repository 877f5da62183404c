"""What people do on the portal's pages, and what they look at."""

from typing import Any

from playwright.sync_api import Locator, Page, Route, expect

from portal.claims.models import Claim
from portal.orgs.models import User
from tests.conftest import PASSWORD

# What the page tells screen readers, one text a telling.
LISTEN = """addEventListener("DOMContentLoaded", () => {
  window.announced = [];
  const announcer = document.getElementById("announcer");
  new MutationObserver(() => window.announced.push(announcer.textContent))
    .observe(announcer, { childList: true });
});"""


def sign_in(page: Page, person: User) -> None:
    """Fill in and send the sign-in form that the page shows."""
    page.get_by_label("E-mail address").fill(person.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def ready(page: Page) -> None:
    """Wait until the tray has taken the place of the form without scripts, and reads at once."""
    expect(page.locator("hub-tray[data-reads]")).to_have_count(1)
    expect(page.locator("hub-tray")).to_have_attribute("data-state", "ready")
    expect(page.locator("[data-plain]")).to_have_count(0)


def type_id(page: Page, hub_id: object) -> None:
    """Open the tray and type a hub id."""
    page.goto("/claims/new/")
    ready(page)
    page.get_by_label("Hub id", exact=True).fill(str(hub_id))


def send(page: Page) -> None:
    """Tap the claim button, and follow the one hub in the tray to its claim's page."""
    page.get_by_role("button", name="Claim 1 at").click()
    follow(page)


def follow(page: Page) -> None:
    """Open the page of the claim that the one hub in the tray became."""
    page.locator("[data-row]").get_by_role("link", name="Hub ending in").click()
    page.wait_for_url("**/claims/*-*/")


def claim_hub(page: Page, hub_id: object) -> Claim:
    """Claim a hub at the site that the tray proposes; return the claim."""
    type_id(page, hub_id)
    send(page)
    return shown(page)


def shown(page: Page) -> Claim:
    """Return the claim whose page this is."""
    return Claim.objects.get(pk=page.url.rstrip("/").rpartition("/")[2])


def show(page: Page, claim: Claim) -> None:
    """Open a claim's page."""
    page.goto(f"/claims/{claim.pk}/")


def present(page: Page) -> Locator:
    """What the timeline says of now: its heading and its words."""
    return page.locator("[aria-current=step]")


def hide(page: Page, hidden: bool) -> None:
    """As when another tab comes to the front; a headless browser shows all its tabs."""
    page.evaluate(
        "(hidden) => { Object.defineProperty(document, 'hidden', { value: hidden, configurable:"
        " true }); document.dispatchEvent(new Event('visibilitychange')) }",
        hidden,
    )


def look_again(page: Page) -> None:
    """As when somebody returns to the tab: the page asks at once."""
    hide(page, False)


def count_polls(page: Page) -> list[str]:
    """Return a list that grows with each poll that leaves the page."""
    polls: list[str] = []
    page.on("request", lambda r: polls.append(r.url) if "/live/" in r.url else None)
    return polls


def answer_as_portal(route: Route, **answer: Any) -> None:
    """Answer a script in the portal's name. `answer` is what Playwright's `fulfill` takes."""
    asked = route.request.headers.get("x-portal-question", "-")
    length = len(answer.get("body", "").encode())
    route.fulfill(**answer, headers={"X-Portal": f"1 {asked} {length}"})
