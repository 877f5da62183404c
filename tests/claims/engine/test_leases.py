"""Leases: one worker at a time, a late one writes nothing, and a killed one loses nothing."""

from datetime import timedelta

import pytest
from django.utils import timezone

from portal.audit.models import Entry
from portal.claims.engine import actions, calls, leases, step
from portal.claims.models import Attempt, Claim, State
from portal.sandbox import world
from tests.conftest import claim_request, work


def row(claim):
    """All that a worker may write of a claim."""
    return (
        Claim.objects.filter(pk=claim.pk).values().get(),
        list(Attempt.objects.filter(claim=claim).values()),
        Entry.objects.count(),
    )


def many(ira, mill_court, count):
    return [actions.submit(claim_request(ira, mill_court, world.hub_id(n))) for n in range(count)]


def test_two_takers_get_different_claims(ira, mill_court):
    many(ira, mill_court, 5)

    first, second, third = leases.take_due(3), leases.take_due(3), leases.take_due(3)

    taken = [lease.pk for lease in first + second]
    assert len(taken) == len(set(taken)) == 5
    assert third == []


def test_a_free_thread_goes_to_the_organisation_with_the_fewest_threads(
    ira, hal, mill_court, lighthouse
):
    many(ira, mill_court, 6)
    leases.take_due(2)
    late = actions.submit(claim_request(hal, lighthouse, world.hub_id(9)))

    [lease] = leases.take_due(1)

    assert lease.pk == late.pk


def test_all_threads_serve_one_organisation_when_nobody_else_waits(ira, mill_court):
    many(ira, mill_court, 6)

    assert len(leases.take_due(3)) == len(leases.take_due(3)) == 3


def test_organisations_take_turns(ira, hal, mill_court, lighthouse):
    many(ira, mill_court, 6)
    theirs = actions.submit(claim_request(hal, lighthouse, world.hub_id(50)))

    assert theirs.pk in {lease.pk for lease in leases.take_due(2)}


def test_a_claim_that_is_not_due_is_not_leased(claim):
    Claim.objects.update(due_at=timezone.now() + timedelta(seconds=5))

    assert leases.take_due(5) == []


def test_a_stale_lease_does_nothing_at_all(sandbox, claim, clock, wire):
    (stale,) = leases.take_due(1)
    clock.shift(91)
    leases.take_due(1)
    before = row(claim)

    step.attempt(stale)

    assert row(claim) == before
    assert wire() == []


@pytest.mark.parametrize("action", [{}, {"drop": "after"}, {"status": 401}, {"status": 429}])
def test_a_lease_lost_during_the_send_writes_nothing(
    sandbox, claim, clock, monkeypatch, acme, action
):
    if action:
        sandbox.faults.add({"path_contains": "ClaimHub"}, action=action, times=1)
    (stale,) = leases.take_due(1)
    moments = {}
    send = calls.send

    def overtaken(*args, **kwargs):
        answer = send(*args, **kwargs)
        clock.shift(91)
        assert len(leases.take_due(1)) == 1
        moments["before"] = row(claim)
        return answer

    monkeypatch.setattr(calls, "send", overtaken)
    step.attempt(stale)

    assert row(claim) == moments["before"]
    acme.credential.refresh_from_db()
    assert acme.credential.state == "working"
    # A 429 is the key's, no matter who held the lease: the gate has written that, and no attempt.
    assert (acme.credential.paused_until is not None) == (action.get("status") == 429)


def test_a_lease_that_is_running_out_sends_nothing(sandbox, claim, clock, monkeypatch, wire):
    (lease,) = leases.take_due(1)
    read = calls.read

    def slow(*args, **kwargs):
        answer = read(*args, **kwargs)
        clock.shift(60)
        return answer

    monkeypatch.setattr(calls, "read", slow)
    step.attempt(lease)

    assert wire("ClaimHub") == []
    assert row(claim)[1] == []


def test_a_final_claim_is_never_leased_again(sandbox, claim, clock):
    done = work(claim)
    clock.shift(7 * 24 * 3600)

    assert leases.take_due(5) == []
    assert not actions.try_now(done)
    assert not actions.stop(done, done.submitted_by)
    assert work(done).state == State.CLAIMED
