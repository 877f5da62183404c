"""The list of hubs on a desk: its filters have room for what they say."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from portal.hubs.models import Hub
from tests.browser.geometry import boxes
from tests.hubs.own_hubs import make_own_hub

A_DAY = timedelta(days=1)
DESK = {"viewport": {"width": 1440, "height": 900}, "has_touch": False, "is_mobile": False}
ROOM = """() => {
  const field = document.querySelector("#id_q");
  const style = getComputedStyle(field);
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  const padding = parseFloat(style.paddingLeft) + parseFloat(style.paddingRight);
  return field.clientWidth - padding - pen.measureText(field.placeholder).width;
}"""


@pytest.mark.parametrize("locale", ["en-GB", "el-GR"])
@pytest.mark.parametrize("query", ["", "state=online", "site={site}&state=online&firmware=1.4.2"])
def test_what_is_looked_in_can_be_read_whatever_is_chosen(tablet, ada, mill_court, query, locale):
    make_own_hub(mill_court, firmware="1.4.2")
    page = tablet(ada, **DESK, locale=locale)
    page.goto(f"/hubs/?{query.format(site=mill_court.pk)}")
    expect(page.locator("#id_q")).to_be_visible()
    assert page.evaluate(ROOM) >= 0


BEYOND = """() => {
  const wrap = document.querySelector(".table-wrap");
  return wrap.firstElementChild.offsetWidth - wrap.clientWidth;
}"""
HIGHEST = "() => Math.max(...[...document.querySelectorAll('tbody tr')].map(r => r.offsetHeight))"


@pytest.mark.parametrize("locale", ["en-GB", "el-GR"])
@pytest.mark.parametrize("query", ["", "ids=whole"])
def test_the_table_keeps_to_its_width_and_breaks_no_word(
    tablet, ada, mill_court, orchard_rise, query, locale
):
    known = {"serial": "SK-5C74-AB0F", "model": "SK-Hub One PoE", "firmware": "1.4.2"}
    claimed = {"claimed_by_name": "Ira Installer", "claimed_at": timezone.now() - 3 * A_DAY}
    for site, is_online in ((mill_court, True), (orchard_rise, False)):
        hub = make_own_hub(site, place="Flat 12, riser", online=is_online, **known, **claimed)
        Hub.objects.filter(pk=hub.pk).update(health_since=timezone.now() - 2 * A_DAY)
    page = tablet(ada, **DESK, locale=locale)
    page.goto(f"/hubs/?{query}")
    beyond = {}
    for width in range(1024, 1640, 44):
        page.set_viewport_size({"width": width, "height": 900})
        beyond[width] = (page.evaluate(BEYOND), page.evaluate(HIGHEST))
    assert {at: found for at, found in beyond.items() if found[0] > 1 or found[1] > 100} == {}


@pytest.mark.parametrize("width", [820, 1180])
@pytest.mark.parametrize("locale", ["en-GB", "el-GR"])
@pytest.mark.parametrize("query", ["", "state=offline", "site={site}&state=offline"])
def test_on_a_tablet_the_filters_button_stands_beside_something(
    tablet, ada, mill_court, query, locale, width
):
    make_own_hub(mill_court, online=False)
    page = tablet(ada, viewport={"width": width, "height": 820}, locale=locale)
    page.goto(f"/hubs/?{query.format(site=mill_court.pk)}")
    more, button = boxes(
        page.locator(".inventory-more > summary"), page.locator(".filters > button.button")
    )
    assert button.left > more.right
    assert more.top < (button.top + button.bottom) / 2 < more.bottom
    assert page.evaluate(ROOM) >= 0


@pytest.mark.parametrize("locale", ["en-GB", "el-GR"])
def test_on_a_desk_the_records_filters_have_one_line(tablet, ada, acme, locale):
    page = tablet(ada, **DESK, locale=locale)
    page.goto("/record/")
    search, button = boxes(page.locator("#id_q"), page.locator(".filters > button.button"))
    assert button.left > search.right
    assert page.evaluate(ROOM) >= 0
