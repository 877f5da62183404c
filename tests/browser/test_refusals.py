"""A refusal says what happened, what to do now and what to quote; never the API's own text."""

import re

import pytest
from playwright.sync_api import expect

from portal.sandbox import world
from tests.browser.steps import claim_hub, present, shown, type_id

pytestmark = pytest.mark.usefixtures("mill_court", "working", "hurried")


@pytest.mark.parametrize(
    ("hub", "cause", "next_step"),
    [
        ("claimed_elsewhere", "belongs to another organisation", "ask support for it here"),
        ("unknown", "SmartphoneKey knows no such hub", "Compare the id with the label"),
        ("suspended", "This hub is suspended", "Ask their support, and quote the claim number"),
        ("forbidden", "key may not claim this hub", "Ask your administrator"),
    ],
)
def test_a_refusal_has_a_cause_a_next_step_and_a_number(tablet, ira, hub, cause, next_step):
    page = tablet(ira)
    claim_hub(page, world.MAGIC[hub].id)
    expect(present(page)).to_contain_text(cause)
    expect(present(page)).to_contain_text(next_step)
    expect(page.locator(".claim-number")).to_contain_text(shown(page).number)
    text = page.locator("body").inner_text()
    assert not any(sign in text for sign in ("{", '"', "aggregateId", "orgId", "someone-else"))


def test_a_hub_at_another_of_our_sites_is_named_there(tablet, ira):
    page = tablet(ira)
    claim_hub(page, world.MAGIC["other_site"].id)
    expect(present(page)).to_contain_text("This hub is yours, at another site")
    expect(page.get_by_text("SmartphoneKey has it at other-site.")).to_be_visible()


def test_a_text_without_a_hub_id_is_refused_and_quoted(tablet, ira):
    page = tablet(ira)
    type_id(page, "SN 00417")
    field = page.get_by_label("Hub id", exact=True)
    field.press("Enter")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description(re.compile("SN 00417"))
    expect(field).to_have_value("SN 00417")
    field.fill("SN 00418")
    expect(field).not_to_have_attribute("aria-invalid", "true")
