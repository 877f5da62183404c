"""However often one thing is asked for, it is one claim."""

import pytest
from playwright.sync_api import expect

from portal.claims.models import Claim
from portal.jobs.models import Job
from tests.browser.steps import claim_hub, follow, present, shown, type_id

pytestmark = pytest.mark.usefixtures("sandbox", "mill_court")

# The device asks twice for the same row, before either is answered.
TWICE = """async () => {
  const { person, organisation } = document.querySelector("hub-tray").dataset;
  const { store } = await import("/static/js/tray/page-store.js");
  const [{ id, text, site }] = await store.rows(person);
  const row = { id, text, site, claim: true, claimId: "", action: "", seen: "" };
  const { ApiClient } = await import("/static/js/tray/api-client.js");
  const portal = new ApiClient("/claims/tray/");
  await portal.session();
  const ask = () => portal.exchange(person, organisation, [row]);
  const answers = await Promise.all([ask(), ask()]);
  return answers.map(({ rows: [news] }) => news.claimId);
}"""


def test_a_double_tap_is_one_claim(tablet, ira, hub_id):
    page = tablet(ira)
    type_id(page, hub_id)
    page.get_by_role("button", name="Claim 1 at").dblclick()
    follow(page)
    expect(present(page)).to_contain_text("Saved")
    assert Claim.objects.count() == 1


def test_two_requests_for_a_row_at_the_same_moment_are_one_claim(tablet, ira, hub_id):
    page = tablet(ira)
    type_id(page, hub_id)
    page.get_by_label("Hub id", exact=True).press("Enter")
    expect(page.locator("[data-row]")).to_contain_text("Checking")
    answers = page.evaluate(TWICE)
    claim = Claim.objects.get()
    assert answers == [str(claim.pk)] * 2


def test_going_back_and_scanning_again_leads_to_the_same_claim(tablet, ira, hub_id):
    page = tablet(ira)
    claim = claim_hub(page, hub_id)
    page.go_back()
    row = page.locator("[data-row]")
    expect(row).to_contain_text("Waiting to send")
    row.get_by_role("button", name="Remove").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(row).to_have_count(0)
    page.get_by_label("Hub id", exact=True).fill(str(hub_id))
    page.get_by_label("Hub id", exact=True).press("Enter")
    follow(page)
    assert shown(page) == claim
    assert Claim.objects.count() == 1


def test_a_claim_page_that_is_loaded_again_sends_nothing(tablet, ira, hub_id):
    page = tablet(ira)
    claim = claim_hub(page, hub_id)
    page.reload()
    assert shown(page) == claim
    assert Claim.objects.count() == 1


@pytest.mark.slow
def test_a_double_tap_on_plan_the_job_is_sent_once(tablet, ada):
    page = tablet(ada)
    page.goto("/jobs/new/")
    posts = []
    page.on("request", lambda asked: posts.append(asked.url) if asked.method == "POST" else None)
    page.get_by_role("button", name="Plan the job").dblclick()
    page.wait_for_url("**/jobs/*-*/")
    assert Job.objects.count() == 1
    assert len([url for url in posts if "/jobs/new/" in url]) == 1
