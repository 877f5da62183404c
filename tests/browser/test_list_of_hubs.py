"""The list of hubs on a desk: its filters have room for what they say."""

import pytest
from playwright.sync_api import expect

from tests.hubs.own_hubs import make_own_hub

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
