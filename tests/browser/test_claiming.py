"""The main job: from signing in to a hub that is claimed and online."""

import pytest
from playwright.sync_api import Page, expect

from portal.claims.models import Claim
from tests.browser import labels
from tests.browser.steps import LISTEN, present, ready, send, shown, sign_in
from tests.conftest import HELD

pytestmark = pytest.mark.usefixtures("mill_court", "orchard_rise", "working", "hurried")


def comes_online(page: Page) -> None:
    """Wait for the hub to be online, and see that the page got there without a reload."""
    page.evaluate("() => { window.stayed = true }")
    expect(present(page)).to_contain_text("Online")
    expect(present(page)).to_contain_text("Firmware 1.4.2")
    assert page.evaluate("() => window.stayed")


def photo_of(hub_id: object) -> dict[str, object]:
    picture = labels.qr_png(str(hub_id))
    return {"name": "label.png", "mimeType": "image/png", "buffer": picture}


def test_a_person_signs_in_picks_a_site_types_the_id_and_sees_the_hub_come_online(
    tablet, sandbox, let_go, ira, orchard_rise, hub_id
):
    sandbox.faults.add({"path_contains": "ClaimHub"}, action={"latency": HELD}, times=1)
    page = tablet()
    page.add_init_script(LISTEN)
    page.goto("/claims/new/")
    sign_in(page, ira)
    ready(page)
    page.get_by_text("Orchard Rise").click()
    page.get_by_label("Hub id", exact=True).fill(f" {hub_id} ".upper())
    send(page)
    expect(present(page)).to_contain_text("Claiming the hub")
    let_go()
    comes_online(page)
    expect(page.get_by_text("Acme Properties · Orchard Rise")).to_be_visible()
    claim = Claim.objects.get()
    assert (claim.state, claim.site, claim.hub.hub_id) == ("claimed", orchard_rise, hub_id)

    told = ". ".join(page.evaluate("() => window.announced")).split(". ")
    assert told[-1] == "Online"
    assert len(told) == len(set(told))


@pytest.mark.slow
def test_a_label_in_front_of_the_camera_is_claimed_with_one_more_tap(tablet, camera, ira, hub_id):
    camera(f"https://spkey.example/h/{hub_id}")
    page = tablet(ira)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/claims/new/")
    ready(page)
    page.wait_for_load_state("networkidle")
    assert not [url for url in asked if "zxing" in url]

    page.get_by_text("Mill Court").click()
    page.get_by_role("button", name="Open the camera").click()
    expect(page.get_by_role("button", name="Claim 1 at")).to_be_visible()
    assert [url for url in asked if url.endswith(".wasm")]
    assert not Claim.objects.exists()
    send(page)
    comes_online(page)
    assert shown(page).hub.hub_id == hub_id


@pytest.mark.slow
def test_without_scripts_a_hub_is_claimed_with_forms_and_page_loads(tablet, sandbox, ira, hub_id):
    # The hub is plugged in already, so that one look after the claim tells everything.
    sandbox.state.set_hub(str(hub_id), {"online": True})
    page = tablet(java_script_enabled=False)
    page.goto("/claims/new/")
    sign_in(page, ira)
    expect(page.get_by_role("button", name="Open the camera")).to_be_hidden()
    page.get_by_text("Orchard Rise").click()
    page.get_by_text("Use a photo instead").click()
    page.get_by_label("Photo of the label").set_input_files(photo_of(hub_id))
    page.get_by_role("button", name="Read the photo").click()
    expect(page.get_by_text("A hub label was read.")).to_be_visible()
    expect(page.locator("#id_label")).to_have_value(str(hub_id))
    expect(page.get_by_label("Orchard Rise")).to_be_checked()
    page.get_by_role("button", name="Claim this hub").click()
    page.wait_for_url("**/claims/*-*/")
    expect(present(page)).to_contain_text("Online")
    assert shown(page).site.name == "Orchard Rise"
