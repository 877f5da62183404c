"""However often somebody asks for a try at once, SpKey is asked once in ten seconds."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from portal.claims.engine import actions
from portal.claims.models import Claim
from portal.core import leasing, worker
from portal.sandbox import world
from tests.conftest import claim_request, work


@pytest.fixture
def offline(sandbox, ira, mill_court, time_machine) -> Claim:
    """A claim of a hub that is offline, tried at this very moment, at which time stands still."""
    time_machine.move_to(timezone.now(), tick=False)
    return work(actions.submit(claim_request(ira, mill_court, world.MAGIC["offline"].id)))


def calls_of_taps(sandbox, claim: Claim, taps: int) -> int:
    """Tap so many times, a worker at work after each. Return how many calls SpKey got of that."""
    before = len(sandbox.state.requests)
    for _ in range(taps):
        actions.try_now(claim)
        worker.run_once()
    return len(sandbox.state.requests) - before


def later(claim: Claim) -> None:
    """Let the claim's own next try be far away."""
    Claim.objects.filter(pk=claim.pk).update(due_at=timezone.now() + timedelta(hours=1))


def test_fifty_taps_on_a_claim_make_one_read_and_one_send(sandbox, offline, wire, time_machine):
    later(offline)
    assert calls_of_taps(sandbox, offline, 5) == 0

    time_machine.shift(settings.TRY_NOW_SECONDS)
    calls_of_taps(sandbox, offline, 50)

    assert len(wire("ClaimHub")) == 1
    assert len(wire(f"/{offline.hub_id_text}/status")) == 2


def test_a_claim_is_tried_again_as_soon_as_its_last_try_began_ten_seconds_ago(
    offline, time_machine
):
    time_machine.shift(settings.TRY_NOW_SECONDS - 0.001)
    assert not actions.try_now(offline)

    time_machine.shift(0.001)
    assert actions.try_now(offline)


def test_a_claim_that_was_just_tried_keeps_all_that_was_planned_for_it(offline):
    row = Claim.objects.filter(pk=offline.pk)
    before = row.values().get()

    assert not actions.try_now(offline)
    assert row.values().get() == before


def test_a_clock_that_is_put_back_keeps_nobody_from_trying_now(offline, time_machine):
    time_machine.shift(-3600)
    leasing.correct_clock()
    time_machine.shift(settings.TRY_NOW_SECONDS)

    assert actions.try_now(offline)
