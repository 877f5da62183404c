"""What somebody typed into a form is still there after the portal refused it, or it got lost."""

import pytest
from playwright.sync_api import Page, expect

from portal.core.throttle import LimitReachedError
from portal.orgs.models import Membership, Organisation
from portal.sites.web import making
from tests.browser.offline import Line, go_offline, go_online, ready_for_offline, through

pytestmark = pytest.mark.usefixtures("sandbox")


def fill(page: Page) -> None:
    page.goto("/sites/new/")
    page.locator("main [name=name]").fill("Harbour House")
    page.locator("main [name=address]").fill("1 Quay")


def send(page: Page) -> None:
    page.locator("main form[method=post] button").last.click()


def is_as_it_was(page: Page) -> None:
    expect(page.locator("main [name=name]")).to_have_value("Harbour House")
    expect(page.locator("main [name=address]")).to_have_value("1 Quay")


def test_a_form_of_another_organisation_opens_again_as_it_was(tablet, ada, as_person):
    tablet.expected = ["409"]
    other = Organisation.objects.create(name="Globex", spkey_org_id="globex")
    Membership.objects.create(user=ada, organisation=other, role=Membership.Role.ADMIN)
    client = as_person(ada)
    page = tablet(client=client)
    fill(page)
    # In another tab.
    client.post("/organisation/switch/", {"organisation": str(other.pk)})
    send(page)
    page.get_by_role("button", name="Switch to").click()
    is_as_it_was(page)


def test_a_page_that_was_open_for_too_long_is_reloaded_as_it_was(tablet, ada):
    tablet.expected = ["403"]
    page = tablet(ada)
    fill(page)
    page.locator("main [name=csrfmiddlewaretoken]").first.evaluate(
        "(field) => { field.value = 'a'.repeat(64) }"
    )
    send(page)
    expect(page.get_by_role("heading", name="This page was open for too long")).to_be_visible()
    page.go_back()
    page.reload()
    is_as_it_was(page)
    # What is typed then counts, and another page knows nothing of it.
    page.goto("/sites/")
    page.goto("/sites/new/")
    expect(page.locator("main [name=name]")).to_have_value("")


def test_what_was_done_too_often_can_be_sent_later(tablet, ada, monkeypatch):
    def refuse(*args, **kwargs):
        raise LimitReachedError(30)

    tablet.expected = ["429"]
    page = tablet(ada)
    fill(page)
    with monkeypatch.context() as patch:
        patch.setattr(making, "posted", refuse)
        send(page)
        expect(page.get_by_role("heading", name="Too many tries")).to_be_visible()
    page.get_by_role("link", name="Back", exact=True).click()
    is_as_it_was(page)


def test_a_form_that_was_lost_on_its_way_is_still_filled_in(tablet, line: Line, ada):
    tablet.expected = ["net::ERR_", "htmx:"]
    page = tablet(ada, **through(line))
    page.goto("/")
    ready_for_offline(page)
    fill(page)
    go_offline(page, line)
    # Files are left to the browser, and a form without any goes through the service worker.
    page.locator("main form[method=post]").evaluate("(form) => form.removeAttribute('enctype')")
    send(page)
    expect(page.get_by_role("alert")).to_contain_text("may not have arrived")
    go_online(page, line)
    page.get_by_role("link", name="Open the page you asked for").click()
    is_as_it_was(page)


def test_a_form_that_was_taken_is_empty_the_next_time(tablet, ada):
    page = tablet(ada)
    fill(page)
    send(page)
    expect(page).not_to_have_url("/sites/new/")
    page.goto("/sites/new/")
    expect(page.locator("main [name=name]")).to_have_value("")
