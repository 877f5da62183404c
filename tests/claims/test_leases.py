"""Leases: one worker at a time, a late one writes nothing, and a killed one loses nothing."""

from datetime import timedelta

import pytest
from django.utils import timezone

from portal.audit.models import Entry
from portal.claims import calls, leases, lifecycle, worker
from portal.claims.models import Attempt, Claim, State
from portal.sandbox import world
from tests.claims.conftest import claimed_events
from tests.conftest import order, work


class Killed(BaseException):
    """Stands for the end of the process: nothing catches it."""


@pytest.fixture
def kill_worker(monkeypatch):
    """Let a worker run until it reaches this function, and kill it there, or after it."""

    def kill(module, name, *, after=False):
        reached = getattr(module, name)

        def killed(*args, **kwargs):
            if after:
                reached(*args, **kwargs)
            raise Killed

        with monkeypatch.context() as patch:
            patch.setattr(module, name, killed)
            with pytest.raises(Killed):
                worker.run_once()

    return kill


def row(claim):
    """All that a worker may write of a claim."""
    return (
        Claim.objects.filter(pk=claim.pk).values().get(),
        list(Attempt.objects.filter(claim=claim).values()),
        Entry.objects.count(),
    )


def many(ira, mill_court, count):
    return [lifecycle.submit(order(ira, mill_court, world.hub_id(n))) for n in range(count)]


def test_two_takers_get_different_claims(ira, mill_court):
    many(ira, mill_court, 5)

    first, second, third = leases.take_due(3), leases.take_due(3), leases.take_due(3)

    taken = [lease.claim_id for lease in first + second]
    assert len(taken) == len(set(taken)) == 5
    assert third == []


def test_a_thread_that_falls_free_goes_to_whom_fewest_work_for(ira, hal, mill_court, lighthouse):
    many(ira, mill_court, 6)
    leases.take_due(2)
    late = lifecycle.submit(order(hal, lighthouse, world.hub_id(9)))

    [lease] = leases.take_due(1)

    assert lease.claim_id == late.pk


def test_all_threads_serve_one_organisation_when_nobody_else_waits(ira, mill_court):
    many(ira, mill_court, 6)

    assert len(leases.take_due(3)) == len(leases.take_due(3)) == 3


def test_organisations_take_turns(ira, hal, mill_court, lighthouse):
    many(ira, mill_court, 6)
    theirs = lifecycle.submit(order(hal, lighthouse, world.hub_id(50)))

    assert theirs.pk in {lease.claim_id for lease in leases.take_due(2)}


def test_a_claim_that_is_not_due_is_not_leased(claim):
    Claim.objects.update(next_attempt_at=timezone.now() + timedelta(seconds=5))

    assert leases.take_due(5) == []


def test_a_stale_lease_does_nothing_at_all(sandbox, claim, clock, wire):
    (stale,) = leases.take_due(1)
    clock.shift(91)
    leases.take_due(1)
    before = row(claim)

    lifecycle.attempt(stale)

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
    lifecycle.attempt(stale)

    assert row(claim) == moments["before"]
    acme.credential.refresh_from_db()
    assert (acme.credential.state, acme.credential.paused_until) == ("working", None)


def test_a_lease_that_is_running_out_sends_nothing(sandbox, claim, clock, monkeypatch, wire):
    (lease,) = leases.take_due(1)
    read = calls.read

    def slow(*args, **kwargs):
        answer = read(*args, **kwargs)
        clock.shift(60)
        return answer

    monkeypatch.setattr(calls, "read", slow)
    lifecycle.attempt(lease)

    assert wire("ClaimHub") == []
    assert row(claim)[1] == []


def test_a_worker_killed_before_the_intent_sent_nothing_and_the_next_one_claims(
    sandbox, claim, clock, kill_worker, wire
):
    kill_worker(lifecycle, "_commit_intent")
    assert work(claim).state == State.QUEUED
    clock.shift(91)
    done = work(claim)

    assert done.state == State.CLAIMED
    assert len(wire("ClaimHub")) == 1


@pytest.mark.parametrize("has_left", [True, False], ids=["after it left", "before it left"])
def test_a_worker_killed_while_sending_is_followed_by_a_read(
    sandbox, claim, clock, kill_worker, wire, live_through, has_left
):
    kill_worker(calls, "send", after=has_left)
    left_behind = work(claim)
    assert (left_behind.state, left_behind.sends) == (State.SENDING, 1)
    assert left_behind.attempts.get(kind=Attempt.Kind.SEND).outcome == ""

    asked = len(wire())
    clock.shift(91)
    done = live_through(claim, every=15)

    assert wire()[asked].method == "GET"
    assert done.state == State.CLAIMED
    assert done.attempts.filter(kind=Attempt.Kind.SEND).first().outcome == "abandoned"
    assert done.sends == (1 if has_left else 2)
    assert len(wire("ClaimHub")) == 1
    assert len(claimed_events(sandbox, done.hub_id_text)) == 1
    assert Entry.objects.filter(verb="claim.ended").count() == 1


def test_a_worker_killed_before_the_outcome_was_written_leaves_the_send_open(
    sandbox, claim, clock, kill_worker, wire
):
    kill_worker(lifecycle, "_rest")
    open_send = claim.attempts.get(kind=Attempt.Kind.SEND)
    clock.shift(91)
    done = work(claim)

    assert open_send.outcome == ""
    assert done.state == State.CLAIMED
    assert len(wire("ClaimHub")) == 1


def test_an_intent_is_committed_before_every_send(sandbox, claim, monkeypatch):
    seen = []
    send = calls.send

    def watched(*args, **kwargs):
        stored = Claim.objects.get(pk=claim.pk)
        last = stored.attempts.last()
        seen.append((stored.state, stored.sends, last.kind, last.outcome))
        return send(*args, **kwargs)

    monkeypatch.setattr(calls, "send", watched)
    work(claim)

    assert seen == [(State.SENDING, 1, Attempt.Kind.SEND, "")]


def test_a_final_claim_is_never_leased_again(sandbox, claim, clock):
    done = work(claim)
    clock.shift(7 * 24 * 3600)

    assert leases.take_due(5) == []
    assert not lifecycle.try_now(done)
    assert not lifecycle.stop(done, done.submitted_by)
    assert work(done).state == State.CLAIMED
