"""A context that is used again holds nothing of the test before, and complains to nobody else."""

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.contexts import TABLET, Contexts

FIRST = "/static/icons.svg"
LEAVE = """async () => {
  localStorage.left = "1";
  await caches.open("left");
  await new Promise((done, fail) => {
    const asked = indexedDB.open("left");
    asked.onsuccess = () => { asked.result.close(); done(); };
    asked.onerror = fail;
  });
}"""
LEFT = """async () => [
  localStorage.left, sessionStorage.left, document.cookie, navigator.onLine, innerWidth,
  (await caches.keys()).length, (await indexedDB.databases()).length,
  (await navigator.permissions.query({ name: "geolocation" })).state,
]"""


@pytest.fixture
def lender(browser, live_server):
    lender = Contexts(browser, live_server.url, FIRST, **TABLET)
    yield lender
    lender.take_back()
    lender.close()


def opened(context: BrowserContext) -> Page:
    page = context.new_page()
    page.goto(FIRST)
    return page


def left(context: BrowserContext) -> list[object]:
    page = opened(context)
    found: list[object] = page.evaluate(LEFT)
    page.close()
    return found


def test_nothing_that_a_test_leaves_behind_is_there_for_the_next(lender):
    used = lender.take()
    fresh = left(used)
    page = opened(used)
    page.evaluate(LEAVE)
    page.evaluate("() => { document.cookie = 'left=1'; sessionStorage.left = '1' }")
    used.grant_permissions(["geolocation"])
    used.route("**/*", lambda route: route.abort())
    page.set_viewport_size({"width": 320, "height": 400})
    used.set_offline(True)
    assert page.evaluate(LEFT) != fresh

    lender.take_back()
    again = lender.take()

    assert again is used
    assert left(again) == fresh


@pytest.mark.parametrize(
    "spoil",
    [
        lambda context: context.pages[-1].clock.install(),
        lambda context: context.pages[0].close(),
        lambda context: context.close(),
    ],
    ids=["clock", "first page closed", "closed"],
)
def test_a_context_that_cannot_be_cleared_is_not_lent_again(lender, spoil):
    one, other = lender.take(), lender.take()
    opened(one)
    spoil(one)

    lender.take_back()
    lent = [lender.take(), lender.take()]

    assert one not in lent
    assert other in lent
    assert [left(context) for context in lent]


def test_contexts_of_other_options_are_others(lender):
    usual, dark = lender.take(), lender.take(color_scheme="dark")
    alone, blocked = lender.take(alone=True), lender.take(service_workers="allow")
    lender.take_back()

    assert lender.take(color_scheme="dark") is dark
    assert lender.take() is usual
    assert lender.take(alone=True) is not alone
    assert lender.take(service_workers="allow") is not blocked


def test_pages_complain_to_the_test_that_opened_them(lender):
    opened(lender.take()).evaluate("() => console.error('of the first')")
    assert lender.take_back() == ["of the first"]
    opened(lender.take())
    assert lender.take_back() == []
