"""A new release takes over whole or not at all, and takes nothing from pages that are open."""

from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from portal.pwa.web import precache
from tests.browser.offline import go_offline, ready_for_offline, through
from tests.browser.releases import CHANGING

FILE = "() => document.querySelector('link[href*=\"/bar.\"]').href"
# Past the browser's own cache.
READ = "async (address) => (await fetch(address, { cache: 'reload' })).text()"
UPDATE = """async () => {
  const registration = await navigator.serviceWorker.ready;
  await registration.update();
  const worker = registration.installing ?? registration.waiting ?? registration.active;
  while (!["activated", "redundant"].includes(worker.state)) {
    await new Promise((done) => worker.addEventListener("statechange", done, { once: true }));
  }
  return worker.state;
}"""
CACHES = "async () => (await caches.keys()).length"

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("sandbox", "mill_court")]


def open_next(page: Page) -> str:
    """Open a page as it is now; return the address of the file that differs between releases."""
    page.goto("/")
    address: str = page.evaluate(FILE)
    return address


def test_an_open_page_keeps_its_files_for_one_release_and_the_next_page_is_new(
    tablet, line, releases, ira
):
    tablet.expected = ["404"]
    page = tablet(ira, **through(line))
    releases.deploy()
    first = open_next(page)
    ready_for_offline(page)

    releases.deploy()
    assert page.evaluate(UPDATE) == "activated"
    assert "Release 1" in page.evaluate(READ, first)
    second = open_next(page)
    assert "Release 2" in page.evaluate(READ, second)

    releases.deploy()
    assert page.evaluate(UPDATE) == "activated"
    assert "Release" not in page.evaluate(READ, first)
    assert "Release 2" in page.evaluate(READ, second)
    assert page.evaluate(CACHES) == 2


def test_a_release_that_arrives_incomplete_leaves_the_previous_one_in_use(
    tablet, line, releases, ira
):
    tablet.expected = ["net::ERR_", "404"]
    page = tablet(ira, **through(line))
    releases.deploy()
    first = open_next(page)
    ready_for_offline(page)

    releases.deploy(without=CHANGING.replace(".css", ".*.css"))
    assert page.evaluate(UPDATE) == "redundant"
    go_offline(page, line)
    page.goto("/claims/")
    expect(page.get_by_text("Other pages come back")).to_be_visible()
    assert page.evaluate(FILE) == first
    assert "Release 1" in page.evaluate(READ, first)
    assert page.evaluate(CACHES) == 1


def test_a_release_that_is_mixed_with_the_previous_one_is_not_kept(
    tablet, line, releases, ira, monkeypatch
):
    tablet.expected = ["404"]
    page = tablet(ira, **through(line))
    releases.deploy()
    open_next(page)
    ready_for_offline(page)

    before = precache.precache()
    next_one = iter([replace(before, version="next")])
    monkeypatch.setattr(precache, "precache", lambda: next(next_one, before))
    assert page.evaluate(UPDATE) == "redundant"
    assert page.evaluate(CACHES) == 1


@pytest.mark.parametrize(
    "reads", ["() => Promise.reject(new Error('unreadable'))", "() => new Promise(() => {})"]
)
def test_an_unreadable_or_silent_cache_locks_nobody_out(tablet, line, releases, ira, reads):
    page = tablet(ira, **through(line))
    releases.deploy()
    first = open_next(page)
    ready_for_offline(page)

    [worker] = page.context.service_workers
    worker.evaluate(f"() => {{ caches.match = {reads} }}")
    assert open_next(page) == first
    assert "Release 1" in page.evaluate(READ, first)
