"""The tray knows its job: where, how many, which place, and whether one may leave."""

import pytest
from playwright.sync_api import Locator, Page, expect

from portal.claims.models import Claim
from portal.hubs.models import Hub
from portal.jobs.models import ExpectedHub, Job
from tests.browser.offline import go_offline, go_online, ready_for_offline, through
from tests.browser.tray.conftest import LOST
from tests.browser.tray.steps import (
    CLAIMED,
    add,
    become,
    claim_all,
    claim_button,
    hubs,
    open_tray,
    outcome,
    pick,
    row,
    rows,
    stages,
    word,
)
from tests.jobs.test_rights import make_job

pytestmark = pytest.mark.usefixtures("mill_court", "orchard_rise", "working", "hurried")

# As if somebody came back after so many hours.
COME_BACK = "(hours) => { const now = Date.now; Date.now = () => now() + hours * 3_600_000 }"


@pytest.fixture
def job(ira, orchard_rise) -> Job:
    """Ira's job at Orchard Rise: two hubs, the first of which is known."""
    job = make_job(orchard_rise, ira.memberships.get(), number=4711, expected_count=2)
    one, _ = hubs(2)
    ExpectedHub.objects.create(job=job, position=1, place="Flat 12, riser", hub_id=one)
    ExpectedHub.objects.create(job=job, position=2, place="Roof")
    return job


def numbers(page: Page) -> Locator:
    return page.locator("[data-numbers]")


def leave(page: Page) -> Locator:
    return page.locator("[data-leave-words]")


def put_at(page: Page, hub: str, place: str) -> None:
    row(page, hub).locator("[data-part=place]").click()
    page.locator("[data-place-list] button", has_text=place).click()


@pytest.mark.slow
def test_a_job_is_done_with_its_places_though_it_was_begun_without_a_network(
    tablet, line, ira, job, sandbox
):
    one, other = hubs(2)
    tablet.expected = list(LOST)
    page = tablet(ira, **through(line))
    open_tray(page, f"?job={job.pk}")
    expect(page.locator("[data-site-name]")).to_have_text("Orchard Rise")
    expect(page.locator("[data-job-name]")).to_have_text("job 4711")
    expect(numbers(page)).to_have_text("2 expected · 0 claimed · 0 online")
    expect(leave(page)).to_have_text("2 hubs are still to be claimed.")
    ready_for_offline(page)

    go_offline(page, line)
    open_tray(page)
    expect(numbers(page)).to_contain_text("2 expected · 0 claimed · 0 online · as of")
    add(page, one, other)
    expect(row(page, one)).to_contain_text("Flat 12, riser")
    put_at(page, other, "Roof")
    expect(claim_button(page)).to_have_text("Claim 2 at Orchard Rise")
    claim_all(page, 2)
    expect(leave(page)).to_contain_text("Not sent yet: 2. Stay until there is a signal")
    open_tray(page)
    expect(row(page, other)).to_contain_text("Roof")

    sandbox.state.set_hub(other, {"online": False})
    go_online(page, line)
    expect(leave(page)).to_contain_text(f"1 of 2 online · wait for …{other[-4:].upper()}")
    expect(page.locator("[data-leave-help]")).to_contain_text("only power and cable need you")
    sandbox.state.set_hub(other, {"online": True})
    row(page, other).get_by_role("button", name="Try now").click()
    expect(page.get_by_role("heading", name="All 2 are online. You can leave.")).to_be_visible()
    expect(page.locator("[data-done-facts]")).to_contain_text("Orchard Rise")
    complete = page.get_by_role("link", name="Complete the job")
    expect(complete).to_have_attribute("href", f"/jobs/{job.pk}/complete/")

    claims = Claim.objects.values_list("hub_id_text", "job__number", "place")
    assert sorted(claims) == sorted([(one, 4711, "Flat 12, riser"), (other, 4711, "Roof")])
    assert set(Hub.objects.values_list("place", flat=True)) == {"Flat 12, riser", "Roof"}
    page.get_by_role("button", name="Put away 2 finished").click()
    expect(rows(page)).to_have_count(0)
    page.get_by_role("button", name="Undo: put away 2").click()
    expect(word(page, one)).to_have_text(CLAIMED)
    expect(rows(page)).to_have_count(2)


# A share before that never ended; a tap that was too long ago; nothing to share it with.
UNSHARED = ["InvalidStateError", "NotAllowedError", "DataError"]
SHARE = """(name) => {
  navigator.canShare = () => true;
  navigator.share = async () => {
    window.isAsked = true;
    throw new DOMException("", name);
  };
  window.copied = "";
  window.isAsked = false;
  navigator.clipboard.writeText = async (text) => { window.copied = text; };
}"""


def test_what_the_browser_does_not_share_is_copied(tablet, ira):
    (hub,) = hubs(1)
    page = tablet(ira)
    open_tray(page)
    pick(page, "Mill Court")
    add(page, hub)
    claim_all(page, 1)
    share = page.get_by_role("button", name="Share")
    for name in UNSHARED:
        page.evaluate(SHARE, name)
        share.click()
        page.wait_for_function("(hub) => window.copied.includes(hub)", arg=hub)
    page.evaluate(SHARE, "AbortError")
    share.click()
    page.wait_for_function("() => window.isAsked")
    assert page.evaluate("() => window.copied") == ""


@pytest.mark.slow
def test_the_last_site_is_offered_where_it_may_be_the_wrong_one_and_stays_where_it_is_not(
    tablet, ira, ada, as_person, live_server
):
    page = tablet(ira)
    open_tray(page)
    pick(page, "Mill Court")
    open_tray(page)
    expect(page.locator("[data-site-name]")).to_have_text("Mill Court")
    question = page.locator("[data-still]")
    expect(question).to_be_hidden()

    page.add_init_script(f"({COME_BACK})(5)")
    open_tray(page)
    expect(question).to_contain_text("Still at Mill Court?")
    add(page, *hubs(1))
    expect(claim_button(page)).to_have_text("Claim 1 hub")
    page.get_by_role("button", name="Yes, at Mill Court").click()
    expect(question).to_be_hidden()
    expect(claim_button(page)).to_have_text("Claim 1 at Mill Court")

    # The page stays open over lunch, and nobody taps anything.
    page.evaluate(f"({COME_BACK})(5)")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(question).to_contain_text("Still at Mill Court?")
    expect(claim_button(page)).to_have_text("Claim 1 hub")
    page.get_by_role("button", name="Yes, at Mill Court").click()
    expect(claim_button(page)).to_have_text("Claim 1 at Mill Court")
    # Neither does a tap in that moment claim there.
    page.evaluate(f"({COME_BACK})(5)")
    claim_button(page).click()
    expect(question).to_be_visible()
    expect(outcome(page)).to_contain_text("Pick the site first.")
    assert stages(page) == ["tray"]

    # Somebody else has worked here since. What the open page sends meanwhile is not theirs.
    tablet.expected = ["409"]
    become(page, as_person(ada), live_server)
    open_tray(page)
    pick(page, "Orchard Rise")
    become(page, as_person(ira), live_server)
    open_tray(page)
    page.get_by_role("button", name="Another site").click()
    expect(page.locator(".radio-card", has_text="Orchard Rise")).to_be_visible()
    pick(page, "Orchard Rise")
    expect(claim_button(page)).to_have_text("Claim 1 at Orchard Rise")
