"""The worker: it starts, works, survives, and stops without dropping what it has begun."""

import logging
import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import OperationalError
from django.utils import timezone

from portal.claims.engine import actions, leases, step
from portal.claims.models import Claim, State
from portal.core import waking, worker
from portal.core.models import Heartbeat
from portal.orgs.models import ApiCredential
from portal.sandbox import world
from tests.conftest import HELD, claim_request
from tests.running import running, until

pytestmark = pytest.mark.django_db(transaction=True)

SENDS = {"path_contains": "ClaimHub"}


def state_of(claim):
    return Claim.objects.get(pk=claim.pk).state


def is_claimed(claim):
    return state_of(claim) == State.CLAIMED


def sends(sandbox):
    return [request for request in sandbox.state.requests if request.path.endswith("ClaimHub")]


def test_once_does_what_is_due_and_ends(sandbox, claim, capsys):
    call_command("worker", "--once")

    assert is_claimed(claim)
    assert capsys.readouterr().out == "1 done\n"


def break_attempts(monkeypatch, claim):
    """Let every attempt at this claim raise."""
    attempt = step.attempt

    def broken(lease):
        if lease.pk == claim.pk:
            raise ZeroDivisionError
        attempt(lease)

    monkeypatch.setattr(step, "attempt", broken)


def test_a_claim_submitted_while_it_idles_is_claimed_within_a_second(
    sandbox, ira, mill_court, monkeypatch
):
    idled: list[float] = []

    wait = waking.Bell.wait

    def idle(bell: waking.Bell, seconds: float) -> None:
        idled.append(seconds)
        wait(bell, seconds)

    monkeypatch.setattr(waking.Bell, "wait", idle)
    with running():
        until(lambda: idled)
        claim = actions.submit(claim_request(ira, mill_court, world.hub_id(0)))
        until(lambda: is_claimed(claim))

    # By what it lets pass between two looks: a busy machine takes its own time for each.
    assert max(idled) <= 1


def test_a_lease_too_short_for_an_attempt_stops_the_start(monkeypatch):
    monkeypatch.setattr(Claim, "LEASE", timedelta(seconds=70))

    with pytest.raises(RuntimeError, match="lease"):
        worker.Worker(4)


def test_stop_lets_the_attempt_under_way_finish(sandbox, let_go, claim):
    sandbox.faults.add(SENDS, action={"latency": HELD})

    with running() as working:
        until(lambda: sends(sandbox))
        working.stop()
        let_go()

    assert is_claimed(claim)


def test_after_stop_nothing_new_is_begun(sandbox, let_go, claim, ira, mill_court):
    sandbox.faults.add(SENDS, action={"latency": HELD})

    with running(threads=1) as working:
        until(lambda: sends(sandbox))
        working.stop()
        later = actions.submit(claim_request(ira, mill_court, world.hub_id(1)))
        let_go()

    assert state_of(later) == State.QUEUED
    assert len(sends(sandbox)) == 1


def test_a_database_that_goes_away_for_a_moment_is_waited_for(sandbox, claim, monkeypatch, caplog):
    due_jobs, failures = worker.due_jobs, [OperationalError("gone"), OperationalError("gone")]

    def flickering(limit):
        if failures:
            raise failures.pop()
        return due_jobs(limit)

    monkeypatch.setattr(worker, "DATABASE_PAUSE_SECONDS", 0.05)
    monkeypatch.setattr(worker, "due_jobs", flickering)

    with running():
        until(lambda: is_claimed(claim))

    assert caplog.text.count("the database does not answer: OperationalError") == 2


def test_an_attempt_that_fails_ends_neither_the_worker_nor_its_claim(
    sandbox, claim, ira, mill_court, monkeypatch, caplog
):
    other = actions.submit(claim_request(ira, mill_court, world.hub_id(1)))
    with monkeypatch.context() as patch:
        break_attempts(patch, claim)
        with running():
            until(lambda: is_claimed(other))
            until(lambda: "a piece of work failed" in caplog.text)
    Claim.objects.filter(pk=claim.pk).update(lease_until=timezone.now())

    with running():
        until(lambda: is_claimed(claim))


def test_the_worker_sends_heartbeats_also_when_the_clock_is_set_back(
    sandbox, time_machine, monkeypatch
):
    time_machine.move_to(datetime.now(UTC))
    monkeypatch.setattr(worker, "HEARTBEAT_SECONDS", 0.05)
    Heartbeat.objects.create(name="long gone", beat_at=timezone.now() - timedelta(days=2))

    with running() as working:
        until(Heartbeat.objects.filter(name=working.name).exists)
        before = timezone.now()
        time_machine.shift(-3600)
        until(Heartbeat.objects.filter(name=working.name, beat_at__lt=before).exists)

    assert not Heartbeat.objects.filter(name="long gone").exists()


@pytest.mark.slow
def test_many_threads_on_one_database_never_find_it_locked(sandbox, ira, ada, mill_court, caplog):
    caplog.set_level(logging.INFO)
    with running(threads=16):
        claims = [
            actions.submit(claim_request(person, mill_court, world.hub_id(n)))
            for n in range(60)
            for person in (ira, ada)
        ]
        until(lambda: not Claim.objects.active().exists())

    assert len({claim.pk for claim in claims}) == 60
    assert Claim.objects.filter(state=State.CLAIMED).count() == 60
    assert "locked" not in caplog.text
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


@pytest.mark.slow
def test_forty_hubs_of_two_organisations_are_each_claimed_once(
    sandbox, ira, hal, mill_court, lighthouse
):
    requests = [claim_request(ira, mill_court, world.hub_id(n)) for n in range(20)]
    requests += [claim_request(hal, lighthouse, world.hub_id(n)) for n in range(20, 40)]
    for request in requests:
        actions.submit(request)

    with running(threads=16), running(threads=16):
        until(lambda: not Claim.objects.active().exists())

    assert set(Claim.objects.values_list("state", flat=True)) == {State.CLAIMED}
    acme = {(world.hub_id(n), "acme", world.ACME_ORG_ID) for n in range(20)}
    harbour = {(world.hub_id(n), "harbour", world.HARBOUR_ORG_ID) for n in range(20, 40)}
    events = sandbox.state.event_log
    assert len(events) == 40
    assert {(event.hub_id, event.key, event.data["orgId"]) for event in events} == acme | harbour


def test_a_check_of_a_key_is_not_kept_waiting_by_a_crowd_of_claims(sandbox, acme, ira, mill_court):
    for number in range(20):
        actions.submit(claim_request(ira, mill_court, world.hub_id(number)))
    ApiCredential.objects.update(due_at=timezone.now() - timedelta(minutes=5))

    jobs = worker.due_jobs(16)

    assert len(jobs) == 16
    assert not ApiCredential.objects.filter(lease_until=None).exists()


def test_with_one_thread_free_the_kinds_of_work_take_turns(sandbox, acme, ira, mill_court):
    for number in range(6):
        actions.submit(claim_request(ira, mill_court, world.hub_id(number)))
    ApiCredential.objects.update(due_at=timezone.now() - timedelta(minutes=5))

    for _ in worker.kinds():
        worker.due_jobs(1)

    assert not ApiCredential.objects.filter(lease_until=None).exists()


def test_a_claim_under_way_does_not_make_the_worker_lease_again_and_again(sandbox, claim):
    assert worker.due_jobs(4)

    assert not any(kind.is_due() for kind in worker.kinds())


def test_a_stopping_worker_abandons_a_step_that_takes_too_long(sandbox, let_go, claim, monkeypatch):
    monkeypatch.setattr(worker, "STOP_WITHIN_SECONDS", 0.2)
    sandbox.faults.add(SENDS, action={"hang": HELD, "effect": True}, times=1)
    working = worker.Worker(2)
    ended: list[bool] = []
    thread = threading.Thread(target=lambda: ended.append(working.run()))
    thread.start()
    until(lambda: sends(sandbox))

    working.stop()
    thread.join(timeout=60)

    assert ended == [False]
    let_go()
    until(lambda: is_claimed(claim) or state_of(claim) == State.VERIFYING)


def test_the_claims_of_a_worker_without_heartbeats_are_taken_over_within_a_minute(
    sandbox, claim, monkeypatch
):
    monkeypatch.setattr(worker, "HEARTBEAT_SECONDS", 0.05)
    monkeypatch.setattr(worker, "SILENT_SECONDS", 0.3)
    Heartbeat.objects.create(name="killed-1", beat_at=timezone.now())
    leases.take_due(1)
    Claim.objects.update(leased_by="killed-1")

    with running():
        until(lambda: is_claimed(claim))


def test_a_dead_worker_is_noticed_within_a_minute():
    late = 2 * worker.HEARTBEAT_SECONDS

    assert worker.SILENT_SECONDS >= 2 * worker.HEARTBEAT_SECONDS
    assert late + worker.SILENT_SECONDS < 60


def test_a_worker_with_recent_heartbeats_keeps_its_claims(sandbox, claim, monkeypatch):
    Heartbeat.objects.create(name="alive-1", beat_at=timezone.now())
    working = worker.Worker(1)
    monkeypatch.setattr(worker, "SILENT_SECONDS", 0.001)
    leases.take_due(1)
    Claim.objects.update(leased_by="alive-1")

    working._beat()
    Heartbeat.objects.filter(name="alive-1").update(beat_at=timezone.now())
    working._beat_due = 0.0
    working._beat()

    assert leases.take_due(1) == []
