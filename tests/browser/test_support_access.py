"""Both sides of support's access: a call with a code, and glass that is broken."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from portal.consent.models import Grant
from portal.core import worker
from portal.orgs.models import User
from portal.sandbox import world
from tests.browser.test_list_of_hubs import ROOM
from tests.conftest import join, make_person
from tests.people_with_factor import has_used_factor


@pytest.fixture
def sams_page(tablet, as_person, sam):
    """Sam's device, in a session that has used the second factor."""
    return tablet(client=has_used_factor(as_person(sam), sam))


@pytest.mark.slow
@pytest.mark.usefixtures("spkey_support", "mill_court")
def test_both_sides_of_a_call_with_a_code(tablet, sams_page, ada, acme):
    tablet.expected += ["422", "403"]
    adas = tablet(ada)
    adas.goto(reverse("consent:overview"))
    adas.get_by_role("link", name="Read a code to support").click()
    adas.get_by_text("At all sites").click()
    adas.get_by_role("button", name="Show the code").click()
    letters = adas.locator(".code-letters").inner_text().replace("\n", "")
    assert re.fullmatch("[A-Z]{6}", letters)
    left = adas.locator("time-left")
    expect(left).to_have_text(re.compile(r"^9:\d\d left$"))
    shown = left.inner_text()
    expect(left).not_to_have_text(shown)

    sams_page.goto(reverse("support:claims"))
    sams_page.get_by_role("link", name="I have a code").click()
    sams_page.get_by_label("Organisation").fill(acme.spkey_org_id)
    sams_page.get_by_label("Code").fill("aaa aaa")
    sams_page.get_by_role("button", name="Use the code").click()
    expect(sams_page.get_by_text("That does not fit")).to_be_visible()
    sams_page.get_by_label("Code").fill(" ".join(letters.lower()))
    sams_page.get_by_role("button", name="Use the code").click()
    banner = sams_page.get_by_role("status").filter(has_text="You act for")
    expect(banner).to_contain_text(acme.name)
    expect(banner).to_contain_text("Consent of Ada Admin")
    expect(banner).to_contain_text("left")

    adas.get_by_role("link", name="Done").click()
    expect(adas.get_by_text("Consent of Ada Admin", exact=True)).to_be_visible()
    adas.get_by_role("button", name="Take back").click()
    expect(adas.get_by_text("Nothing more is sent by it")).to_be_visible()

    sams_page.reload()
    expect(sams_page.get_by_text("has taken this access back")).to_be_visible()


def test_a_form_that_is_wrong_begins_where_it_is(tablet, sams_page, acme, spkey_support):
    tablet.expected += ["422"]
    sams_page.goto(reverse("support:ask"))
    ask = sams_page.get_by_role("button", name="Ask")
    ask.click()
    expect(sams_page.get_by_label("Organisation")).to_be_focused()
    sams_page.get_by_label("Organisation").fill(acme.name)
    sams_page.get_by_label("Reason").fill("short")
    ask.click()
    expect(sams_page.get_by_label("Reason")).to_be_focused()


@pytest.mark.slow
def test_a_code_whose_time_is_over_says_so(tablet, ada, spkey_support):
    page = tablet(ada)
    page.clock.install()
    page.goto(reverse("consent:code"))
    page.get_by_text("At all sites").click()
    page.get_by_role("button", name="Show the code").click()
    expect(page.locator("time-left")).to_have_text(re.compile(r"^(10:00|9:\d\d) left$"))

    page.clock.fast_forward("10:01")

    expect(page.locator("time-left")).to_have_text("The time is over")


@pytest.mark.slow
def test_breaking_the_glass_and_the_letters_it_writes(
    tablet, sams_page, ada, acme, spkey_support, mailoutbox
):
    lead = make_person("lead@support.example", "Lea Lead")
    join(lead, spkey_support, "admin")
    sams_page.goto(reverse("support:claims"))
    sams_page.get_by_role("link", name="Break glass").click()
    sams_page.get_by_label("Organisation").fill(world.ACME_ORG_ID)
    sams_page.get_by_label("Reason").fill("The door is locked and nobody answers")
    sams_page.get_by_label("Ticket").fill("T-4711")
    sams_page.get_by_role("button", name="Continue").click()
    expect(sams_page.get_by_role("heading", name="Break the glass?")).to_be_visible()
    # What is typed to confirm is not printed beside the field.
    assert world.ACME_ORG_ID not in sams_page.locator("body").inner_text()
    sams_page.get_by_label("Name the organisation once more").fill(world.ACME_ORG_ID)
    sams_page.get_by_role("button", name="Break glass").click()
    expect(sams_page.locator(".acting-banner")).to_contain_text("Break glass, ticket T-4711")
    expect(sams_page.locator("time-left")).to_have_text(re.compile(r"^(60:00|59:\d\d) left$"))

    worker.run_once()
    worker.run_once()
    told = {email.to[0]: email for email in mailoutbox}
    assert set(told) == {ada.email, lead.email}
    assert "T-4711" in told[ada.email].body
    assert "The door is locked" in told[lead.email].body
    adas = tablet(ada)
    adas.goto("/")
    expect(adas.get_by_text("acts for you without your consent").first).to_be_visible()
    link = next(word for word in told[ada.email].body.split() if "/grants/" in word)
    adas.goto(link.removeprefix("http://localhost:8000"))
    adas.get_by_role("button", name="Take access back").click()
    expect(adas.get_by_text("Nothing more is sent by it")).to_be_visible()
    assert not Grant.objects.standing().exists()


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "el"])
def test_what_the_finder_looks_in_can_be_read_on_a_phone(sams_page, sam, spkey_support, language):
    User.objects.update(language=language)
    sams_page.set_viewport_size({"width": 390, "height": 844})
    sams_page.goto(reverse("support:find"))
    field = sams_page.locator("#id_q")

    expect(field).to_be_visible()
    assert sams_page.evaluate(ROOM) >= 0
    expect(sams_page.locator(f"#{field.get_attribute('aria-describedby')}")).to_be_visible()
