"""A hub that hangs here and is bound elsewhere: from its refused row to the new building."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from portal.sandbox import world
from tests.browser.steps import ready, type_id
from tests.hubs.photos.pictures import photo
from tests.moves.conftest import HELD, bind
from tests.people_with_factor import has_used_factor

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("hurried")]

DESK = {"viewport": {"width": 1440, "height": 900}, "has_touch": False, "is_mobile": False}
WHY = "The building changed hands in May"


def test_a_hub_is_asked_for_given_up_and_moved(
    tablet, working, sandbox, ira, hal, sam, mill_court, lighthouse, as_person
):
    bind(sandbox, HELD, world.HARBOUR_ORG_ID)
    hers = tablet(ira)
    the_installer_asks_from_the_refused_row(hers)

    agents = tablet(client=has_used_factor(as_person(sam), sam), **DESK)
    the_agent_looks_it_up_and_asks_the_holder(agents)
    expect(hers.get_by_role("heading", name="Support asks whoever holds it")).to_be_visible()

    holders = tablet(hal)
    the_holder_agrees_from_their_home(holders)
    the_agent_approves(agents)

    # Each page tells it by itself.
    expect(hers.get_by_role("heading", name="Moved to Mill Court")).to_be_visible(timeout=30_000)
    gone = holders.get_by_role("heading", name="It was moved to another organisation")
    expect(gone).to_be_visible(timeout=30_000)
    expect(agents.get_by_role("heading", name="Moved to Mill Court")).to_be_visible(timeout=30_000)
    assert sandbox.state.hubs[HELD].org_id == world.ACME_ORG_ID
    type_id(hers, HELD)
    hers.get_by_label("Hub id", exact=True).press("Enter")
    expect(hers.locator("[data-row] [data-part=title]")).to_contain_text("Already claimed here")


def the_installer_asks_from_the_refused_row(page: Page) -> None:
    type_id(page, HELD)
    ready(page)
    page.get_by_label("Hub id", exact=True).press("Enter")
    page.get_by_role("link", name="Ask support for it").click()
    page.get_by_label("Why is it yours?").fill(WHY)
    page.get_by_label("Photo of the label").set_input_files(
        {"name": "label.jpg", "mimeType": "image/jpeg", "buffer": photo()}
    )
    look(page, "ask")
    page.get_by_role("button", name="Ask support").click()
    expect(page.get_by_text("Support is asked.", exact=False).first).to_be_visible()
    look(page, "asked")


def the_agent_looks_it_up_and_asks_the_holder(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="Mill Court").click()
    page.get_by_role("button", name="Look it up").click()
    ask = page.get_by_role("button", name="Ask the holder")
    expect(ask).to_be_visible(timeout=30_000)
    look(page, "support")
    ask.click()
    expect(page.get_by_role("heading", name="Waiting for the holder’s answer")).to_be_visible()


def the_holder_agrees_from_their_home(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="Answer").click()
    expect(page.get_by_role("heading", name="Somebody says")).to_be_visible()
    look(page, "held")
    page.get_by_role("button", name="Yes, move it away").click()
    expect(page.get_by_text("Support decides now")).to_be_visible()


def the_agent_approves(page: Page) -> None:
    page.reload()
    page.get_by_role("link", name="Approve").click()
    page.get_by_label("Reason").fill("The holder agreed by the portal")
    page.get_by_label("I know that keys").check()
    look(page, "approve")
    page.get_by_role("button", name="Move hub").click()


def look(page: Page, name: str) -> None:
    folder = os.environ.get("LOOK")
    if not folder:
        return
    for width, height in ((390, 844), (820, 1180), (1180, 820), (1440, 900)):
        page.set_viewport_size({"width": width, "height": height})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.screenshot(path=Path(folder) / f"{name}-{width}-{scheme}.png", full_page=True)
