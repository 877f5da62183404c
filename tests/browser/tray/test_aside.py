"""What could not be claimed leaves the tray, lies beside it, and comes back."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from portal.hubs.models import Hub
from portal.notices.models import Notice
from portal.sandbox import world
from tests.browser.geometry import boxes
from tests.browser.tray.steps import (
    CLAIMED,
    add,
    claim_all,
    hubs,
    open_tray,
    outcome,
    pick,
    read_off,
    row,
    tails,
    word,
)

pytestmark = pytest.mark.usefixtures("working", "mill_court")

ELSEWHERE, UNKNOWN = (world.MAGIC[name].id for name in ("claimed_elsewhere", "unknown"))
NO_CLIPBOARD = "Object.defineProperty(Navigator.prototype, 'clipboard', { value: undefined });"
MARKED = """(item) => { item.dataset.before = "1"; }"""


def aside(page: Page) -> Locator:
    """What lies beside the tray, below it."""
    return page.locator("[data-aside]")


def in_tray(page: Page) -> Locator:
    """The rows of the tray itself, newest first."""
    return page.locator("[data-rows] > [data-row]")


def items(page: Page) -> Locator:
    return page.locator(".tray-aside-item")


def item(page: Page, hub_id: str) -> Locator:
    return items(page).filter(has_text=hub_id)


def with_two_aside(page: Page) -> None:
    """Two hubs that cannot be claimed, put away and unfolded."""
    open_tray(page)
    pick(page, "Mill Court")
    add(page, ELSEWHERE, UNKNOWN)
    page.get_by_role("button", name="Put away 2 (2 cannot be claimed)").click()
    expect(in_tray(page)).to_have_count(0)
    aside(page).locator("summary").click()
    expect(items(page)).to_have_count(2)


def tap(page: Page, name: str, hub_id: str) -> None:
    page.get_by_role("button", name=f"{name} ({hub_id[-4:].upper()})").click()


def test_undo_brings_the_others_back_after_one_was_put_back(tablet, ira):
    page = tablet(ira)
    with_two_aside(page)
    expect(aside(page)).to_contain_text("2 hubs could not be claimed")
    tap(page, "Put back", UNKNOWN)
    expect(in_tray(page)).to_have_count(1)
    expect(aside(page)).to_contain_text("1 hub could not be claimed")

    page.get_by_role("button", name="Undo: put away 1").click()
    expect(in_tray(page)).to_have_count(2)
    expect(outcome(page)).to_contain_text("1 hub is back in the tray.")
    expect(aside(page)).to_be_hidden()


def test_what_is_put_back_at_another_site_is_for_that_site(tablet, ira, orchard_rise):
    page = tablet(ira)
    with_two_aside(page)
    pick(page, "Orchard Rise")
    tap(page, "Put back", UNKNOWN)
    stored = page.evaluate(
        """async () => {
          const { store } = await import("/static/js/tray/page-store.js");
          const { person } = document.querySelector("hub-tray").dataset;
          return (await store.rows(person)).map(({ hubId, siteName }) => [hubId, siteName]);
        }"""
    )
    assert sorted(stored) == sorted([[ELSEWHERE, "Mill Court"], [UNKNOWN, "Orchard Rise"]])
    expect(word(page, UNKNOWN)).to_have_text("Unknown hub")


def test_a_hub_that_is_free_again_says_so_and_is_claimed(tablet, sandbox, ira):
    (hub,) = hubs(1)
    sandbox.state.set_hub(hub, {"status": "Suspended"})
    page = tablet(ira)
    open_tray(page)
    pick(page, "Mill Court")
    add(page, hub, UNKNOWN)
    page.get_by_role("button", name="Put away 2 (2 cannot be claimed)").click()
    sandbox.state.set_hub(hub, {"status": "Provisioned"})
    Hub.objects.update(read_at=timezone.now() - timedelta(hours=1))
    free_now(page, hub)
    expect(aside(page)).to_contain_text("1 hub could not be claimed · 1 can be claimed now")
    aside(page).locator("summary").click()
    expect(item(page, hub)).to_contain_text("It can be claimed now.")
    expect(item(page, hub).get_by_role("button").first).to_have_text("Put back")

    tap(page, "Put back", hub)
    expect(word(page, hub)).to_have_text("Ready")
    claim_all(page, 1)
    expect(word(page, hub)).to_have_text(CLAIMED)


def free_now(page: Page, hub: str) -> None:
    """Put what the portal tells of a hub that was released into its row: it is read much later."""
    page.evaluate(
        """async (hub) => {
          const { store } = await import("/static/js/tray/page-store.js");
          const { person } = document.querySelector("hub-tray").dataset;
          const [row] = (await store.rows(person)).filter(({ hubId }) => hubId === hub);
          const news = { ...row.news, outcome: "ready", canClaim: true, title: "", text: "" };
          await store.change([row.id], (each) => ({ ...each, news }));
        }""",
        hub,
    )


def test_each_button_names_its_hub_and_keeps_the_focus_while_others_change(tablet, ira):
    page = tablet(ira)
    with_two_aside(page)
    for name in ("Put back", "Forget it"):
        for hub in (ELSEWHERE, UNKNOWN):
            button = page.get_by_role("button", name=f"{name} ({hub[-4:].upper()})")
            expect(button).to_be_visible()
    item(page, ELSEWHERE).evaluate(MARKED)
    put_back = item(page, ELSEWHERE).locator("[data-tap=take-back]")
    put_back.focus()
    page.evaluate(
        "(tap) => tap.click()", item(page, UNKNOWN).locator("[data-tap=forget]").element_handle()
    )
    expect(items(page)).to_have_count(1)
    expect(item(page, ELSEWHERE)).to_have_attribute("data-before", "1")
    expect(put_back).to_be_focused()


def test_administrators_are_told_of_one_that_lies_aside(tablet, ira, ada):
    page = tablet(ira)
    with_two_aside(page)
    tap(page, "Send to my administrator", UNKNOWN)
    expect(item(page, UNKNOWN).locator("[data-tap=tell]")).to_be_hidden()
    assert Notice.objects.filter(kind=Notice.Kind.HUB_REFUSED).exists()
    # Of what is somebody else's, support alone is asked.
    expect(item(page, ELSEWHERE).locator("[data-part=ask]")).to_be_visible()
    expect(item(page, ELSEWHERE).locator("[data-tap=tell]")).to_be_hidden()


def test_a_hub_that_is_refused_once_it_was_sent_leaves_without_a_question(tablet, sandbox, ira):
    one, other = hubs(2)
    page = tablet(ira)
    open_tray(page)
    pick(page, "Mill Court")
    add(page, one, other)
    for hub in (one, other):
        expect(word(page, hub)).to_have_text("Ready")
        sandbox.state.set_hub(hub, {"status": "Suspended"})
    claim_all(page, 2)
    for hub in (one, other):
        expect(word(page, hub)).to_have_text("Suspended")
    assert {each.get_attribute("data-stage") for each in in_tray(page).all()} == {"sent"}
    page.get_by_role("button", name=f"Remove hub {one[-4:].upper()}").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    assert read_off(page) == tails(other)
    page.get_by_role("button", name="Put away 1 (1 cannot be claimed)").click()
    expect(in_tray(page)).to_have_count(0)
    expect(aside(page)).to_contain_text("2 hubs could not be claimed")


def test_a_browser_without_a_clipboard_offers_no_copy(tablet, ira):
    page = tablet(ira)
    page.add_init_script(NO_CLIPBOARD)
    open_tray(page)
    pick(page, "Mill Court")
    add(page, UNKNOWN)
    expect(word(page, UNKNOWN)).to_have_text("Unknown hub")
    expect(row(page, UNKNOWN).locator("[data-tap=copy]")).to_be_hidden()
    page.get_by_role("button", name="Put away 1 (1 cannot be claimed)").click()
    aside(page).locator("summary").click()
    expect(item(page, UNKNOWN).locator("[data-tap=take-back]")).to_be_visible()
    expect(item(page, UNKNOWN).locator("[data-tap=copy]")).to_be_hidden()


def test_a_clipboard_that_refuses_is_told_of(tablet, ira):
    page = tablet(ira)
    page.add_init_script(
        "navigator.clipboard.writeText = async () => {"
        " throw new DOMException('', 'NotAllowedError'); };"
    )
    open_tray(page)
    pick(page, "Mill Court")
    add(page, UNKNOWN)
    tap(page, "Copy the id", UNKNOWN)
    expect(outcome(page)).to_contain_text("This browser did not copy it.")


PHONE = {"width": 390, "height": 844}


def is_above_the_dock(page: Page) -> None:
    """The newest row is in sight, above the button and the navigation at the bottom."""
    first = in_tray(page).first
    expect(first).to_be_in_viewport(ratio=1)
    main = page.get_by_role("navigation", name="Main")
    newest, *below = boxes(first, page.locator("#actions"), main)
    assert newest.bottom <= min(each.top for each in below)


def test_on_a_phone_the_first_row_is_above_the_dock(tablet, ira):
    page = tablet(ira, viewport=PHONE)
    open_tray(page)
    pick(page, "Mill Court")
    add(page, *hubs(3))
    expect(in_tray(page)).to_have_count(3)
    is_above_the_dock(page)


def test_on_a_phone_the_first_row_is_above_the_dock_beside_the_open_camera(tablet, camera, ira):
    camera(None)
    page = tablet(ira, viewport=PHONE, permissions=["camera"])
    open_tray(page)
    pick(page, "Mill Court")
    expect(page.locator("label-camera")).to_have_attribute("data-state", re.compile("aim|several"))
    add(page, *hubs(3))
    expect(in_tray(page)).to_have_count(3)
    is_above_the_dock(page)
