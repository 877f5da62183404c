"""A hub that was looked up just before it was claimed is not read once more."""

from datetime import timedelta

import pytest
from django.utils import timezone

from portal.claims.engine import actions
from portal.claims.models import Attempt, Claim, State
from portal.core import worker
from portal.hubs import watching
from portal.hubs.models import Hub
from portal.sandbox import world
from tests.conftest import claim_request, work


def look_up(acme, hub_id):
    """Have the worker read the hub's status, as for somebody who has scanned its label."""
    hub = watching.hub_for(acme, hub_id)
    watching.watch(hub)
    worker.run_once()
    Hub.objects.filter(pk=hub.pk).update(watched_until=None, due_at=None)


@pytest.fixture
def looked_up(sandbox, acme, hub_id):
    look_up(acme, hub_id)


def make(ira, mill_court, hub_id):
    return actions.submit(claim_request(ira, mill_court, hub_id))


def test_a_lookup_of_a_moment_ago_counts_as_the_first_read(
    looked_up, ira, mill_court, hub_id, wire
):
    claim = work(make(ira, mill_court, hub_id))

    assert claim.state == State.CLAIMED
    assert len(wire("status", hub_id)) == 1
    assert [attempt.kind for attempt in claim.attempts.all()] == [Attempt.Kind.SEND]


def test_an_older_lookup_does_not_count(looked_up, ira, mill_court, hub_id, wire, clock):
    clock.shift(16)
    work(make(ira, mill_court, hub_id))

    assert len(wire("status", hub_id)) == 2


def test_a_lookup_that_seems_to_come_from_the_future_does_not_count(
    looked_up, ira, mill_court, hub_id, wire
):
    Hub.objects.update(read_at=timezone.now() + timedelta(seconds=5))
    work(make(ira, mill_court, hub_id))

    assert len(wire("status", hub_id)) == 2


def test_a_second_try_reads_for_itself(sandbox, looked_up, ira, mill_court, hub_id, wire):
    sandbox.faults.add({"path_contains": "ClaimHub"}, action={"status": 409}, times=1)
    claim = make(ira, mill_court, hub_id)
    assert work(claim).state == State.WAITING

    assert work(claim).state == State.CLAIMED
    assert len(wire("status", hub_id)) == 2


THEIRS = {"status": "Claimed", "orgId": world.HARBOUR_ORG_ID, "siteId": "x"}


@pytest.mark.parametrize("found", [THEIRS, {"status": "Suspended"}, {"status": "Decommissioned"}])
def test_a_hub_looked_up_as_not_free_is_read_again(sandbox, acme, ira, mill_court, hub_id, found):
    sandbox.state.set_hub(str(hub_id), found)
    look_up(acme, hub_id)
    sandbox.state.set_hub(str(hub_id), {"status": "Provisioned", "orgId": "", "siteId": ""})

    assert work(make(ira, mill_court, hub_id)).state == State.CLAIMED


def test_a_lookup_by_another_organisation_is_not_used(
    sandbox, harbour, ira, mill_court, hub_id, wire
):
    look_up(harbour, hub_id)
    work(make(ira, mill_court, hub_id))

    assert len(wire("status", hub_id)) == 2
    assert Claim.objects.get().state == State.CLAIMED
