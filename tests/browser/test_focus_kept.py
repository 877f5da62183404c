"""No news of the key takes the keyboard's place, or is told twice."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from portal.orgs.models import ApiCredential
from tests.browser.steps import LISTEN

REFUSED = {"state": "refused", "due_at": None, "version": 99}
pytestmark = pytest.mark.usefixtures("sandbox")


@pytest.mark.slow
def test_the_check_key_button_keeps_the_focus_while_the_page_updates(tablet, ada):
    page = tablet(ada)
    page.add_init_script(LISTEN)
    page.goto("/organisation/key/")
    check = page.get_by_role("button", name="Check key")
    check.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#key-status[data-poll]")).to_be_visible()
    expect(check).to_be_focused()
    expect(check).to_have_attribute("aria-disabled", "true")

    ApiCredential.objects.update(**REFUSED, checked_at=timezone.now())
    expect(page.locator("#key-status:not([data-poll])")).to_be_visible()
    expect(check).to_be_focused()
    assert page.evaluate("() => window.announced.length") == 2


@pytest.mark.slow
def test_text_being_typed_stays_while_the_key_status_updates(tablet, ada):
    ApiCredential.objects.update(due_at=timezone.now())
    page = tablet(ada)
    page.goto("/organisation/key/")
    field = page.get_by_label("New API key")
    field.press_sequentially("abc")
    ApiCredential.objects.update(**REFUSED, checked_at=timezone.now())
    expect(page.locator("#key-status:not([data-poll])")).to_be_visible()
    field.press_sequentially("def")
    expect(field).to_be_focused()
    expect(field).to_have_value("abcdef")
