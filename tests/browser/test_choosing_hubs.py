"""Hubs are chosen in their list: a range, a page, all that match, none; by pointer and keys."""

from uuid import UUID

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from portal.hubs.models import DECOMMISSIONED, SUSPENDED, Hub
from portal.orgs.models import User
from tests.browser.checks import accessibility
from tests.browser.geometry import boxes
from tests.hubs.own_hubs import make_own_hub

PHONE = {"viewport": {"width": 390, "height": 844}}
DESK = {"viewport": {"width": 1440, "height": 900}, "has_touch": False, "is_mobile": False}
HUBS = 30
BY_PLACE = "/hubs/?order=place"


@pytest.fixture(autouse=True)
def hubs(mill_court, orchard_rise):
    """A page of 25 hubs and five more: by place, the last two of them at Orchard Rise."""
    for number in range(HUBS):
        site = mill_court if number < 28 else orchard_rise
        make_own_hub(site, hub_id=UUID(int=(number + 1) << 64), place=f"Flat {number:02}")


@pytest.fixture
def desk(tablet, ada) -> Page:
    page = tablet(ada, **DESK)
    page.goto(BY_PLACE)
    return page


def box(page: Page, number: int) -> Locator:
    return page.get_by_role("row").filter(has_text=f"Flat {number:02}").get_by_role("checkbox")


def chosen(page: Page) -> list[int]:
    places = page.locator("tbody tr:has(:checked) .inventory-place").all_inner_texts()
    return [int(place.removeprefix("Flat ")) for place in places]


def bar(page: Page) -> Locator:
    return page.get_by_role("group", name="With the chosen hubs")


def said(page: Page) -> Locator:
    return page.locator("#announcer")


def head_box(page: Page) -> Locator:
    return page.get_by_role("checkbox", name="Choose all on this page")


def test_shift_and_a_click_choose_a_range_and_let_go_of_one(desk):
    box(desk, 2).click()
    box(desk, 5).click(modifiers=["Shift"])
    assert chosen(desk) == [2, 3, 4, 5]
    expect(said(desk)).to_have_text("4 chosen")
    # Upwards, and beside the box: the whole of its label is it.
    box(desk, 9).click()
    label = desk.locator("tbody tr").nth(7).locator(".choose label")
    label.click(modifiers=["Shift"], position={"x": 1, "y": 1})
    assert chosen(desk) == [2, 3, 4, 5, 7, 8, 9]
    assert desk.evaluate("() => getSelection().toString()") == ""
    box(desk, 4).click(modifiers=["Shift"])
    assert chosen(desk) == [2, 3, 8, 9]
    expect(said(desk)).to_have_text("4 chosen")


def test_shift_and_space_choose_a_range(desk):
    box(desk, 1).focus()
    desk.keyboard.press("Space")
    box(desk, 3).focus()
    desk.keyboard.press("Shift+Space")
    assert chosen(desk) == [1, 2, 3]
    box(desk, 0).focus()
    desk.keyboard.press("Shift+Space")
    assert chosen(desk) == [0, 1, 2, 3]


def test_the_heads_box_is_half_full_full_and_empty(desk):
    box(desk, 0).check()
    assert head_box(desk).evaluate("box => box.indeterminate")
    head_box(desk).check()
    assert len(chosen(desk)) == 25
    assert not head_box(desk).evaluate("box => box.indeterminate")
    head_box(desk).uncheck()
    assert chosen(desk) == []
    expect(bar(desk)).to_be_hidden()
    expect(said(desk)).to_have_text("Nothing is chosen any more.")


def test_all_that_match_are_offered_once_a_page_is_chosen_and_moved_as_one(desk):
    every = bar(desk).get_by_label("All 30 hubs")
    box(desk, 0).check()
    expect(bar(desk)).to_contain_text("1 chosen")
    expect(every).to_be_hidden()
    head_box(desk).check()
    expect(bar(desk)).to_contain_text("25 chosen")
    every.check()
    expect(bar(desk)).to_contain_text("30 chosen")
    expect(said(desk)).to_have_text("30 chosen")
    assert accessibility(desk) == []
    # One of them less is not all of them any more.
    box(desk, 3).uncheck()
    expect(bar(desk)).to_contain_text("24 chosen")
    expect(every).to_be_hidden()

    head_box(desk).check()
    expect(every).not_to_be_checked()
    every.check()
    desk.get_by_role("link", name="Next").click()
    expect(bar(desk)).to_contain_text("30 chosen")
    assert chosen(desk) == [25, 26, 27, 28, 29]
    bar(desk).get_by_role("button", name="Move").click()
    expect(desk.get_by_role("heading", name="Move 30 hubs to another site?")).to_be_visible()


@pytest.mark.parametrize("language", ["en", "el"])
def test_on_a_phone_all_that_can_be_done_is_in_sight(tablet, ada, language):
    User.objects.update(language=language)
    phone = tablet(ada, **PHONE)
    phone.goto(BY_PLACE)
    box(phone, 1).check()
    what_is_done = phone.locator(".bulk-bar")
    rest = phone.locator(".bulk-actions")
    expect(what_is_done).to_be_visible()
    before = boxes(rest)
    assert what_is_done.evaluate("bar => bar.scrollWidth <= bar.clientWidth")
    for button in what_is_done.get_by_role("button").all():
        expect(button).to_be_in_viewport(ratio=1)
    # All that match are offered where all of the page were, and no button comes under the finger.
    phone.locator("[data-choose-page]").click()
    expect(phone.locator("[data-choose-page]")).to_be_hidden()
    expect(phone.locator("[name=every]")).to_be_focused()
    assert boxes(rest) == before
    assert what_is_done.evaluate("bar => bar.scrollWidth <= bar.clientWidth")


def test_what_is_chosen_stays_so_on_other_pages_and_in_another_order(desk):
    box(desk, 1).check()
    box(desk, 2).check()
    desk.get_by_role("link", name="Next").click()
    expect(bar(desk)).to_contain_text("2 chosen (2 on other pages)")
    box(desk, 26).check()
    expect(said(desk)).to_have_text("3 chosen (2 on other pages)")
    desk.get_by_role("link", name="Place", exact=True).click()
    expect(bar(desk)).to_contain_text("3 chosen (2 on other pages)")
    assert chosen(desk) == [26]
    desk.get_by_role("link", name="50", exact=True).click()
    expect(bar(desk)).to_contain_text("3 chosen")
    expect(bar(desk)).not_to_contain_text("other pages")
    assert chosen(desk) == [26, 2, 1]
    desk.goto(BY_PLACE)
    bar(desk).get_by_role("button", name="Move").click()
    expect(desk.get_by_role("heading", name="Move 3 hubs to another site?")).to_be_visible()
    # Who thinks better of it finds the list as it was; a plan uses the choice up.
    desk.get_by_role("link", name="Cancel").click()
    expect(bar(desk)).to_contain_text("3 chosen")
    bar(desk).get_by_role("button", name="Move").click()
    desk.get_by_label("New site").select_option(label="Orchard Rise")
    desk.get_by_role("button", name="Check the move").click()
    desk.wait_for_url("**/import/*/")
    desk.goto(BY_PLACE)
    expect(head_box(desk)).to_be_visible()
    expect(bar(desk)).to_be_hidden()


# The browser shows the page as it was left: these tests run without its cache of pages.
SHOWN_AGAIN = "() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))"


def use_up(page: Page) -> None:
    bar(page).get_by_role("button", name="Move").click()
    page.get_by_label("New site").select_option(label="Orchard Rise")
    page.get_by_role("button", name="Check the move").click()
    page.wait_for_url("**/import/*/")


def is_let_go(page: Page) -> None:
    expect(bar(page)).to_be_hidden()
    expect(page.locator("tbody :checked")).to_have_count(0)
    assert page.locator("form [name=hub][type=hidden]").input_value() == ""


def test_what_a_plan_has_used_up_does_not_come_back_with_the_back_button(desk):
    box(desk, 1).check()
    box(desk, 2).check()
    use_up(desk)
    # Over the page between, of which Chromium asks whether to send its form anew.
    desk.evaluate("() => history.go(-2)")
    expect(head_box(desk)).to_be_visible()
    is_let_go(desk)


@pytest.mark.parametrize("what", ["some", "all", "elsewhere"])
def test_nor_where_the_browser_has_kept_the_whole_page(desk, what):
    if what == "elsewhere":
        box(desk, 1).check()
        desk.get_by_role("link", name="Next").click()
        expect(bar(desk)).to_contain_text("1 on other pages")
    elif what == "all":
        head_box(desk).check()
        bar(desk).get_by_label("All 30 hubs").check()
    else:
        box(desk, 1).check()
    # It is used up on the page after this one.
    desk.evaluate("() => sessionStorage.clear()")
    desk.evaluate(SHOWN_AGAIN)
    is_let_go(desk)


def test_nor_where_another_list_has_one_by_now(desk):
    box(desk, 1).check()
    desk.evaluate(
        """() => {
          const other = JSON.parse(sessionStorage.getItem("chosen-rows"));
          sessionStorage.setItem(
            "chosen-rows", JSON.stringify({ ...other, list: `${other.list}q=Flat` }));
        }"""
    )
    desk.evaluate(SHOWN_AGAIN)
    is_let_go(desk)
    expect(desk.get_by_text("nothing is chosen any more")).to_be_visible()


def test_what_is_chosen_is_still_so_where_the_browser_shows_the_page_again(desk):
    box(desk, 1).check()
    desk.evaluate(SHOWN_AGAIN)
    assert chosen(desk) == [1]
    # Where nothing can be kept, the page itself is all there is.
    desk.evaluate(
        """() => {
          Storage.prototype.getItem = () => {
            throw new DOMException("no storage");
          };
        }"""
    )
    desk.evaluate(SHOWN_AGAIN)
    assert chosen(desk) == [1]
    expect(bar(desk)).to_contain_text("1 chosen")


@pytest.mark.parametrize(("language", "number"), [("en", "1,236"), ("el", "1.236")])
def test_a_large_number_is_written_as_the_page_writes_numbers(desk, language, number):
    box(desk, 1).check()
    desk.evaluate(
        """() => {
          const choice = JSON.parse(sessionStorage.getItem("chosen-rows"));
          for (let n = 0; n < 1235; n += 1) choice.ids.push(`elsewhere-${n}`);
          sessionStorage.setItem("chosen-rows", JSON.stringify(choice));
        }"""
    )
    desk.evaluate("(language) => { document.documentElement.lang = language }", language)
    desk.evaluate(SHOWN_AGAIN)
    elsewhere = number.replace("6", "5")
    expect(bar(desk)).to_contain_text(f"{number} chosen ({elsewhere} on other pages)")


@pytest.mark.parametrize("query", ["q=Flat", "state=online&order=place", "firmware="])
def test_other_filters_let_go_of_it_and_say_so(desk, query):
    head_box(desk).check()
    bar(desk).get_by_label("All 30 hubs").check()
    desk.goto(f"/hubs/?{query}")
    if query == "firmware=":  # It asks for nothing.
        expect(bar(desk)).to_contain_text("30 chosen")
        return
    expect(desk.get_by_text("nothing is chosen any more")).to_be_visible()
    expect(bar(desk)).to_be_hidden()
    assert chosen(desk) == []


def test_escape_and_clear_let_go_and_the_focus_stays_near(desk):
    box(desk, 1).check()
    box(desk, 4).check()
    desk.keyboard.press("Escape")
    expect(bar(desk)).to_be_hidden()
    expect(box(desk, 4)).to_be_focused()
    # What is open takes Escape first, and a field that somebody types in keeps it.
    box(desk, 4).check()
    desk.keyboard.press("?")
    expect(desk.get_by_role("dialog")).to_be_visible()
    desk.keyboard.press("Escape")
    expect(desk.get_by_role("dialog")).to_be_hidden()
    desk.get_by_label("Find").press("Escape")
    assert chosen(desk) == [4]
    bar(desk).get_by_role("button", name="Clear").focus()
    desk.keyboard.press("Enter")
    expect(bar(desk)).to_be_hidden()
    expect(box(desk, 4)).to_be_focused()


def test_keys_move_choose_and_open_while_the_focus_is_in_the_table(desk):
    desk.keyboard.press("x")
    desk.keyboard.press("j")
    assert chosen(desk) == []
    desk.locator("tbody .row-link").first.focus()
    for key in ("x", "j", "j", "k", "j", "Shift+X"):
        desk.keyboard.press(key)
    assert chosen(desk) == [0, 1, 2]
    expect(desk.locator("tbody .row-link").nth(2)).to_be_focused()
    # As a Greek keyboard has them.
    desk.evaluate(
        """() => document.activeElement.dispatchEvent(
          new KeyboardEvent("keydown", { key: "ξ", code: "KeyJ", bubbles: true }))"""
    )
    expect(desk.locator("tbody .row-link").nth(3)).to_be_focused()
    desk.get_by_label("Find").press("x")
    assert chosen(desk) == [0, 1, 2]
    box(desk, 2).focus()
    desk.keyboard.press("j")
    expect(box(desk, 3)).to_be_focused()
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("heading", name="Flat 03")).to_be_visible()


def test_the_keys_are_listed_and_those_of_every_page_can_be_switched_off(desk):
    desk.get_by_role("button", name="Keyboard shortcuts").locator("visible=true").click()
    keys = desk.get_by_role("dialog")
    expect(keys).to_contain_text("Next hub")
    assert accessibility(desk) == []
    keys.get_by_role("checkbox").uncheck()
    desk.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    desk.goto("/sites/")
    for key in ("/", "?"):
        desk.keyboard.press(key)
    expect(desk.locator("dialog:modal")).to_have_count(0)
    desk.goto(BY_PLACE)
    desk.get_by_role("button", name="Keyboard shortcuts").locator("visible=true").click()
    keys.get_by_role("checkbox").check()
    desk.keyboard.press("Escape")
    box(desk, 0).focus()
    desk.keyboard.press("/")
    expect(desk.locator("#finder")).to_be_visible()


def test_a_row_has_a_menu_of_its_own_which_takes_escape_before_the_choice(desk):
    box(desk, 2).check()
    menu = desk.locator("#row-menu")
    for number in (4, 7):
        row = desk.get_by_role("row").filter(has_text=f"Flat {number:02}")
        row.hover()
        row.get_by_role("button", name="What to do with hub").click()
        expect(menu.get_by_role("link", name="Move")).to_be_visible()
        assert accessibility(desk) == []
        desk.keyboard.press("Escape")
        expect(menu).to_be_hidden()
        assert chosen(desk) == [2]
    row.get_by_role("button", name="What to do with hub").press("Enter")
    menu.get_by_role("link", name="Suspend").click()
    expect(desk.get_by_role("heading", name="Suspend hub")).to_be_visible()
    expect(desk.get_by_role("main")).to_contain_text("Flat 07")


def test_of_a_hub_out_of_use_and_to_who_only_looks_no_menu_is_offered(tablet, desk, ada, acme):
    Hub.objects.filter(place="Flat 01").update(status=SUSPENDED)
    Hub.objects.filter(place="Flat 02").update(status=DECOMMISSIONED)
    Hub.objects.filter(place="Flat 03").update(replaced_at=timezone.now())
    desk.reload()
    offers = desk.get_by_role("button", name="What to do with hub")
    expect(offers).to_have_count(22)
    # The page from before may ask for the tray once more.
    tablet.expected = ["403 (Forbidden)"]
    ada.memberships.update(role="viewer")
    desk.reload()
    expect(box(desk, 0)).to_be_visible()
    expect(offers).to_have_count(0)


def test_without_scripts_it_is_a_plain_form(tablet, ada):
    page = tablet(ada, **DESK, java_script_enabled=False)
    page.goto(BY_PLACE)
    box(page, 0).check()
    box(page, 1).check()
    bar(page).get_by_role("button", name="Move").click()
    expect(page.get_by_role("heading", name="Move 2 hubs to another site?")).to_be_visible()
    page.goto("/hubs/?q=Orchard&order=place&rows=25")
    expect(bar(page).get_by_role("checkbox")).to_have_count(0)
    page.goto(f"{BY_PLACE}&state=online")
    box(page, 0).check()
    bar(page).get_by_label("All 30 that match").check()
    bar(page).get_by_role("button", name="Move").click()
    expect(page.get_by_role("heading", name="Move 30 hubs to another site?")).to_be_visible()
