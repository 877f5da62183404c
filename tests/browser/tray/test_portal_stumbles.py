"""Rows that the portal cannot take, and what it told in another language."""

import pytest
from django.db import OperationalError
from playwright.sync_api import expect

from portal.claims.engine import actions
from portal.claims.models import Claim
from portal.sandbox import world
from portal.tray.web import views
from tests.browser.tray.seeded import PUT
from tests.browser.tray.steps import (
    add,
    claim_all,
    hubs,
    open_tray,
    row,
    rows,
    stages,
    word,
)

pytestmark = pytest.mark.usefixtures("mill_court", "hurried")

OFFLINE = world.MAGIC["offline"].id


def test_a_row_that_the_portal_could_not_take_says_so(tablet, sandbox, ira, monkeypatch):
    def fail(order):
        raise RuntimeError

    (hub,) = hubs(1)
    page = tablet(ira)
    open_tray(page)
    add(page, hub)
    with monkeypatch.context() as patch:
        patch.setattr(actions, "submit", fail)
        claim_all(page, 1)
        expect(word(page, hub)).to_have_text("Not saved yet")
    assert stages(page) == ["confirmed"]


def test_hubs_confirmed_for_an_organisation_the_person_left_can_be_removed(tablet, sandbox, ira):
    tablet.expected = ["404"]
    (hub,) = hubs(1)
    page = tablet(ira)
    open_tray(page)
    page.evaluate(PUT, [confirmed_for(ira, hub)])
    expect(page.locator("connection-line [data-waiting]")).to_contain_text("1 waiting")
    expect(word(page, hub)).to_have_text("Refused")
    expect(row(page, hub)).to_contain_text(
        "You do not belong to that organisation, or not any more."
    )
    # The same hub may be claimed for one's own.
    add(page, hub)
    expect(rows(page)).to_have_count(2)
    row(page, hub).filter(has_text="Refused").get_by_role("button", name="Remove").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.locator("connection-line [data-waiting]")).to_be_hidden()
    expect(word(page, hub)).to_have_text("Not checked")


@pytest.mark.slow
def test_a_portal_that_fails_is_not_called_a_lost_connection(tablet, sandbox, ira, monkeypatch):
    def busy(member, rows):
        raise OperationalError

    tablet.expected = ["503"]
    (hub,) = hubs(1)
    page = tablet(ira)
    open_tray(page)
    add(page, hub)
    expect(word(page, hub)).to_have_text("Not checked")
    with monkeypatch.context() as patch:
        patch.setattr(views, "carry_out", busy)
        claim_all(page, 1)
        expect(row(page, hub)).to_contain_text("The portal does not take it at this moment.")
        expect(page.get_by_role("alert")).to_contain_text("Not saved yet: try again.")
        expect(page.locator("connection-line")).to_have_attribute("data-state", "online")
    expect(word(page, hub)).to_have_text("Waiting to send")
    expect(page.get_by_role("alert")).to_be_hidden()


def test_finished_rows_are_shown_in_the_language_the_person_changed_to(
    tablet, sandbox, ira, mill_court
):
    (hub,) = hubs(1)
    page = tablet(ira)
    open_tray(page)
    add(page, hub)
    claim_all(page, 1)
    expect(word(page, hub)).to_have_text("Waiting to send")
    actions.stop(Claim.objects.get(), ira)
    expect(word(page, hub)).to_have_text("Cancelled")
    type(ira).objects.update(language="el")
    page.reload()
    expect(word(page, hub)).to_have_text("Ακυρώθηκε")


def confirmed_for(person, hub: str) -> dict[str, object]:
    """A row that the person confirmed before all others, for some other organisation."""
    row = {"id": hub, "person": str(person.pk), "organisation": hub, "text": hub, "hubId": hub}
    return {**row, "site": hub, "siteName": "", "at": 0, "stage": "confirmed", "news": None}
