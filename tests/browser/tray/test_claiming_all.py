"""What is in the tray is looked up, claimed together, and told of row by row."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from portal.claims.engine import actions
from portal.claims.models import Claim
from portal.hubs.models import Hub
from portal.sandbox import world
from tests.browser.steps import LISTEN
from tests.browser.tray.steps import (
    CLAIMED,
    add,
    claim_all,
    claim_button,
    claimed,
    field,
    hubs,
    open_tray,
    outcome,
    pick,
    row,
    rows,
    tails,
    word,
)
from tests.conftest import claim_request, work

pytestmark = pytest.mark.usefixtures("mill_court", "hurried")

OFFLINE = world.MAGIC["offline"].id
UNKNOWN = world.MAGIC["unknown"].id
OTHER_SITE = world.MAGIC["other_site"].id

# Several are told at once, but not always all of them.
ARE_TOLD = """async (tails) => {
  while (!tails.every((tail) => window.announced.join().includes(tail))) {
    await new Promise((done) => setTimeout(done, 20));
  }
}"""
# Another page moves all rows, of which this one has not heard yet.
MOVE_ALL = """async (site) => {
  const { postMessage } = BroadcastChannel.prototype;
  const { store } = await import("/static/js/tray/page-store.js");
  BroadcastChannel.prototype.postMessage = () => {};
  const rows = await store.rows(await store.get("current"));
  await store.change(rows.map((row) => row.id), (row) => ({ ...row, site }));
  BroadcastChannel.prototype.postMessage = postMessage;
}"""


def test_hubs_are_looked_up_first_then_claimed_together_each_once(tablet, sandbox, working, ira):
    wanted = hubs(4)
    page = tablet(ira)
    page.add_init_script(LISTEN)
    open_tray(page)
    add(page, *wanted)
    for hub in wanted:
        expect(word(page, hub)).to_have_text("Ready")
        expect(row(page, hub)).to_contain_text(f"serial {world.serial(hub)}")
    assert not Claim.objects.exists()
    claim_all(page, 4)
    expect(outcome(page)).to_contain_text("Confirmed. 4 hubs")
    for hub in wanted:
        expect(word(page, hub)).to_have_text(CLAIMED)
    assert sorted(claimed(sandbox)) == sorted(wanted)
    assert Claim.objects.count() == 4

    page.evaluate(ARE_TOLD, tails(*wanted))
    told = ". ".join(page.evaluate("() => window.announced")).split(". ")
    assert len(told) == len(set(told))
    of_hubs = {text for text in told if text[:4] in tails(*wanted)}
    assert {text[:4] for text in of_hubs} == set(tails(*wanted))
    # Beside them, whether one may leave.
    assert all("leave" in text or "online" in text for text in set(told) - of_hubs)
    page.get_by_role("button", name="Put away 4 finished").click()
    expect(page.get_by_role("heading", name="No hubs yet")).to_be_visible()
    expect(page.locator("#content")).to_be_focused()


@pytest.mark.slow
def test_what_cannot_be_claimed_says_why_and_is_not_counted(
    tablet, sandbox, working, ira, mill_court
):
    here, free, other = hubs(3)
    ours = {"orgId": world.ACME_ORG_ID, "siteId": mill_court.spkey_site_id, "status": "Claimed"}
    sandbox.state.set_hub(here, ours)
    page = tablet(ira)
    open_tray(page)
    add(page, here, UNKNOWN, OTHER_SITE, free)
    expect(word(page, here)).to_have_text("Already claimed here")
    expect(outcome(page)).to_contain_text(f"Already claimed here. Hub {here[-4:].upper()}")
    expect(word(page, UNKNOWN)).to_have_text("Unknown hub")
    expect(word(page, OTHER_SITE)).to_have_text("At another site")
    expect(word(page, free)).to_have_text("Ready")
    claim_all(page, 1)
    expect(word(page, free)).to_have_text(CLAIMED)
    assert claimed(sandbox) == [free]
    # Another scan of a hub whose row came to nothing asks again.
    field(page).fill(UNKNOWN)
    expect(claim_button(page)).to_have_text("Claim 1 at Mill Court")
    add(page, UNKNOWN, other)
    expect(rows(page)).to_have_count(5)


def test_a_single_hub_is_claimed_with_three_taps_from_the_first_page(
    tablet, camera, sandbox, working, ira
):
    (hub,) = hubs(1)
    camera(hub)
    page = tablet(ira, permissions=["camera"])
    page.goto("/")
    page.get_by_role("link", name="Scan a hub").click()
    expect(row(page, hub)).to_be_visible()
    claim_all(page, 1)
    expect(word(page, hub)).to_have_text(CLAIMED)
    row(page, hub).get_by_role("link").click()
    page.wait_for_url("**/claims/*-*/")
    expect(page.get_by_role("heading", name="Online")).to_be_visible()
    assert claimed(sandbox) == [hub]


def test_unreadable_text_stays_in_the_field_and_blocks_no_other_hub(tablet, sandbox, working, ira):
    (hub,) = hubs(1)
    page = tablet(ira)
    open_tray(page)
    add(page, hub, "SN 12345")
    claim_all(page, 1)
    expect(word(page, hub)).to_have_text(CLAIMED)
    expect(field(page)).to_have_value("SN 12345")
    # With nothing else to claim, the rows have the button's place.
    expect(claim_button(page)).to_be_hidden()


@pytest.mark.slow
def test_a_finished_row_is_refreshed_once_when_the_page_loads(tablet, sandbox, working, ira):
    (hub,) = hubs(1)
    page = tablet(ira)
    open_tray(page)
    add(page, hub)
    claim_all(page, 1)
    expect(word(page, hub)).to_have_text("Online")
    Hub.objects.update(binding=Hub.Binding.OTHER, read_at=timezone.now())
    page.reload()
    expect(word(page, hub)).to_have_text("No longer yours")


def test_an_id_that_was_only_typed_is_claimed_too_and_a_double_tap_claims_once(
    tablet, sandbox, working, ira
):
    one, other = hubs(2)
    page = tablet(ira)
    open_tray(page)
    add(page, one)
    field(page).fill(other)
    expect(claim_button(page)).to_have_text("Claim 2 at Mill Court")
    claim_button(page).dblclick()
    for hub in (one, other):
        expect(word(page, hub)).to_have_text(CLAIMED)
    assert sorted(claimed(sandbox)) == sorted([one, other])
    assert Claim.objects.count() == 2


@pytest.mark.slow
def test_a_hub_that_is_not_online_is_tried_now_and_a_refused_one_again(
    tablet, sandbox, working, ira
):
    page = tablet(ira)
    open_tray(page)
    add(page, OFFLINE)
    claim_all(page, 1)
    expect(word(page, OFFLINE)).to_have_text("Hub offline")
    page.get_by_role("button", name="Try now").click()
    expect(row(page, OFFLINE).get_by_text("Trying…")).to_be_visible()
    expect(row(page, OFFLINE)).to_contain_text(re.compile(r"Tried \d\d:\d\d: "), timeout=20_000)
    sandbox.state.set_hub(OFFLINE, {"online": True})
    page.get_by_role("button", name="Try now").click()
    expect(word(page, OFFLINE)).to_have_text(CLAIMED)

    # It is suspended only after it was looked up.
    (hub,) = hubs(1)
    add(page, hub)
    expect(word(page, hub)).to_have_text("Ready")
    sandbox.state.set_hub(hub, {"status": "Suspended"})
    claim_all(page, 1)
    expect(word(page, hub)).to_have_text("Suspended")
    expect(row(page, hub)).to_contain_text(f"claim {Claim.objects.get(hub_id_text=hub).number}")
    sandbox.state.set_hub(hub, {"status": "Provisioned"})
    page.get_by_role("button", name="Try again").click()
    expect(word(page, hub)).to_have_text(CLAIMED)
    assert claimed(sandbox) == [OFFLINE, hub]
    assert Claim.objects.filter(hub_id_text=hub).count() == 2


def test_a_site_must_be_picked_and_confirmed_rows_keep_theirs(
    tablet, sandbox, working, ira, orchard_rise
):
    one, other = hubs(2)
    page = tablet(ira)
    open_tray(page)
    add(page, one)
    claim_all(page, 1)
    expect(outcome(page)).to_contain_text("Pick the site first.")
    pick(page, "Orchard Rise")
    claim_all(page, 1)
    pick(page, "Mill Court")
    add(page, other)
    expect(row(page, one)).to_contain_text("Orchard Rise")
    expect(row(page, other)).not_to_contain_text("Mill Court")
    claim_all(page, 1)
    for hub in (one, other):
        expect(word(page, hub)).to_have_text(CLAIMED)
    sites = dict(Claim.objects.values_list("hub_id_text", "site__name"))
    assert sites == {one: "Orchard Rise", other: "Mill Court"}


def test_a_hub_that_a_colleague_is_claiming_here_is_followed_and_not_sent_again(
    tablet, sandbox, ira, ada, mill_court
):
    (hub,) = hubs(1)
    standing = actions.submit(claim_request(ada, mill_court, hub))
    page = tablet(ira)
    open_tray(page)
    add(page, hub)
    expect(word(page, hub)).to_have_text("Waiting to send")
    expect(row(page, hub).get_by_role("link")).to_have_attribute("href", f"/claims/{standing.pk}/")
    expect(claim_button(page)).to_have_text("Claim")
    assert Claim.objects.get() == standing


@pytest.mark.slow
def test_a_site_archived_meanwhile_is_reported_and_another_can_be_picked(
    tablet, sandbox, working, ira, mill_court, orchard_rise
):
    (hub,) = hubs(1)
    page = tablet(ira)
    open_tray(page)
    pick(page, "Mill Court")
    add(page, hub)
    expect(word(page, hub)).to_have_text("Ready")
    type(mill_court).objects.filter(pk=mill_court.pk).update(archived_at="2026-01-01T00:00Z")
    claim_all(page, 1)
    expect(word(page, hub)).to_have_text("Pick the site again")
    pick(page, "Orchard Rise")
    claim_all(page, 1)
    expect(word(page, hub)).to_have_text(CLAIMED)
    assert claimed(sandbox) == [hub]


@pytest.mark.slow
def test_a_site_in_the_address_becomes_the_site_of_the_whole_tray(
    tablet, sandbox, working, ira, mill_court, orchard_rise
):
    (hub,) = hubs(1)
    ours = {"orgId": world.ACME_ORG_ID, "siteId": mill_court.spkey_site_id, "status": "Claimed"}
    sandbox.state.set_hub(hub, ours)
    page = tablet(ira)
    open_tray(page, f"?site={mill_court.pk}")
    add(page, hub)
    expect(word(page, hub)).to_have_text("Already claimed here")
    open_tray(page, f"?site={orchard_rise.pk}")
    expect(word(page, hub)).to_have_text("At another site")


def test_hubs_are_claimed_at_the_site_on_screen_even_if_another_page_chose_another(
    tablet, sandbox, ira, mill_court, orchard_rise
):
    (hub,) = hubs(1)
    page = tablet(ira)
    open_tray(page, f"?site={mill_court.pk}")
    add(page, hub)
    expect(rows(page)).to_have_count(1)
    page.evaluate(MOVE_ALL, str(orchard_rise.pk))
    claim_all(page, 1)
    expect(word(page, hub)).to_have_text("Waiting to send")
    assert Claim.objects.get().site == mill_court


def test_a_clock_set_back_delays_nothing_and_keeps_the_order_of_rows(tablet, sandbox, ira):
    one, other = hubs(2)
    page = tablet(ira)
    open_tray(page)
    add(page, one)
    claim_all(page, 1)
    expect(word(page, one)).to_have_text("Waiting to send")
    page.evaluate("() => { const now = Date.now; Date.now = () => now() - 3_600_000 }")
    work(Claim.objects.get(), rounds=3)
    expect(word(page, one)).to_have_text(CLAIMED)
    add(page, other)
    expect(rows(page)).to_have_count(2)
    page.reload()
    expect(rows(page)).to_have_count(2)
    expect(rows(page).first).to_contain_text(other[-4:].upper())
