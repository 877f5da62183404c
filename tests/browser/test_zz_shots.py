"""Screenshots of claim page, shell, tray."""
import pytest
from playwright.sync_api import expect
from tests.browser.offline import go_offline, ready_for_offline, through
from tests.browser.tray.steps import add, hubs, open_tray, rows, keep_news_away
from tests.browser.tray.seeded import seed
from portal.orgs.models import Membership
pytestmark = pytest.mark.usefixtures("sandbox", "mill_court")
OUT="/tmp/js-scratch/"
@pytest.mark.parametrize("size",[(390,844),(820,1180)])
def test_shots(tablet, line, releases, ira, mill_court, camera, size):
    tablet.expected=["ERR_","htmx:","404","status of"]
    releases.deploy()
    page = tablet(ira, viewport={"width":size[0],"height":size[1]}, permissions=[], **through(line))
    name=f"{size[0]}"
    open_tray(page, f"?site={mill_court.pk}")
    page.screenshot(path=f"{OUT}claim-{name}.png")
    keep_news_away(page)
    add(page, *hubs(3), "SN 00417")
    expect(rows(page)).to_have_count(3)
    page.screenshot(path=f"{OUT}tray-{name}.png", full_page=True)
    ready_for_offline(page)
    go_offline(page, line)
    page.goto("/sites/")
    expect(page.get_by_text("Other pages come back")).to_be_visible()
    expect(rows(page)).to_have_count(3)
    page.screenshot(path=f"{OUT}shell-{name}.png", full_page=True)
    page.unroute_all()
