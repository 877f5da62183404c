"""A hub that does not answer at first: what the page says, and what an installer can do."""

import pytest
from playwright.sync_api import expect

from portal.claims.models import Claim
from portal.gateway import pacing
from portal.sandbox import world
from tests.browser.steps import claim_hub, present, shown

pytestmark = pytest.mark.usefixtures("mill_court", "working", "hurried")

OFFLINE_AT_FIRST = world.MAGIC["offline_at_first"].id
OFFLINE = world.MAGIC["offline"].id
ANSWER_LOST = world.MAGIC["answer_lost"].id
SUSPENDED = world.MAGIC["suspended"].id


@pytest.mark.slow
def test_a_hub_that_is_offline_at_first_is_explained_tried_now_and_claimed(tablet, ira):
    page = tablet(ira)
    claim_hub(page, OFFLINE_AT_FIRST)
    expect(present(page)).to_contain_text("The hub is not online")
    expect(present(page)).to_contain_text("Check the power and the network cable")
    expect(present(page)).to_contain_text("give the hub two minutes")
    expect(present(page)).to_contain_text("you may leave this page")
    expect(page.get_by_text("Next look in")).to_be_visible()
    expect(page.get_by_text("We keep trying until")).to_be_visible()
    page.get_by_role("button", name="Try now").click()
    expect(present(page)).to_contain_text("Online")
    assert shown(page).state == "claimed"


@pytest.mark.slow
def test_a_hub_that_is_plugged_in_is_claimed_at_once_by_try_now(tablet, sandbox, ira):
    page = tablet(ira)
    claim_hub(page, OFFLINE)
    expect(present(page)).to_contain_text("The hub is not online")
    sandbox.state.set_hub(OFFLINE, {"online": True})
    page.get_by_role("button", name="Try now").click()
    expect(present(page)).to_contain_text("Online")


def test_stop_trying_cancels_a_claim_that_waits(tablet, sandbox, ira):
    page = tablet(ira)
    claim_hub(page, OFFLINE)
    expect(present(page)).to_contain_text("The hub is not online")
    page.get_by_role("button", name="Stop trying").click()
    expect(present(page)).to_contain_text("Cancelled")
    expect(page.get_by_role("button", name="Stop trying")).to_have_count(0)
    assert shown(page).state == "cancelled"
    assert sandbox.state.event_log == []


@pytest.mark.slow
def test_try_again_after_a_refusal_makes_a_new_claim_linked_to_the_old(tablet, sandbox, ira):
    page = tablet(ira)
    refused = claim_hub(page, SUSPENDED)
    expect(present(page)).to_contain_text("This hub is suspended")
    sandbox.state.set_hub(SUSPENDED, {"status": "Provisioned"})
    page.get_by_role("button", name="Try again").click()
    expect(present(page)).to_contain_text("Online")
    fresh = shown(page)
    assert (fresh.retry_of, fresh.hub) == (refused, refused.hub)
    page.get_by_role("link", name="The claim before this one").click()
    expect(present(page)).to_contain_text("This hub is suspended")


@pytest.mark.slow
def test_an_answer_lost_after_the_claim_took_effect_ends_as_claimed(
    tablet, sandbox, ira, monkeypatch
):
    monkeypatch.setattr(pacing, "verify_wait", lambda since_send: 2.0)
    page = tablet(ira)
    claim_hub(page, ANSWER_LOST)
    expect(present(page)).to_contain_text("Do not scan again")
    expect(present(page)).to_contain_text("Online")
    assert Claim.objects.get().state == "claimed"
    claims = [event for event in sandbox.state.event_log if event.hub_id == ANSWER_LOST]
    assert [event.type for event in claims] == ["HubClaimed"]
