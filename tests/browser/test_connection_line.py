"""The line in the bar tells whether the portal can be reached, and how much waits to be sent."""

import re

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, Route, expect

from portal.orgs.models import User
from tests.browser.checks import accessibility
from tests.browser.offline import Line, go_offline, go_online
from tests.browser.steps import answer_as_portal, hide, look_again, show

LISTEN = """() => {
  window.told = [];
  const status = document.querySelector("connection-line [role=status]");
  new MutationObserver(() => window.told.push(status.textContent))
    .observe(status, { childList: true, characterData: true, subtree: true });
}"""
WAIT = """async ([person, count]) => {
  const { store } = await import("/static/js/tray/page-store.js");
  await Promise.all([...Array(count).keys()].map((number) => store.put({
    id: crypto.randomUUID(), person, organisation: "3f2a9c1e-7b54-4d0e-9a61-0c3d77f01a2b",
    text: "", hubId: "", site: "", siteName: "", at: number, stage: "confirmed", news: null,
  })));
}"""
# Records when the caller has got the answer and dealt with it.
HEAR = """() => {
  const ask = window.fetch;
  window.fetch = async (...what) => {
    const answer = await ask(...what);
    setTimeout(() => { window.heard = true });
    return answer;
  };
}"""
# Time as the page's clock has it, which the test turns.
OWN_CLOCK = """AbortSignal.timeout = (milliseconds) => {
  const ending = new AbortController();
  setTimeout(() => ending.abort(), milliseconds);
  return ending.signal;
};"""

pytestmark = pytest.mark.usefixtures("sandbox")


@pytest.fixture
def home(tablet, line: Line, ira: User) -> Page:
    # What waits in these tests is of an organisation that there is not.
    tablet.expected = ["net::ERR_", "status of 401", "status of 404", " 503 ", "htmx:"]
    page = tablet(ira, base_url=line.url)
    page.goto("/")
    page.evaluate(LISTEN)
    return page


def said(page: Page):
    return page.locator("connection-line")


def test_a_change_of_the_connection_is_announced_once_and_the_waiting_count_only_shown(
    home: Page, line: Line, ira: User
):
    expect(said(home)).to_contain_text("Connected")
    go_offline(home, line)
    expect(said(home)).to_contain_text("No connection")
    home.evaluate(WAIT, [str(ira.pk), 1])
    expect(said(home)).to_contain_text("1 waiting")
    home.evaluate(WAIT, [str(ira.pk), 2])
    expect(said(home)).to_contain_text("3 waiting")
    assert accessibility(home) == []
    go_online(home, line)
    expect(said(home)).to_contain_text("Connected")
    assert home.evaluate("() => window.told") == ["No connection", "Connected"]


def test_hubs_that_wait_for_somebody_signed_out_lead_to_sign_in(home: Page, line: Line, ira: User):
    line.cut()
    home.evaluate(WAIT, [str(ira.pk), 2])
    expect(said(home)).to_contain_text("2 waiting")
    Session.objects.all().delete()
    line.restore()
    home.evaluate("() => window.dispatchEvent(new Event('online'))")
    link = home.get_by_role("link", name="Sign in to send 2")
    expect(link).to_be_visible()
    expect(said(home).get_by_text("2 waiting")).to_be_hidden()
    assert accessibility(home) == []
    link.click()
    expect(home).to_have_url(re.compile(r"/accounts/login/\?next=/claims/new/$"))


def test_an_answer_that_arrives_after_the_network_was_lost_changes_nothing(home: Page, line: Line):
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    home.route("**/health/", hold)
    home.evaluate(HEAR)
    with home.expect_request("**/health/"):
        home.evaluate("() => window.dispatchEvent(new Event('online'))")
    go_offline(home, line)
    expect(said(home)).to_contain_text("No connection")
    with home.expect_response("**/health/"):
        answer_as_portal(held[0], body="ok")
    home.wait_for_function("() => window.heard")
    assert home.evaluate("() => window.told") == ["No connection"]


def test_hubs_that_wait_for_another_person_are_not_counted(home: Page, line: Line, ada: User):
    go_offline(home, line)
    home.evaluate(WAIT, [str(ada.pk), 2])
    expect(said(home)).to_contain_text("No connection")
    expect(said(home).locator("[data-waiting]")).to_be_hidden()


def test_a_portal_that_went_away_is_noticed_by_the_page_that_asks_it(home, line, claim):
    show(home, claim)
    line.cut()
    expect(said(home)).to_contain_text("No connection")
    line.restore()
    look_again(home)
    expect(said(home)).to_contain_text("Connected")


def test_a_proxy_with_no_portal_behind_it_is_told_as_that(home, line, claim):
    show(home, claim)
    line.refuse()
    look_again(home)
    expect(said(home)).to_contain_text("Portal not answering")
    expect(home.get_by_text("It is not your connection.")).to_be_visible()
    look_again(home)
    expect(said(home)).to_contain_text("Portal not answering")
    line.restore()
    look_again(home)
    expect(said(home)).to_contain_text("Connected")


def test_one_request_that_fails_is_no_lost_connection(home: Page, line: Line, claim):
    show(home, claim)
    home.evaluate(LISTEN)
    home.route("**/live/**", lambda route: route.abort())
    with home.expect_response("**/health/"):
        look_again(home)
    expect(home.locator("#news-banner")).to_be_visible()
    assert home.evaluate("() => window.told") == []


def test_a_network_that_swallows_everything_is_noticed(home: Page, line: Line, claim):
    home.add_init_script(OWN_CLOCK)
    home.clock.install()
    show(home, claim)
    line.hang()
    look_again(home)
    home.clock.run_for(6_500)
    expect(said(home)).to_contain_text("Connected")
    home.clock.run_for(6_500)
    expect(said(home)).to_contain_text("No connection")


def test_a_portal_that_goes_away_is_noticed_on_a_page_that_asks_nothing(home: Page, line: Line):
    home.clock.install()
    home.goto("/")
    expect(said(home)).to_contain_text("Connected")
    line.cut()
    home.clock.run_for(45_000)
    expect(said(home)).to_contain_text("No connection")


def test_a_hidden_page_does_not_check_the_connection(home: Page, line: Line):
    home.clock.install()
    home.goto("/")
    line.cut()
    home.evaluate("() => window.dispatchEvent(new Event('offline'))")
    expect(said(home)).to_contain_text("No connection")
    hide(home, True)
    asked: list[str] = []
    home.on("request", lambda request: asked.append(request.url))
    home.clock.run_for(60_000)
    assert not [url for url in asked if url.endswith("/health/")]
    line.restore()
    hide(home, False)
    expect(said(home)).to_contain_text("Connected")
