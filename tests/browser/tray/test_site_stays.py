"""The hubs in the tray stay with their site until somebody picks another one."""

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from portal.sites.models import Site
from tests.browser.offline import go_offline, ready_for_offline, through
from tests.browser.tray.steps import add, claim_button, hubs, open_tray, outcome, pick, rows

pytestmark = pytest.mark.usefixtures("sandbox", "mill_court")

SITES = """async () => {
  const { store } = await import("/static/js/tray/page-store.js");
  return (await store.rows(await store.get("current"))).map(({ siteName }) => siteName);
}"""


def site_name(page: Page) -> Locator:
    return page.locator("[data-site-name]")


def sites_of_rows(page: Page) -> set[str]:
    """The names of the sites for which the device keeps its rows."""
    return set(page.evaluate(SITES))


def test_an_address_asks_for_its_site_once_and_not_again_after_a_reload(
    tablet, ira, mill_court, orchard_rise
):
    page = tablet(ira)
    open_tray(page, f"?site={mill_court.pk}")
    expect(site_name(page)).to_have_text("Mill Court")
    pick(page, "Orchard Rise")
    add(page, *hubs(2))
    expect(rows(page)).to_have_count(2)
    page.reload()
    expect(rows(page)).to_have_count(2)
    expect(site_name(page)).to_have_text("Orchard Rise")
    assert sites_of_rows(page) == {"Orchard Rise"}
    open_tray(page)
    expect(site_name(page)).to_have_text("Orchard Rise")


def test_hubs_for_a_site_that_was_closed_wait_until_another_is_picked(tablet, ira, orchard_rise):
    page = tablet(ira)
    open_tray(page)
    pick(page, "Orchard Rise")
    add(page, *hubs(2))
    expect(rows(page)).to_have_count(2)
    Site.objects.filter(pk=orchard_rise.pk).update(archived_at=timezone.now())
    open_tray(page)
    expect(site_name(page)).to_have_text("Pick the site")
    assert sites_of_rows(page) == {"Orchard Rise"}
    claim_button(page).click()
    expect(outcome(page)).to_contain_text("Pick the site first.")
    expect(page.locator(".radio-card", has_text="Mill Court")).to_be_visible()
    pick(page, "Mill Court")
    expect(site_name(page)).to_have_text("Mill Court")


def test_the_site_filter_of_a_list_opened_offline_does_not_set_the_trays_site(
    tablet, line, ira, orchard_rise
):
    tablet.expected = ["ERR_", "htmx:"]
    page = tablet(ira, **through(line))
    open_tray(page)
    pick(page, "Mill Court")
    add(page, *hubs(1))
    expect(rows(page)).to_have_count(1)
    ready_for_offline(page)
    go_offline(page, line)
    page.goto(f"/claims/?state=&site={orchard_rise.pk}&q=&label={hubs(2)[1]}")
    expect(rows(page)).to_have_count(1)
    expect(site_name(page)).to_have_text("Mill Court")
    assert "label=" in page.url


def test_a_letters_site_is_offered_and_chosen_by_a_tap_alone(tablet, ira, mill_court, orchard_rise):
    page = tablet(ira)
    open_tray(page, f"?label={hubs(1)[0]}&offer={orchard_rise.pk}")
    question = page.locator("[data-still]")
    expect(question).to_contain_text("Is it at Orchard Rise?")
    expect(claim_button(page)).not_to_contain_text("Orchard Rise")
    open_tray(page)
    expect(question).not_to_contain_text("Is it at Orchard Rise?")
    open_tray(page, f"?offer={orchard_rise.pk}")
    question.get_by_role("button", name="Yes, at Orchard Rise").click()
    expect(site_name(page)).to_have_text("Orchard Rise")


def test_a_letters_site_does_not_stay_under_the_one_that_is_worked_at(
    tablet, ira, mill_court, orchard_rise
):
    page = tablet(ira)
    open_tray(page)
    pick(page, "Mill Court")
    open_tray(page, f"?offer={orchard_rise.pk}")
    expect(page.locator("[data-still]")).to_contain_text("Is it at Orchard Rise?")
    open_tray(page)
    expect(site_name(page)).to_have_text("Mill Court")
