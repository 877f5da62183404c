"""The tray passes the checks of every page in each of its states."""

import pytest
from playwright.sync_api import expect

from portal.orgs.models import Membership
from tests.browser.checks import problems
from tests.browser.steps import answer_as_portal
from tests.browser.tray.seeded import ROWS, seed
from tests.browser.tray.steps import add, field, keep_news_away, open_tray, outcome, row, rows

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("sandbox", "orchard_rise")]

# Pixels between the last row and the button, once everything is scrolled to its end.
ROOM_BELOW = """() => {
  const list = document.querySelector("[data-rows]");
  list.scrollTop = list.scrollHeight;
  scrollTo(0, document.documentElement.scrollHeight);
  const { top } = document.querySelector("[data-tray-claim]").getBoundingClientRect();
  return top - list.lastElementChild.getBoundingClientRect().bottom;
}"""
HURRY = 'async () => (await import("/static/js/tray/page-sync.js")).sync.syncNow()'
SIGN_IN = {"signIn": "/accounts/login/?next=/claims/new/"}


def test_rows_of_every_kind_without_a_connection_and_the_question(tablet, ira, mill_court):
    tablet.expected = ["ERR_FAILED"]
    page = tablet(ira)
    open_tray(page, f"?site={mill_court.pk}")
    page.route("**/claims/tray/", lambda route: route.abort())
    hub, *_ = seed(page, Membership.objects.get(), str(mill_court.pk), mill_court.name)
    page.reload()
    expect(rows(page)).to_have_count(len(ROWS))
    add(page, "SN 00417")
    expect(outcome(page)).to_contain_text("Not a hub label.")
    assert problems(page) == []
    field(page).fill("")
    page.locator("[data-stage=confirmed]").get_by_role("button", name="Remove").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert problems(page) == []
    assert row(page, hub).count() == 1


def test_the_last_row_can_be_reached_beside_the_open_camera(tablet, ira, mill_court):
    tablet.expected = ["401"]
    page = tablet(ira, viewport={"width": 1180, "height": 820})
    open_tray(page, f"?site={mill_court.pk}")
    add(page, *(f"{number:08x}-0000-4000-8000-000000000000" for number in range(25)))
    page.route("**/claims/tray/", lambda route: answer_as_portal(route, status=401, json=SIGN_IN))
    page.evaluate(HURRY)
    expect(page.get_by_role("alert")).to_contain_text("You are signed out")
    assert page.evaluate(ROOM_BELOW) >= 8


def test_the_actions_for_all_rows_can_be_reached_above_them(tablet, ira, mill_court):
    page = tablet(ira, viewport={"width": 1180, "height": 820})
    keep_news_away(page)
    open_tray(page, f"?site={mill_court.pk}")
    seed(page, Membership.objects.get(), str(mill_court.pk), mill_court.name)
    expect(rows(page)).to_have_count(len(ROWS))
    add(page, *(f"{number:08x}-0000-4000-8000-000000000000" for number in range(9)))
    expect(page.get_by_role("button", name="Undo the last")).to_be_visible()
    page.get_by_role("button", name="Put away 4 (2 cannot be claimed)").click()
    expect(rows(page)).to_have_count(len(ROWS) + 9 - 4)


def test_the_tray_of_somebody_signed_out_with_the_camera_open(tablet, camera, ira, mill_court):
    tablet.expected = ["401"]
    camera(None)
    page = tablet(ira, permissions=["camera"])
    page.route("**/claims/tray/", lambda route: answer_as_portal(route, status=401, json=SIGN_IN))
    open_tray(page)
    expect(page.get_by_role("alert")).to_contain_text("You are signed out")
    expect(page.get_by_text("Aim at the label.")).to_be_visible()
    assert problems(page) == []
