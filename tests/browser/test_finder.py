"""The search from everywhere, by keyboard alone and by thumb."""

import pytest
from playwright.sync_api import Page, Route, expect

from portal.sites.models import Site
from tests.browser.checks import accessibility, targets

pytestmark = pytest.mark.usefixtures("sandbox", "mill_court")

DESK = {"viewport": {"width": 1440, "height": 900}, "has_touch": False, "is_mobile": False}


def shown(page: Page):
    return page.locator("#finder")


@pytest.mark.slow
def test_a_slash_searches_arrows_choose_enter_goes_there_and_escape_closes(tablet, ada, acme):
    harbour = Site.objects.create(organisation=acme, name="Mill Harbour", spkey_site_id="harbour")
    page = tablet(ada, **DESK)
    page.goto("/claims/")
    page.keyboard.press("/")
    page.keyboard.type("mill")
    links = shown(page).get_by_role("link")
    expect(links).to_have_count(2)
    assert accessibility(page) == []
    page.keyboard.press("Escape")
    expect(shown(page)).to_be_hidden()

    page.keyboard.press("/")
    expect(links).to_have_count(2)
    page.wait_for_load_state("networkidle")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/sites/{harbour.pk}/")


KEY = "9d1c44fe0a7b4e6f8a53c2b7d0e61f38"
LABELS = {
    f"Hub 3f2a9c1e-7b54-4d0e-9a61-0c3d77f01a2b Install key {KEY}": "3f2a9c1e",
    f"Token: {KEY}": "",
    f"WPA password={KEY} Mill Court": "",
}


@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize("where", ["/hubs/?q=before", "/claims/", "/sites/", "everywhere"])
@pytest.mark.slow
def test_a_label_that_is_scanned_into_a_search_puts_no_key_into_an_address(
    tablet, ada, acme, where, label
):
    for number in range(30):
        Site.objects.create(organisation=acme, name=f"{number}", spkey_site_id=f"s{number}")
    page = tablet(ada, **DESK)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(f"{request.url} {request.post_data}"))
    page.goto("/" if where == "everywhere" else where)
    if where == "everywhere":
        page.keyboard.press("/")
    find = page.get_by_role("searchbox").locator("visible=true").first
    find.fill(label)
    find.press("Enter")
    page.wait_for_url(lambda url: "q=" in url and "before" not in url)
    assert LABELS[label] in page.url
    assert not [address for address in asked if KEY in address]


WITHOUT_READER = {"that is refused": lambda route: route.abort(), "that hangs": lambda _: None}
WHOLE = "3f2a9c1e-7b54-4d0e-9a61-0c3d77f01a2b"


@pytest.mark.parametrize("how", WITHOUT_READER)
@pytest.mark.parametrize("where", ["/claims/", "everywhere"])
def test_an_id_is_searched_for_without_the_reader_and_no_key_gets_into_an_address(
    tablet, ada, where, how
):
    tablet.expected = ["net::ERR_"]
    page = tablet(ada, **DESK)
    page.route("**/scanner/hub-id*", WITHOUT_READER[how])
    for typed in (WHOLE, WHOLE.replace("-", ""), f"Key: {KEY}"):
        page.goto("/claims/")
        if where == "everywhere":
            page.keyboard.press("/")
        find = page.get_by_role("searchbox").locator("visible=true").first
        find.fill(typed)
        find.press("Enter")
        page.wait_for_url("**?*q=*")
        assert KEY not in page.url
        assert typed in page.url or KEY in typed


def test_what_was_found_before_is_not_opened_for_what_is_typed_now(tablet, ada):
    page = tablet(ada, **DESK)
    page.goto("/claims/")
    page.keyboard.press("/")
    page.keyboard.type("mill")
    expect(shown(page).locator("[data-marked]")).to_have_count(1)
    page.route(
        "**/search/?q=orchard*", lambda route: None if is_script(route) else route.continue_()
    )
    page.keyboard.press("Control+a")
    page.keyboard.type("orchard")
    expect(shown(page).locator("[data-marked]")).to_have_count(0)
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=orchard")


def is_script(route: Route) -> bool:
    return not route.request.is_navigation_request()


def test_no_key_acts_while_somebody_types(tablet, ada):
    page = tablet(ada, **DESK)
    page.goto("/claims/")
    find = page.get_by_role("searchbox", name="Find", exact=True)
    find.focus()
    page.keyboard.type("a/?")
    assert find.input_value() == "a/?"
    assert page.locator("dialog[open]").count() == 0
    find.blur()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()


def test_by_thumb_and_without_scripts(tablet, ada):
    page = tablet(ada)
    page.goto("/")
    page.get_by_role("link", name="Search").tap()
    page.keyboard.type("mill")
    expect(shown(page).get_by_role("link", name="Mill Court")).to_be_visible()
    assert targets(page) == []

    plain = tablet(ada, java_script_enabled=False)
    plain.goto("/")
    plain.get_by_role("link", name="Search").tap()
    plain.get_by_role("searchbox").fill("mill")
    plain.keyboard.press("Enter")
    expect(plain.get_by_role("link", name="Mill Court")).to_be_visible()
