"""What is done in the shell leads somewhere, and what got lost before it is told."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.offline import Line, gate, go_offline, go_online, ready_for_offline, through
from tests.browser.steps import hide
from tests.browser.tray.steps import add, field, hubs, open_tray, pick, rows

pytestmark = pytest.mark.usefixtures("sandbox", "mill_court", "orchard_rise")

# What Chromium itself says of requests that fail.
LOST = ["net::ERR_", "status of 503", "htmx:"]
BACK = "The connection is back."
SPEAKS_GREEK = """async () => {
  const { store } = await import("/static/js/tray/page-store.js");
  while ((await store.get("language")) !== "el") {
    await new Promise((done) => setTimeout(done, 20));
  }
}"""
KNOWS = """async (person) => {
  const { store } = await import("/static/js/tray/page-store.js");
  return Boolean(await store.person(person));
}"""


@pytest.fixture
def visited(tablet, line, ira) -> Page:
    """Ira's tablet with one hub in the tray."""
    tablet.expected = list(LOST)
    page = tablet(ira, **through(line))
    open_tray(page)
    add(page, *hubs(1))
    ready_for_offline(page)
    return page


@pytest.mark.slow
def test_the_requested_page_is_remembered_through_a_change_of_language(visited: Page, line: Line):
    go_offline(visited, line)
    visited.goto("/claims/?state=claimed")
    visited.get_by_role("link", name="Ελληνικά").click()
    expect(visited.locator("html")).to_have_attribute("lang", "el")
    visited.get_by_role("link", name="English").click()
    expect(visited.locator("html")).to_have_attribute("lang", "en")
    # The language that was chosen is the one in which the next page opens, too.
    visited.get_by_role("link", name="Ελληνικά").click()
    expect(visited.locator("html")).to_have_attribute("lang", "el")
    visited.evaluate(SPEAKS_GREEK)
    visited.goto("/sites/")
    expect(visited.locator("html")).to_have_attribute("lang", "el")
    visited.go_back()
    go_online(visited, line)
    visited.locator("[data-asked-page]").click()
    expect(visited).to_have_url(re.compile(r"/claims/\?state=claimed$"))


def test_the_shell_leads_nowhere_outside_the_portal(tablet):
    page = tablet()
    others = ("//other.example/", "https://other.example/", "/\\other.example", "http://[")
    for asked in (*others, "/%09/other.example/", "/%0a/other.example/"):
        page.goto(f"/shell/en/?page={asked}")
        expect(page.locator("[data-asked-page]")).to_have_attribute("href", "/claims/new/")
    page.goto("/shell/en/?page=/claims/")
    expect(page.locator("[data-asked-page]")).to_have_attribute("href", "/claims/")


def test_the_shell_stays_while_somebody_works_in_it_and_gives_way_once_nobody_looks(
    visited: Page, line: Line
):
    go_offline(visited, line)
    visited.goto("/claims/")
    add(visited, hubs(2)[1])
    field(visited).fill("3f2a9c1e")
    go_online(visited, line)
    expect(visited.get_by_text(BACK)).to_be_visible()
    hide(visited, True)
    hide(visited, False)
    expect(field(visited)).to_have_value("3f2a9c1e")
    field(visited).fill("")
    expect(visited.get_by_text(BACK)).to_be_visible()
    hide(visited, True)
    expect(visited.locator("hub-tray")).to_have_count(0)
    expect(visited).to_have_url(re.compile(r"/claims/$"))


def test_a_portal_that_answers_but_gives_no_pages_is_not_asked_for_one_again_and_again(
    visited: Page, line: Line
):
    visited.add_init_script("sessionStorage.opened = Number(sessionStorage.opened ?? 0) + 1")
    go_offline(visited, line)
    visited.goto("/claims/")
    line.stand_between(gate("503 Service Unavailable", ""), "GET /claims/ ")
    visited.context.set_offline(False)
    expect(visited.get_by_text(BACK)).to_be_visible()
    visited.wait_for_function("() => Number(sessionStorage.opened) === 2")
    expect(visited.get_by_text(BACK)).to_be_visible()
    visited.evaluate("""async () => {
      document.dispatchEvent(new CustomEvent("connection", { detail: { online: true } }));
      await fetch("/health/");
    }""")
    assert visited.evaluate("() => sessionStorage.opened") == "2"


@pytest.mark.slow
def test_a_tab_that_remembers_nothing_is_led_back_too_and_not_again_and_again(
    visited: Page, line: Line
):
    visited.add_init_script("""Storage.prototype.setItem = () => {
      throw new DOMException("The device is full.", "QuotaExceededError");
    };""")
    visited.clock.install()
    go_offline(visited, line)
    visited.goto("/claims/")
    expect(visited.locator("hub-tray[data-state=ready]")).to_have_count(1)
    go_online(visited, line)
    expect(visited.get_by_text(BACK)).to_be_visible()
    expect(visited.locator("hub-tray")).to_have_count(1)
    visited.clock.fast_forward("01:01")
    expect(visited.locator("hub-tray")).to_have_count(0)
    expect(visited).to_have_url(re.compile(r"/claims/$"))


@pytest.mark.slow
def test_a_form_sent_without_a_network_is_reported_beside_the_tray(visited: Page, line: Line):
    go_offline(visited, line)
    visited.get_by_role("button", name="Your account").click()
    visited.get_by_role("button", name="Ελληνικά").click()
    expect(visited.get_by_role("alert")).to_contain_text("may not have arrived")
    expect(rows(visited)).to_have_count(1)
    visited.reload()
    expect(rows(visited)).to_have_count(1)
    expect(visited.get_by_role("alert")).to_be_hidden()
    expect(visited.locator("[data-asked-page]")).to_have_attribute("href", "/claims/new/")


@pytest.mark.slow
def test_a_lost_form_is_reported_to_an_agent_of_support_and_leads_back(tablet, line, agent):
    tablet.expected = list(LOST)
    page = tablet(client=agent, **through(line))
    page.goto("/support/ask/")
    ready_for_offline(page)
    # The portal does it, and only its answer is lost: nobody knows, and it says no more than that.
    line.lose_answers("POST /language/")
    page.get_by_role("button", name="Your account").click()
    page.get_by_role("button", name="Ελληνικά").click()
    expect(page.get_by_role("alert")).to_contain_text("may not have arrived")
    line.restore()
    page.get_by_role("link", name="Open the page you asked for").click()
    expect(page).to_have_url(re.compile(r"/support/ask/$"))
    expect(page.locator("html")).to_have_attribute("lang", "el")


@pytest.mark.slow
def test_the_way_back_does_not_repeat_what_the_address_asked_of_the_tray(
    visited: Page, line: Line, mill_court, orchard_rise
):
    one, other = hubs(3)[1:]
    go_offline(visited, line)
    visited.goto(f"/claims/new/?site={mill_court.pk}&label={one}&from=list")
    expect(rows(visited)).to_have_count(2)
    pick(visited, "Orchard Rise")
    add(visited, other)
    go_online(visited, line)
    visited.get_by_role("link", name="Open the page you asked for").click()
    expect(visited).to_have_url(re.compile(r"/claims/new/\?from=list$"))
    expect(visited.locator("[data-site-name]")).to_have_text("Orchard Rise")
    expect(rows(visited)).to_have_count(3)


@pytest.mark.slow
def test_signing_out_needs_a_connection_and_the_person_stays_known_until_then(
    visited: Page, line: Line, ira, tablet
):
    # What the page asks on its way out is answered to nobody.
    tablet.expected.append("status of 401")
    go_offline(visited, line)
    visited.get_by_role("button", name="Your account").click()
    expect(visited.locator("[data-sign-out-note]")).to_be_visible()
    visited.get_by_role("button", name="Sign out").click()
    expect(visited.locator("#announcer")).to_have_text("Signing out needs a connection.")
    assert visited.evaluate(KNOWS, str(ira.pk))
    expect(rows(visited)).to_have_count(1)
    go_online(visited, line)
    expect(visited.locator("[data-sign-out-note]")).to_be_hidden()
    visited.get_by_role("button", name="Sign out").click()
    expect(visited).to_have_url(re.compile(r"/accounts/login/"))


@pytest.mark.slow
def test_an_agent_of_support_is_not_told_to_sign_in_again(tablet, line, agent):
    tablet.expected = list(LOST)
    page = tablet(client=agent, **through(line))
    page.goto("/")
    ready_for_offline(page)
    go_offline(page, line)
    page.goto("/support/")
    expect(page.get_by_role("heading", name="Nothing to do here without")).to_be_visible()
    expect(page.get_by_text("Sign in once")).to_be_hidden()
