"""Looks at the tray of a job; removed before it is committed."""
import pytest
from datetime import timedelta
from django.utils import timezone
from playwright.sync_api import expect
from portal.hubs.models import Hub
from portal.jobs.models import ExpectedHub
from portal.sandbox import world
from tests.browser.tray.steps import add, hubs, open_tray, claim_all, word, row, CLAIMED
from tests.jobs.test_rights import make_job
pytestmark = pytest.mark.usefixtures("mill_court", "hurried")
SIZES = {"t": (820, 1180), "l": (1180, 820), "p": (390, 844), "d": (1440, 900)}

def shoot(page, name):
    for key, (w, h) in SIZES.items():
        page.set_viewport_size({"width": w, "height": h})
        page.wait_for_timeout(150)
        page.screenshot(path=f"/tmp/h/shots_tray12/{name}-{key}.png")

@pytest.mark.parametrize("look", ["light", "dark", "outdoor"])
def test_look(tablet, sandbox, working, ira, mill_court, orchard_rise, look):
    tablet.expected = [""]
    job = make_job(mill_court, ira.memberships.get(), number=4711, expected_count=4, note="Key at the porter's.")
    for n, place in enumerate(["Flat 12, riser", "Flat 14", "Roof", "Cellar, left"]):
        ExpectedHub.objects.create(job=job, position=n, place=place, hub_id=world.hub_id(0) if n == 0 else None)
    page = tablet(ira, color_scheme="dark" if look == "dark" else "light")
    if look == "outdoor":
        page.add_init_script("document.documentElement.dataset.outdoor = ''")
        page.goto("/"); page.evaluate("localStorage.setItem('outdoor','on')")
    wanted = hubs(4)
    open_tray(page)
    add(page, wanted[3])
    page.wait_for_timeout(500)
    shoot(page, f"{look}-1still")
    open_tray(page, f"?job={job.pk}")
    add(page, *wanted[:3], world.MAGIC["unknown"].id)
    page.wait_for_timeout(1500)
    page.set_viewport_size({"width": 820, "height": 1180})
    shoot(page, f"{look}-2tray")
    page.set_viewport_size({"width": 820, "height": 1180})
    row(page, wanted[1]).locator("[data-part=place]").click()
    page.wait_for_timeout(300)
    shoot(page, f"{look}-3place")
    page.locator("[data-place-list] button", has_text="Roof").click()
    for hub in wanted[:2]:
        sandbox.state.set_hub(hub, {"online": False})
    claim_all(page, 4)
    page.wait_for_timeout(4000)
    shoot(page, f"{look}-4claiming")
    for hub in wanted[:2]:
        sandbox.state.set_hub(hub, {"online": True})
    for hub in wanted[:2]:
        row(page, hub).get_by_role("button", name="Try now").click()
    for hub in wanted:
        expect(word(page, hub)).to_have_text("Online")
    page.wait_for_timeout(1500)
    shoot(page, f"{look}-5done")
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 794, "height": 1123})
    page.screenshot(path=f"/tmp/h/shots_tray12/{look}-6print.png")
    page.emulate_media(media="screen")
