"""Whenever the network goes: nothing is lost, nothing is claimed twice, and the tray says so."""

import pytest
from playwright.sync_api import Page, expect

from portal.claims.models import Claim
from tests.browser.offline import go_offline, go_online
from tests.browser.steps import ready, sign_in
from tests.browser.tray.steps import (
    CLAIMED,
    add,
    become,
    claim_all,
    claimed,
    hubs,
    load_again,
    open_tray,
    outcome,
    pick,
    row,
    rows,
    stages,
    word,
)

pytestmark = pytest.mark.usefixtures("mill_court", "orchard_rise", "working", "hurried")


ONE_LINE = """() => {
  const [place, tools] = [".bar-place", ".bar-tools"].map((each) =>
    document.querySelector(each).getBoundingClientRect());
  return tools.top < place.bottom && place.top < tools.bottom && tools.height < 60;
}"""


@pytest.mark.parametrize("width", [390, 412, 430])
@pytest.mark.slow
def test_on_a_phone_the_bar_stays_one_line_without_a_network(visited, line, width):
    visited.set_viewport_size({"width": width, "height": 844})
    go_offline(visited, line)
    expect(visited.locator("connection-line")).to_have_attribute("data-state", "offline")
    assert visited.evaluate(ONE_LINE)
    add(visited, *hubs(12))
    claim_all(visited, 12)
    expect(visited.locator("connection-line [data-number]").first).to_have_text("12")
    assert visited.evaluate(ONE_LINE)


def all_claimed_once(page: Page, sandbox, *wanted: str) -> None:
    for hub in wanted:
        expect(word(page, hub)).to_have_text(CLAIMED)
    assert sorted(claimed(sandbox)) == sorted(wanted)
    assert Claim.objects.count() == len(wanted)


@pytest.mark.slow
def test_without_a_network_the_page_opens_scans_queues_and_sends_once_it_is_back(
    visited, line, sandbox
):
    wanted = hubs(3)
    go_offline(visited, line)
    open_tray(visited)
    expect(visited.locator("[data-site-name]")).to_have_text("Mill Court")
    add(visited, *wanted[:2])
    expect(word(visited, wanted[0])).to_have_text("Not checked")
    claim_all(visited, 2)
    expect(word(visited, wanted[0])).to_have_text("Waiting")
    expect(row(visited, wanted[0])).to_contain_text("sent by itself when the connection is back")
    expect(visited.locator("connection-line [data-waiting]")).to_contain_text("2 waiting")

    # The page is closed and opened again, still without a network.
    open_tray(visited)
    assert stages(visited) == ["confirmed", "confirmed"]
    add(visited, wanted[2])
    claim_all(visited, 1)
    assert not Claim.objects.exists()
    go_online(visited, line)
    all_claimed_once(visited, sandbox, *wanted)


@pytest.mark.slow
def test_a_label_in_the_address_is_added_without_a_network_too(visited, line, orchard_rise):
    (hub,) = hubs(1)
    go_offline(visited, line)
    open_tray(visited, f"?site={orchard_rise.pk}&label={hub}")
    expect(rows(visited)).to_have_count(1)
    expect(visited.locator("[data-site-name]")).to_have_text("Orchard Rise")


@pytest.mark.slow
def test_the_network_is_lost_between_two_scans_and_returns(visited, line, sandbox):
    one, other = hubs(2)
    add(visited, one)
    expect(word(visited, one)).to_have_text("Ready")
    go_offline(visited, line)
    add(visited, other)
    expect(word(visited, other)).to_have_text("Not checked")
    expect(word(visited, one)).to_have_text("Ready")
    go_online(visited, line)
    expect(word(visited, other)).to_have_text("Ready")
    claim_all(visited, 2)
    all_claimed_once(visited, sandbox, one, other)


@pytest.mark.slow
def test_an_answer_lost_after_the_portal_stored_the_claims_makes_no_second_ones(
    visited, line, sandbox
):
    wanted = hubs(3)
    add(visited, *wanted)
    for hub in wanted:
        expect(word(visited, hub)).to_have_text("Ready")
    line.lose_answers("POST /claims/tray/")
    claim_all(visited, 3)
    expect(word(visited, wanted[0])).to_have_text("Waiting")
    expect(row(visited, wanted[0])).to_contain_text("Kept on this device")
    assert line.lost
    assert Claim.objects.count() == 3
    assert stages(visited) == ["confirmed"] * 3
    line.restore()
    all_claimed_once(visited, sandbox, *wanted)


@pytest.mark.slow
def test_when_the_network_is_lost_claims_go_on_and_their_end_is_shown_later(visited, line, sandbox):
    (hub,) = hubs(1)
    add(visited, hub)
    sandbox.state.set_hub(hub, {"online": False})
    claim_all(visited, 1)
    expect(word(visited, hub)).to_have_text("Hub offline")
    go_offline(visited, line)
    sandbox.state.set_hub(hub, {"online": True})
    load_again(visited)
    expect(word(visited, hub)).to_have_text("Hub offline")
    visited.get_by_role("button", name="Stop trying").click()
    expect(outcome(visited)).to_contain_text("as soon as the portal can be reached")
    # Loaded again, the page has forgotten it: nothing is stopped behind anybody's back.
    load_again(visited)
    ready(visited)
    # Somebody is at work in the shell: it stays, and no other page takes its place below a tap.
    visited.keyboard.press("Shift")
    go_online(visited, line)
    try_now = visited.get_by_role("button", name="Try now")
    claimed_already = word(visited, hub).filter(has_text=CLAIMED)
    expect(try_now.or_(claimed_already)).to_be_visible()
    # The portal may find the hub online before anybody taps.
    try_now.evaluate_all("buttons => buttons.forEach((button) => button.click())")
    all_claimed_once(visited, sandbox, hub)


@pytest.mark.slow
def test_a_photo_says_that_it_needs_the_portal(visited, line):
    go_offline(visited, line)
    photo = {"name": "label.png", "mimeType": "image/png", "buffer": b"any"}
    visited.locator("[data-photo-input]").set_input_files(photo)
    expect(outcome(visited)).to_contain_text("Photos are read by the portal")


def test_a_waiting_hub_is_only_dropped_after_a_confirmation_that_names_it(visited, line, sandbox):
    one, other = hubs(2)
    go_offline(visited, line)
    add(visited, one, other)
    claim_all(visited, 2)
    row(visited, one).get_by_role("button", name="Remove").click()
    question = visited.get_by_role("dialog")
    expect(question).to_contain_text(f"Remove hub {one[-4:].upper()} from the tray?")
    expect(question).to_contain_text("confirmed for Mill Court and waits to be sent")
    question.get_by_role("button", name="Remove").click()
    expect(rows(visited)).to_have_count(1)
    go_online(visited, line)
    all_claimed_once(visited, sandbox, other)


@pytest.mark.slow
def test_the_session_ends_without_a_network_and_the_same_person_sends_after_signing_in(
    visited, line, sandbox, ira
):
    (hub,) = hubs(1)
    go_offline(visited, line)
    add(visited, hub)
    claim_all(visited, 1)
    visited.context.clear_cookies()
    go_online(visited, line)
    expect(visited.get_by_role("alert")).to_contain_text("You are signed out")
    expect(row(visited, hub)).to_contain_text("sent once you have signed in")
    assert not Claim.objects.exists()
    visited.get_by_role("link", name="Sign in to send", exact=True).click()
    sign_in(visited, ira)
    ready(visited)
    all_claimed_once(visited, sandbox, hub)


@pytest.mark.slow
def test_another_person_on_the_device_neither_sees_nor_counts_nor_sends_waiting_hubs(
    visited, line, sandbox, ira, ada, as_person
):
    (hub,) = hubs(1)
    go_offline(visited, line)
    add(visited, hub)
    claim_all(visited, 1)
    become(visited, as_person(ada), line)
    go_online(visited, line)
    open_tray(visited)
    expect(visited.get_by_role("heading", name="No hubs yet")).to_be_visible()
    expect(visited.locator("connection-line [data-waiting]")).to_be_hidden()
    mine = hubs(2)[1]
    add(visited, mine)
    pick(visited, "Mill Court")
    claim_all(visited, 1)
    all_claimed_once(visited, sandbox, mine)

    become(visited, as_person(ira), line)
    open_tray(visited)
    expect(word(visited, hub)).to_have_text(CLAIMED)
    assert set(read_persons()) == {(hub, ira.pk), (mine, ada.pk)}


def read_persons():
    return Claim.objects.values_list("hub_id_text", "submitted_by")
