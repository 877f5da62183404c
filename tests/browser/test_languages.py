"""The language changes with one tap, and takes nothing from a person who is writing."""

import pytest
from playwright.sync_api import Page, expect

from portal.orgs.models import User


def choose(page: Page, language: str) -> None:
    """Tap the switch to the language that is named like this in its own words."""
    page.locator("[popovertarget=person-menu]:visible").tap()
    page.get_by_role("button", name=language).tap()


def test_a_half_filled_form_keeps_its_content_in_the_other_language(tablet, ada):
    page = tablet(ada)
    page.goto("/sites/new/")
    page.locator("[name=name]").fill("Mill Court")
    page.locator("[name=address]").fill("1 Mill Lane")
    choose(page, "Ελληνικά")
    expect(page.locator("html")).to_have_attribute("lang", "el")
    expect(page.locator("[name=name]")).to_have_value("Mill Court")
    expect(page.locator("[name=address]")).to_have_value("1 Mill Lane")
    page.reload()
    expect(page.locator("[name=name]")).to_have_value("")
    assert User.objects.get().language == "el"


def test_a_half_typed_key_is_not_stored(tablet, ada):
    page = tablet(ada)
    page.goto("/organisation/key/")
    page.locator("[name=key]").fill("a" * 40)
    page.evaluate("document.addEventListener('submit', (event) => event.preventDefault())")
    choose(page, "Ελληνικά")
    kept = page.evaluate("sessionStorage.getItem('kept-fields')")
    assert "/organisation/key/" in kept
    assert "aaaa" not in kept


@pytest.mark.parametrize("width", [320, 390])
def test_the_switch_on_a_narrow_screen_is_large_and_has_its_whole_name(tablet, db, width):
    page = tablet(viewport={"width": width, "height": 700})
    page.goto("/accounts/login/")
    button = page.get_by_role("button", name="Ελληνικά")
    box = button.bounding_box()
    assert min(box["width"], box["height"]) >= 56
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    button.tap()
    expect(page.get_by_role("button", name="English")).to_be_visible()
