"""Two tabs, two tablets, the same hub at the same moment: one claim, and both see it."""

import pytest
from playwright.sync_api import Page, expect

from portal.claims.models import Attempt, Claim
from tests.browser.steps import follow, present, send, shown, type_id

pytestmark = pytest.mark.usefixtures("mill_court", "hurried")

TAP = '() => document.querySelector("[data-tray-claim]").click()'


def tap_together(*pages: Page) -> None:
    """Tap the claim button on all the pages before any of them has been answered."""
    for page in pages:
        page.evaluate(TAP)
    for page in pages:
        follow(page)


def assert_one_claim_that_both_see(sandbox, one: Page, other: Page) -> Claim:
    for page in (one, other):
        expect(present(page)).to_contain_text("Online")
    claim = Claim.objects.get()
    assert shown(one) == shown(other) == claim
    assert claim.state == "claimed"
    assert [event.hub_id for event in sandbox.state.event_log] == [claim.hub_id_text]
    assert claim.attempts.filter(kind=Attempt.Kind.SEND).count() == 1
    sends = [request for request in sandbox.state.requests if request.path.endswith("ClaimHub")]
    assert len(sends) == 1
    return claim


@pytest.mark.slow
def test_two_tabs_of_one_person_at_the_same_moment(tablet, sandbox, working, ira, hub_id):
    first = tablet(ira)
    second = first.context.new_page()
    for page in (first, second):
        type_id(page, hub_id)
    tap_together(first, second)
    claim = assert_one_claim_that_both_see(sandbox, first, second)
    assert claim.submitted_by == ira


@pytest.mark.slow
def test_two_tablets_of_two_people_at_the_same_moment(tablet, sandbox, working, ira, ada, hub_id):
    iras, adas = tablet(ira), tablet(ada)
    for page in (iras, adas):
        type_id(page, hub_id)
    tap_together(iras, adas)
    claim = assert_one_claim_that_both_see(sandbox, iras, adas)

    # The second one reads whose it is, and where.
    for page in (iras, adas):
        expect(page.get_by_text("Acme Properties · Mill Court")).to_be_visible()
        expect(page.get_by_text(f"By {claim.submitted_by.name}")).to_be_visible()


@pytest.mark.slow
def test_a_second_tablet_learns_who_is_claiming_the_hub_and_where(
    tablet, sandbox, ira, ada, hub_id
):
    iras, adas = tablet(ira), tablet(ada)
    for page in (iras, adas):
        type_id(page, hub_id)
        send(page)
    assert shown(iras) == shown(adas)
    expect(adas.get_by_text("By Ira Installer")).to_be_visible()
    expect(adas.get_by_text("Claimed at Mill Court")).to_be_visible()
    assert Claim.objects.get().submitted_by == ira


@pytest.mark.slow
def test_a_second_tablet_at_another_site_is_refused_and_told_the_site(
    tablet, sandbox, ira, ada, mill_court, orchard_rise, hub_id
):
    tablet.expected = ["DISCONNECTED"]
    iras, adas = tablet(ira), tablet(ada)
    for page, site in ((iras, "Mill Court"), (adas, "Orchard Rise")):
        type_id(page, hub_id)
        page.get_by_text(site).click()
    # Nothing of the first is known to the second while it is sent.
    adas.context.set_offline(True)
    adas.get_by_role("button", name="Claim 1 at").click()
    send(iras)
    adas.context.set_offline(False)
    refusal = adas.locator("[data-row]")
    expect(refusal).to_contain_text("This hub is being claimed at Mill Court, by Ira Installer.")
    expect(adas.locator("[data-tray-claim]")).to_be_hidden()
    follow(adas)
    assert shown(adas) == Claim.objects.get() == shown(iras)
