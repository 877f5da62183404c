"""A tray that is open while somebody else signs in is closed to them."""

import pytest
from playwright.sync_api import expect

from portal.claims.models import Claim
from tests.browser.checks import problems
from tests.browser.offline import go_offline, go_online
from tests.browser.tray.steps import add, become, claim_all, hubs, open_tray, row, word

pytestmark = [
    pytest.mark.slow,
    pytest.mark.usefixtures("mill_court", "orchard_rise", "working", "hurried"),
]


def test_a_page_of_one_person_sends_nothing_once_another_has_signed_in(
    visited, line, sandbox, ada, as_person
):
    tablet_of_ira = visited
    (hub,) = hubs(1)
    add(tablet_of_ira, hub)
    expect(word(tablet_of_ira, hub)).to_have_text("Ready")
    become(tablet_of_ira, as_person(ada), line)
    go_offline(tablet_of_ira, line)
    claim_all(tablet_of_ira, 1)
    go_online(tablet_of_ira, line)
    expect(tablet_of_ira.get_by_role("alert")).to_contain_text("Somebody else is signed in")
    assert not Claim.objects.exists()


@pytest.mark.slow
def test_a_page_opened_offline_is_closed_to_another_person_who_signs_in(
    visited, line, sandbox, ada, as_person
):
    (hub,) = hubs(1)
    go_offline(visited, line)
    open_tray(visited)
    expect(visited.locator("[data-whose]")).to_have_text("Ira Installer · Acme Properties")
    add(visited, hub)
    claim_all(visited, 1)
    become(visited, as_person(ada), line)
    go_online(visited, line)
    other = visited.context.new_page()
    open_tray(other)
    expect(visited.get_by_role("alert")).to_contain_text("Somebody else is signed in")
    expect(row(visited, hub)).to_be_hidden()
    expect(visited.locator("[data-tray-claim]")).to_be_hidden()
    assert problems(visited) == []
    assert not Claim.objects.exists()


@pytest.mark.slow
def test_a_closed_tray_stays_closed_offline_and_opens_for_its_own_person_only(
    visited, line, sandbox, ira, ada, as_person
):
    (hub,) = hubs(1)
    add(visited, hub)
    expect(word(visited, hub)).to_have_text("Ready")
    become(visited, as_person(ada), line)
    claim_all(visited, 1)
    expect(row(visited, hub)).to_be_hidden()
    go_offline(visited, line)
    expect(visited.get_by_role("status").get_by_text("No connection")).to_be_visible()
    expect(row(visited, hub)).to_be_hidden()
    expect(visited.locator("[data-tray-claim]")).to_be_hidden()
    become(visited, as_person(ira), line)
    go_online(visited, line)
    expect(word(visited, hub)).to_be_visible()
    expect(visited.get_by_role("alert")).to_be_hidden()


@pytest.mark.slow
def test_the_tray_is_closed_to_an_agent_of_support_too(visited, line, sandbox, agent):
    (hub,) = hubs(1)
    add(visited, hub)
    expect(word(visited, hub)).to_have_text("Ready")
    become(visited, agent, line)
    go_offline(visited, line)
    go_online(visited, line)
    expect(visited.get_by_role("alert")).to_contain_text("Somebody else is signed in")
    expect(row(visited, hub)).to_be_hidden()
