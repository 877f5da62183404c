"""However often one thing is asked for, it is one claim."""

import pytest
from playwright.sync_api import expect

from portal.claims.models import Claim
from tests.browser.steps import claim_hub, present, send, shown, type_id

pytestmark = pytest.mark.usefixtures("sandbox", "mill_court")


def test_a_double_tap_is_one_claim(tablet, ira, hub_id):
    page = tablet(ira)
    type_id(page, hub_id)
    page.get_by_role("button", name="Claim this hub").dblclick()
    expect(present(page)).to_contain_text("Saved")
    assert Claim.objects.count() == 1


def test_two_taps_that_arrive_together_are_one_claim(tablet, ira, hub_id):
    page = tablet(ira)
    type_id(page, hub_id)
    ends = (
        page.get_by_role("main")
        .locator("#claim-form")
        .evaluate(
            """async (form) => {
          const tap = () => fetch(form.action, { method: "POST", body: new FormData(form) });
          return (await Promise.all([tap(), tap()])).map((answer) => answer.url);
        }"""
        )
    )
    claim = Claim.objects.get()
    assert all(url.endswith(f"/claims/{claim.pk}/") for url in ends)


def test_a_second_tap_after_the_first_answer_was_lost_is_the_same_claim(tablet, ira, hub_id):
    tablet.expected = ["ERR_"]
    page = tablet(ira)
    type_id(page, hub_id)

    def lose_answer(route):
        route.fetch(max_redirects=0)
        route.abort("aborted")

    page.route("**/claims/new/", lose_answer, times=1)
    with page.expect_event("requestfailed"):
        page.get_by_role("button", name="Claim this hub").click(no_wait_after=True)
    claim = Claim.objects.get()
    send(page)
    assert shown(page) == claim
    assert Claim.objects.count() == 1


def test_going_back_and_sending_again_leads_to_the_same_claim(tablet, ira, hub_id):
    page = tablet(ira)
    claim = claim_hub(page, hub_id)
    page.go_back()
    page.get_by_label("Hub id", exact=True).fill(str(hub_id))
    send(page)
    assert shown(page) == claim
    assert Claim.objects.count() == 1


def test_a_claim_page_that_is_loaded_again_sends_nothing(tablet, ira, hub_id):
    page = tablet(ira)
    claim = claim_hub(page, hub_id)
    page.reload()
    assert shown(page) == claim
    assert Claim.objects.count() == 1
