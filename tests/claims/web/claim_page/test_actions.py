"""A claim is tried now, stopped and tried again from its page, where that can help."""

import re

import pytest
from django.conf import settings
from django.utils import timezone

from portal.claims.engine import actions
from portal.claims.models import Claim
from portal.sandbox import world
from tests.claims.web.claim_page.conftest import address, offline_claim, text_of
from tests.conftest import claim_request, work
from tests.forms import FRAGMENT


def test_try_now_makes_a_waiting_claim_due(installer, ira, mill_court, sandbox, clock):
    claim = offline_claim(ira, mill_court)
    clock.shift(settings.TRY_NOW_SECONDS)
    answer = installer.post(address(claim, "try-now/"))
    claim.refresh_from_db()

    assert answer["Location"] == address(claim)
    assert claim.send_requested
    assert claim.due_at <= timezone.now()
    assert "can be tried again" not in text_of(installer, claim)


def test_who_taps_again_at_once_is_told_when_it_was_tried(installer, ira, mill_court, sandbox):
    claim = offline_claim(ira, mill_court)
    tried = f"Tried {timezone.localtime(claim.contacted_at):%H:%M}. It can be tried again in"
    fragment = installer.post(address(claim, "try-now/"), headers=FRAGMENT).content.decode()
    leads_back = installer.post(address(claim, "try-now/"))

    assert tried in fragment
    assert 'id="try-now"' in fragment
    assert leads_back["Location"] == address(claim)
    assert text_of(installer, claim).count(tried) == 1
    assert tried not in text_of(installer, claim), "it is said once"
    assert not Claim.objects.get().send_requested


def test_a_claim_that_ended_meanwhile_is_shown_and_nothing_is_said_of_a_try(
    installer, claim, sandbox
):
    work(claim)
    fragment = installer.post(address(claim, "try-now/"), headers=FRAGMENT).content.decode()

    assert "can be tried again" not in fragment
    assert "Mill Court" in fragment


def test_stop_ends_a_waiting_claim_and_the_fragment_says_so(installer, ira, mill_court, sandbox):
    claim = offline_claim(ira, mill_court)
    fragment = installer.post(address(claim, "stop/"), headers=FRAGMENT).content.decode()
    claim.refresh_from_db()

    assert claim.state == "cancelled"
    assert "Nothing more is sent for this hub." in fragment
    assert 'id="try-again"' in fragment


@pytest.mark.parametrize(
    ("state", "reason", "primary"),
    [
        ("expired", "offline", "try-again"),
        ("cancelled", "", "try-again"),
        ("cancelled", "right_gone", "scan-next"),
        ("conflict", "another_organisation", "scan-next"),
        ("not_found", "", "scan-next"),
    ],
)
def test_what_helps_is_the_primary_action(installer, claim, sandbox, state, reason, primary):
    Claim.objects.update(state=state, reason=reason, finished_at=timezone.now(), due_at=None)

    assert re.findall(r'class="button primary"\s+id="([^"]+)"', text_of(installer, claim)) == [
        primary
    ]


def test_again_makes_one_linked_claim_however_often_it_is_tapped(installer, claim, mill_court):
    actions.stop(claim, claim.submitted_by)
    first, second = (installer.post(address(claim, "again/")) for _ in range(2))
    fresh = Claim.objects.get(retry_of=claim)

    assert first["Location"] == second["Location"] == address(fresh)
    assert (fresh.hub, fresh.site, fresh.state) == (claim.hub, mill_court, "queued")
    assert address(claim) in text_of(installer, fresh)


def test_again_after_a_success_changes_nothing(installer, claim, sandbox):
    work(claim)

    assert installer.post(address(claim, "again/"))["Location"] == address(claim)
    assert Claim.objects.count() == 1


@pytest.mark.parametrize("action", ["try-now/", "stop/", "again/"])
def test_a_get_of_an_action_leads_to_the_claim(action, installer, claim):
    assert installer.get(address(claim, action))["Location"] == address(claim)
    assert Claim.objects.get().state == "queued"


def test_a_claim_that_can_never_succeed_offers_no_try_again(installer, ira, mill_court, sandbox):
    scrapped = actions.submit(claim_request(ira, mill_court, world.MAGIC["decommissioned"].id))
    work(scrapped)

    assert (
        f"/claims/{scrapped.pk}/again/"
        not in installer.get(f"/claims/{scrapped.pk}/").content.decode()
    )


def test_a_claim_that_is_being_stopped_is_not_tried_now(installer, claim):
    Claim.objects.update(
        state="verifying", outcome_unknown_since=timezone.now(), cancel_requested_at=timezone.now()
    )

    page = installer.get(f"/claims/{claim.pk}/").content.decode()

    assert "Stopping" in page
    assert f"/claims/{claim.pk}/try-now/" not in page


def test_who_made_a_claim_reads_who_released_it_and_who_stopped_it(
    installer, as_person, ada, ira, mill_court
):
    claim = actions.submit(claim_request(ira, mill_court, world.hub_id(0)))
    Claim.objects.filter(pk=claim.pk).update(state="blocked", reason="right_gone", due_at=None)
    assert actions.release(claim, ada)
    released = text_of(installer, claim)
    assert actions.stop(claim, ada)

    assert "Released" in released
    assert "By Ada Admin" in released
    assert "Stopped by Ada Admin" in text_of(installer, claim)
    assert "Stopped by" not in text_of(as_person(ada), claim), "she knows"
