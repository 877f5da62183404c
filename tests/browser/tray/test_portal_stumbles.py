"""Rows that the portal cannot take, and what it told in another language."""

import pytest
from playwright.sync_api import expect

from portal.claims import lifecycle
from portal.claims.models import Claim
from portal.sandbox import world
from tests.browser.tray.seeded import PUT
from tests.browser.tray.steps import (
    add,
    claim_all,
    hubs,
    open_tray,
    stages,
    word,
)

pytestmark = pytest.mark.usefixtures("mill_court", "hurried")

OFFLINE = world.MAGIC["offline"].id
SUSPENDED = world.MAGIC["suspended"].id
UNKNOWN = world.MAGIC["unknown"].id
OTHER_SITE = world.MAGIC["other_site"].id

# Another page moves all rows, of which this one has not heard yet.
MOVE_ALL = """async (site) => {
  const { postMessage } = BroadcastChannel.prototype;
  const store = new TrayStore();
  BroadcastChannel.prototype.postMessage = () => {};
  const rows = await store.rows(await store.get("current"));
  await store.change(rows.map((row) => row.id), (row) => ({ ...row, site }));
  BroadcastChannel.prototype.postMessage = postMessage;
}"""


def test_a_row_that_the_portal_could_not_take_says_so(tablet, sandbox, ira, monkeypatch):
    def fail(order):
        raise RuntimeError

    (hub,) = hubs(1)
    page = tablet(ira)
    open_tray(page)
    add(page, hub)
    with monkeypatch.context() as patch:
        patch.setattr(lifecycle, "submit", fail)
        claim_all(page, 1)
        expect(word(page, hub)).to_have_text("Not saved yet")
    assert stages(page) == ["confirmed"]


def test_what_the_portal_fails_at_holds_up_no_other_organisations_rows(tablet, sandbox, ira):
    tablet.expected = ["status of 500"]
    hub, elsewhere = hubs(2)
    page = tablet(ira)

    def fail(route):
        if elsewhere in (route.request.post_data or ""):
            return route.fulfill(status=500, body="")
        return route.continue_()

    page.route("**/claims/tray/", fail)
    open_tray(page)
    page.evaluate(PUT, [confirmed_for(ira, elsewhere)])
    add(page, hub)
    claim_all(page, 1)
    expect(word(page, hub)).to_have_text("Waiting to send")


def test_what_is_finished_is_told_in_the_language_that_the_person_changed_to(
    tablet, sandbox, ira, mill_court
):
    (hub,) = hubs(1)
    page = tablet(ira)
    open_tray(page)
    add(page, hub)
    claim_all(page, 1)
    expect(word(page, hub)).to_have_text("Waiting to send")
    lifecycle.stop(Claim.objects.get(), ira)
    expect(word(page, hub)).to_have_text("Cancelled")
    type(ira).objects.update(language="el")
    page.reload()
    expect(word(page, hub)).to_have_text("Ακυρώθηκε")


def confirmed_for(person, hub: str) -> dict[str, object]:
    """A row that the person confirmed before all others, for some other organisation."""
    row = {"id": hub, "person": str(person.pk), "organisation": hub, "text": hub, "hubId": hub}
    return {**row, "site": hub, "siteName": "", "at": 0, "stage": "confirmed", "news": None}
