"""Who works in two organisations is told of what stands in the tray of the other one."""

import pytest
from playwright.sync_api import expect

from tests.browser.tray.steps import add, hubs, open_tray, rows
from tests.conftest import join

pytestmark = pytest.mark.usefixtures("sandbox", "mill_court", "lighthouse")


def test_a_tray_left_behind_in_another_organisation_is_told_of_and_led_to(tablet, ira, harbour):
    join(ira, harbour)
    page = tablet(ira)
    open_tray(page)
    add(page, *hubs(2))
    expect(rows(page)).to_have_count(2)
    left = page.locator("[data-kept-elsewhere]")
    expect(left).to_be_hidden()

    page.get_by_role("button", name="Acme Properties").click()
    page.get_by_role("button", name="Harbour Living").click()
    expect(left).to_contain_text("2 hubs are in your tray of Acme Properties, not claimed yet")
    open_tray(page)
    expect(rows(page)).to_have_count(0)
    left.get_by_role("button", name="Work in Acme Properties").click()
    expect(rows(page)).to_have_count(2)
    expect(left).to_be_hidden()
