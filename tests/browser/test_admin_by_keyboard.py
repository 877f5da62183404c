"""An administrator invites somebody and plans a job without a pointer."""

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from portal.jobs.models import Job
from portal.orgs.models import Invitation
from tests.browser.test_keyboard import tab_to

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("sandbox")]

DESK = {"viewport": {"width": 1440, "height": 900}, "has_touch": False, "is_mobile": False}
IN_SIGHT = """() => {
  const { top, bottom } = document.activeElement.getBoundingClientRect();
  return bottom > 0 && top < innerHeight;
}"""


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_an_administrator_invites_and_plans_a_job_with_the_keyboard_alone(
    tablet, ada, ira, mill_court
):
    tablet.expected = ["422"]
    page = tablet(ada, **DESK)
    page.goto("/organisation/people/")
    tab_to(page, "Skip to the content")
    press(page, "Enter")
    tab_to(page, "Invite people")
    press(page, "Enter")
    expect(page.get_by_role("heading", name="Invite people")).to_be_visible()
    tab_to(page, "id_addresses")
    page.keyboard.type("newcomer@acme.example")
    tab_to(page, "Invite")
    press(page, "Enter")
    expect(page.get_by_role("status").get_by_text("Invited")).to_be_visible()
    assert Invitation.objects.get().email == "newcomer@acme.example"

    # The search, from wherever one is; Escape leads back.
    tab_to(page, "id_addresses")
    press(page, "Escape")
    page.get_by_role("main").focus()
    press(page, "/")
    expect(page.get_by_role("dialog")).to_be_visible()
    press(page, "Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_role("main")).to_be_focused()

    page.goto("/jobs/")
    tab_to(page, "Plan a job")
    press(page, "Enter")
    expect(page.get_by_role("heading", name="Plan a job")).to_be_visible()
    tab_to(page, "id_site")
    press(page, "M")
    tab_to(page, "id_people")
    press(page, "Space", "Tab", "Space")
    tab_to(page, "id_invite")
    page.keyboard.type("nobody")
    tab_to(page, "Plan the job")
    press(page, "Enter")
    # The first fault has the focus, and is named.
    expect(page.get_by_text("“nobody” is not an e-mail address.")).to_be_visible()
    expect(page.locator("#id_invite")).to_be_focused()
    assert page.evaluate(IN_SIGHT)
    press(page, "ControlOrMeta+A", "Delete")
    tab_to(page, "Plan the job")
    press(page, "Enter")
    expect(page.get_by_role("heading", name="Mill Court")).to_be_visible()
    job = Job.objects.get()
    assert job.starts_on == timezone.localdate()
    assert job.members.count() == 2

    # A menu opens, closes with Escape, and gives the focus back.
    tab_to(page, "More")
    press(page, "Enter")
    expect(page.get_by_role("link", name="Copy")).to_be_visible()
    press(page, "Escape")
    expect(page.get_by_role("link", name="Copy")).to_be_hidden()
    expect(page.get_by_role("button", name="More").last).to_be_focused()
