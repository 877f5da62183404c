"""After one visit the portal opens without a network, and keeps nothing of any person."""

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from portal.core.web import pagination
from portal.orgs.models import User
from portal.pwa.web import views
from tests.browser.checks import problems
from tests.browser.offline import Line, go_offline, go_online, ready_for_offline, through

KEPT = """async () => {
  const names = await caches.keys();
  const lists = await Promise.all(names.map(async (name) => {
    const cache = await caches.open(name);
    const requests = await cache.keys();
    return Promise.all(requests.map(async (request) => {
      const answer = await cache.match(request);
      return [new URL(request.url).pathname, await answer.text()];
    }));
  }));
  return lists.flat();
}"""
REMEMBERED = """async (name) => {
  const { store } = await import("/static/js/tray/page-store.js");
  return (await store.get(name)) ?? null;
}"""
KNOWS = """async ([name, value]) => {
  const { store } = await import("/static/js/tray/page-store.js");
  while ((await store.get(name)) !== value) {
    await new Promise((done) => setTimeout(done, 20));
  }
}"""
LOSE_CACHES = """async () => {
  await Promise.all((await caches.keys()).map((name) => caches.delete(name)));
}"""
SITES_KEPT = """async (person) => {
  const { store } = await import("/static/js/tray/page-store.js");
  return (await store.person(person))?.sites.length > 0;
}"""
SCAN = """async ([person, organisation]) => {
  const { store } = await import("/static/js/tray/page-store.js");
  await store.put({
    id: crypto.randomUUID(), person, organisation, text: "3f2a9c1e-7b54-4d0e-9a61-0c3d77f01a2b",
    hubId: "", site: "", siteName: "", at: 1, stage: "tray", news: null,
  });
}"""
LEFT = """async (person) => {
  const { store } = await import("/static/js/tray/page-store.js");
  return [(await store.person(person)) ?? null, (await store.rows(person)).length];
}"""
# The service worker's patience is over at once, and no other wait is.
NO_PATIENCE = """(patience) => {
  self.wait = self.setTimeout;
  self.setTimeout = (act, after, late) =>
    self.wait(act, after === patience ? 0 : after, late);
}"""
PATIENCE = "() => { self.setTimeout = self.wait }"
# What Chromium itself says of requests that fail.
LOST = ["net::ERR_", "status of 50", "htmx:"]
ELSEWHERE = "Other pages come back with the connection."

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("sandbox", "mill_court")]


@pytest.fixture
def visited(tablet, line, ira) -> Page:
    """Ira's tablet after one visit of the first page."""
    tablet.expected = list(LOST)
    page = tablet(ira, **through(line))
    page.goto("/")
    ready_for_offline(page)
    return page


def slowly(view: Callable[..., Any]) -> Callable[..., Any]:
    def answer(*args: Any) -> Any:
        time.sleep(0.2)
        return view(*args)

    return answer


def offline_word(page: Page):
    return page.locator("connection-line").get_by_text("No connection")


def test_a_page_never_visited_opens_as_the_shell_and_leads_back_once_online(
    visited: Page, line: Line
):
    go_offline(visited, line)
    visited.goto("/claims/")
    expect(visited.get_by_text(ELSEWHERE)).to_be_visible()
    expect(offline_word(visited)).to_be_visible()
    visited.reload()
    expect(visited.get_by_text(ELSEWHERE)).to_be_visible()
    assert problems(visited) == []

    go_online(visited, line)
    expect(visited).to_have_url(re.compile(r"/claims/$"))
    expect(visited.get_by_role("heading", name="Claims", exact=True)).to_be_visible()


def test_without_a_network_the_shell_speaks_the_language_that_was_used_last(
    visited: Page, line: Line
):
    User.objects.update(language="el")
    visited.goto("/")
    visited.evaluate(KNOWS, ["language", "el"])
    go_offline(visited, line)
    visited.goto("/claims/new/")
    expect(visited.locator("html")).to_have_attribute("lang", "el")
    visited.goto("/shell/en/")
    expect(visited.locator("html")).to_have_attribute("lang", "en")


def test_a_network_that_leads_nowhere_counts_as_none(visited: Page, line: Line):
    [worker] = visited.context.service_workers
    line.hang()
    worker.evaluate(NO_PATIENCE, views.PATIENCE)
    visited.goto("/claims/")
    expect(visited.get_by_text(ELSEWHERE)).to_be_visible()
    worker.evaluate(PATIENCE)
    visited.goto("about:blank")  # The shell would lead away by itself.
    line.restore()
    visited.goto("/claims/")
    expect(visited.get_by_text(ELSEWHERE)).to_have_count(0)


def test_a_proxy_with_no_portal_behind_it_counts_as_none(visited: Page, line: Line):
    line.refuse()
    visited.goto("/claims/")
    expect(visited.get_by_text("The other pages open again")).to_be_visible()
    visited.goto("about:blank")  # The shell would lead away by itself.
    line.restore()
    visited.goto("/claims/")
    expect(visited.get_by_text(ELSEWHERE)).to_have_count(0)


def test_a_device_that_lost_its_cache_waits_for_a_slow_network(tablet, line, ira, monkeypatch):
    monkeypatch.setattr(views, "PATIENCE", 50)
    page = tablet(ira, **through(line))
    page.goto("/")
    ready_for_offline(page)
    page.evaluate(LOSE_CACHES)
    monkeypatch.setattr(pagination, "page_of", slowly(pagination.page_of))
    page.goto("/claims/")
    expect(page.get_by_role("heading", name="Claims", exact=True)).to_be_visible()


def test_the_page_loads_offline_without_the_browsers_own_cache(visited: Page, line: Line):
    visited.context.new_cdp_session(visited).send("Network.clearBrowserCache")
    go_offline(visited, line)
    visited.goto("/claims/new/")
    expect(visited.locator("hub-tray")).to_have_attribute("data-state", "ready")
    expect(visited.get_by_role("button", name="Add")).to_be_visible()


def test_no_cache_holds_anything_of_a_person(visited: Page, ira, acme):
    visited.goto("/claims/new/")
    visited.goto("/claims/")
    kept = dict(visited.evaluate(KEPT))

    assert {"/shell/en/", "/shell/el/", "/static/js/tray/store.js"} < set(kept)
    assert all(path.startswith(("/static/", "/shell/")) for path in kept)
    for text in kept.values():
        for secret in (ira.name, ira.email, str(ira.pk), acme.name):
            assert secret not in text


def test_without_a_network_the_other_language_is_a_tap_away(visited: Page, line: Line):
    go_offline(visited, line)
    visited.goto("/claims/")
    visited.get_by_role("link", name="Ελληνικά").click()
    expect(visited.locator("html")).to_have_attribute("lang", "el")
    visited.get_by_role("link", name="English").click()
    expect(visited.locator("html")).to_have_attribute("lang", "en")


def test_the_device_knows_who_works_on_it_until_they_sign_out(visited: Page, line: Line, ira):
    visited.evaluate(KNOWS, ["current", str(ira.pk)])
    visited.locator("[popovertarget=person-menu]:visible").click()
    visited.get_by_role("button", name="Sign out").click()
    visited.wait_for_url("**/accounts/login/**")
    go_offline(visited, line)
    visited.goto("/")
    assert visited.evaluate(REMEMBERED, "current") is None


def test_signing_out_leaves_the_tray_on_the_device_and_no_name_or_site(visited: Page, ira, acme):
    visited.goto("/claims/new/")
    visited.wait_for_function(SITES_KEPT, arg=str(ira.pk))
    visited.evaluate(SCAN, [str(ira.pk), str(acme.pk)])
    visited.locator("[popovertarget=person-menu]:visible").click()
    note = "1 hub in your tray is not claimed yet. It stays on this device"
    expect(visited.get_by_text(note)).to_be_visible()
    visited.get_by_role("button", name="Sign out").click()
    visited.wait_for_url("**/accounts/login/**")
    visited.goto("/shell/en/")
    assert visited.evaluate(LEFT, str(ira.pk)) == [None, 1]


def test_a_session_that_ends_by_itself_forgets_nobody(visited: Page, line: Line, ira):
    visited.evaluate(KNOWS, ["current", str(ira.pk)])
    visited.context.clear_cookies()
    visited.goto("/")
    visited.wait_for_url("**/accounts/login/**")
    go_offline(visited, line)
    visited.goto("/")
    assert visited.evaluate(REMEMBERED, "current") == str(ira.pk)
