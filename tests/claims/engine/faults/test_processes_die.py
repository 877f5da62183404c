"""Workers that die at any step, or are told to stop: the next one goes on from the row."""

import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, connections

from portal.claims.engine import actions, calls
from portal.claims.models import Attempt, Claim, State
from portal.core import worker
from portal.core.models import Heartbeat
from portal.hubs import attempts
from portal.sandbox import world
from tests.background import IN_BACKGROUND
from tests.claims.engine.faults.verdicts import (
    SEND,
    assert_claimed_once,
    assert_sent_again_only_after_two_late_reads,
    reads,
    sends,
)
from tests.conftest import HELD, claim_request
from tests.running import until

pytestmark = [
    pytest.mark.django_db(transaction=True),
    # What the warning fears, a lock held by a thread that the child has not, ends with the child.
    pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning"),
]
Prepare = Callable[[], None]


def die(*_args: object, **_kwargs: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def before(module, name: str) -> Prepare:
    """Let the process die where it is about to call this function."""
    return lambda: setattr(module, name, die)


def after(module, name: str) -> Prepare:
    """Let the process die where this function has just returned."""

    def prepare() -> None:
        reached = getattr(module, name)
        setattr(module, name, lambda *args, **kwargs: die(reached(*args, **kwargs)))

    return prepare


@contextmanager
def another_process(prepare: Prepare) -> Iterator[multiprocessing.Process]:
    """A process of its own, in which a worker works off what is due."""

    def work() -> None:
        prepare()
        worker.run_once()

    connections.close_all()  # Two processes must share no connection.
    if connection.vendor == "postgresql":
        connection.close_pool()
    process = multiprocessing.get_context("fork").Process(target=work, daemon=True)
    process.start()
    try:
        yield process
    finally:
        process.kill()
        process.join(timeout=60)


@pytest.fixture
def killed(sandbox, claim, clock) -> Callable[[Prepare], Claim]:
    """Let a worker take the claim up and die at a step; return what it left, its lease run out."""

    def kill(step: Prepare) -> Claim:
        with another_process(step) as process:
            process.join(timeout=60)
            assert process.exitcode == -signal.SIGKILL
        left = Claim.objects.get(pk=claim.pk)
        assert left.lease_until is not None
        assert not worker.due_jobs(1)
        clock.shift(91)
        return left

    return kill


@pytest.fixture
def goes_on(sandbox, claim, page_text, live_through) -> Callable[..., Claim]:
    """See that the next worker begins with a read, and claims the hub once."""

    def see(*, after_sends: int) -> Claim:
        asked = len(sandbox.state.requests)
        done = live_through(claim)
        assert sandbox.state.requests[asked].path.endswith("/status")
        assert_claimed_once(sandbox, done)
        assert done.sends == after_sends
        assert not done.attempts.filter(kind=Attempt.Kind.SEND, outcome="").exists()
        assert "Claimed Acme Properties · Mill Court" in page_text(done)
        return done

    return see


def test_a_worker_killed_before_the_read_is_followed_by_the_next(
    sandbox, killed, page_text, goes_on
):
    left = killed(before(calls, "read"))

    assert (left.state, list(sandbox.state.requests)) == (State.QUEUED, [])
    assert "Contacting SmartphoneKey" in page_text(left)
    goes_on(after_sends=1)


def test_a_worker_killed_after_the_read_is_followed_by_the_next(
    sandbox, killed, page_text, goes_on
):
    left = killed(after(calls, "read"))

    assert (left.state, len(reads(sandbox, left))) == (State.QUEUED, 1)
    assert "Contacting SmartphoneKey" in page_text(left)
    goes_on(after_sends=1)


def test_a_worker_killed_after_the_intent_is_committed_is_followed_by_the_next(
    sandbox, killed, page_text, goes_on
):
    left = killed(before(calls, "send"))

    assert (left.state, left.sends) == (State.SENDING, 1)
    assert sends(sandbox, left) == []
    assert "Claiming the hub" in page_text(left)
    done = goes_on(after_sends=2)
    assert len(sends(sandbox, done)) == 1
    assert done.attempts.filter(outcome="abandoned").count() == 1


@pytest.mark.parametrize("effect", [True, False], ids=["with effect", "without effect"])
def test_a_worker_killed_after_the_send_left_is_followed_by_the_next(
    sandbox, let_go, claim, clock, page_text, goes_on, effect
):
    lost = {"latency": HELD} if effect else {"latency": HELD, "drop": "before"}
    sandbox.faults.add(SEND, action=lost, times=1)
    with another_process(lambda: None) as process:
        until(lambda: sends(sandbox, claim))
        process.kill()
        process.join(timeout=60)
        assert process.exitcode == -signal.SIGKILL
    let_go()
    until(lambda: not effect or sandbox.state.event_log)
    left = Claim.objects.get(pk=claim.pk)

    assert (left.state, left.sends) == (State.SENDING, 1)
    assert "Claiming the hub" in page_text(left)
    clock.shift(91)
    done = goes_on(after_sends=1 if effect else 2)
    if not effect:
        assert_sent_again_only_after_two_late_reads(sandbox, done)


def test_a_worker_killed_after_the_answer_came_is_followed_by_the_next(
    sandbox, killed, page_text, goes_on
):
    left = killed(after(calls, "send"))

    assert (left.state, len(sandbox.state.event_log)) == (State.SENDING, 1)
    assert "Claiming the hub" in page_text(left)
    goes_on(after_sends=1)


def test_a_worker_killed_while_the_outcome_is_committed_is_followed_by_the_next(
    sandbox, killed, page_text, goes_on
):
    left = killed(after(attempts, "close_send"))

    assert (left.state, len(sandbox.state.event_log)) == (State.SENDING, 1)
    assert left.attempts.get(kind=Attempt.Kind.SEND).outcome == ""
    assert "Claiming the hub" in page_text(left)
    goes_on(after_sends=1)


@contextmanager
def worker_process(sandbox) -> Iterator[subprocess.Popen]:
    """`manage.py worker` as a process of its own, on the test's database and sandbox."""
    name = Path(connection.settings_dict["NAME"]).absolute()
    surroundings = os.environ | {
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "DATABASE_URL": f"sqlite:///{name}",
        "SPKEY_BASE_URL": sandbox.url,
    }
    with subprocess.Popen(
        [*IN_BACKGROUND, sys.executable, "manage.py", "worker", "--threads", "1"],
        cwd=settings.BASE_DIR,
        env=surroundings,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            until(Heartbeat.objects.exists)
            yield process
        finally:
            process.kill()


on_sqlite = pytest.mark.skipif(
    settings.DATABASES["default"]["ENGINE"] != "django.db.backends.sqlite3",
    reason="the process is given SQLite's file",
)


@pytest.mark.slow
@on_sqlite
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_an_idle_process_at_once_and_well(sandbox, number):
    with worker_process(sandbox) as process:
        process.send_signal(number)

        assert process.wait(timeout=60) == 0
        log = process.stderr.read()
        assert "stopped" in log
        assert "Traceback" not in log


@pytest.mark.slow
@on_sqlite
def test_sigterm_lets_a_process_finish_the_step_under_way(sandbox, let_go, ira, mill_court):
    sandbox.faults.add(SEND, action={"latency": HELD})
    with worker_process(sandbox) as process:
        claim = actions.submit(claim_request(ira, mill_court, world.hub_id(0)))
        until(lambda: sends(sandbox, claim))
        process.send_signal(signal.SIGTERM)
        later = actions.submit(claim_request(ira, mill_court, world.hub_id(1)))
        let_go()

        assert process.wait(timeout=60) == 0
    assert_claimed_once(sandbox, Claim.objects.get(pk=claim.pk))
    assert Claim.objects.get(pk=later.pk).state == State.QUEUED


@pytest.mark.slow
@on_sqlite
def test_a_real_worker_killed_while_it_sends_is_followed_by_the_next(
    sandbox, let_go, ira, mill_court, clock, page_text
):
    sandbox.faults.add(SEND, action={"latency": HELD}, times=1)
    with worker_process(sandbox) as process:
        claim = actions.submit(claim_request(ira, mill_court, world.hub_id(0)))
        until(lambda: sends(sandbox, claim))
        process.kill()
        process.wait(timeout=60)
    let_go()
    until(lambda: sandbox.state.event_log)
    assert "Claiming the hub" in page_text(claim)

    clock.shift(91)
    worker.run_once()
    assert_claimed_once(sandbox, Claim.objects.get(pk=claim.pk))
    assert len(sends(sandbox, claim)) == 1
