"""Somebody is removed while hubs wait in their open tray: it says so, keeps them, and rests."""

import pytest
from playwright.sync_api import expect

from portal.claims.models import Claim
from portal.orgs import members
from tests.browser.checks import problems
from tests.browser.offline import go_offline, go_online
from tests.browser.steps import look_again
from tests.browser.tray.steps import CLAIMED, add, become, claim_all, hubs, open_tray, row, word
from tests.conftest import join

pytestmark = [
    pytest.mark.slow,
    pytest.mark.usefixtures("mill_court", "orchard_rise", "working", "hurried"),
]


def test_a_removed_person_is_told_and_their_hubs_wait_until_they_belong_again(
    visited, line, sandbox, ira, ada, acme, as_person
):
    (hub,) = hubs(1)
    add(visited, hub)
    expect(word(visited, hub)).to_have_text("Ready")
    go_offline(visited, line)
    claim_all(visited, 1)
    members.remove(ira.memberships.get(), ada)
    asked = []
    visited.on("request", lambda request: asked.append(request.url))
    go_online(visited, line)
    ended = "Your access to Acme Properties has ended. What you scanned on this device"
    expect(visited.get_by_role("alert")).to_contain_text(ended)
    expect(row(visited, hub)).to_contain_text("Your access has ended.")
    expect(row(visited, hub)).to_be_visible()

    # Signed in again, they belong to nothing: the page that is still open says that.
    ira.refresh_from_db()
    become(visited, as_person(ira), line)
    look_again(visited)
    expect(visited.get_by_role("alert")).to_contain_text("or not any more")
    expect(row(visited, hub)).to_be_visible()
    assert problems(visited) == []
    asked.clear()
    visited.wait_for_timeout(3_000)
    assert len([url for url in asked if "/claims/tray/" in url]) <= 3
    home = visited.context.new_page()
    home.goto("/")
    expect(home.get_by_text("You do not belong to Acme Properties any more")).to_be_visible()
    expect(home.locator("main").get_by_text("1 hub")).to_be_visible()
    assert not Claim.objects.exists()

    join(ira, acme)
    open_tray(visited)
    expect(word(visited, hub)).to_have_text(CLAIMED)
    assert Claim.objects.get().submitted_by == ira
