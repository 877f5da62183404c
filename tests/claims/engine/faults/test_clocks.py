"""A machine that slept, a clock that is an hour off or is put right: what is due stays due."""

import time
from collections.abc import Callable
from email.utils import formatdate

import pytest
from django.utils import timezone

from portal.claims.engine import calls, leases, step
from portal.claims.models import Claim, State
from portal.core import worker
from portal.orgs.models import ApiCredential
from tests.claims.engine.faults.verdicts import READ, SEND, assert_claimed_once, reads, sends
from tests.conftest import work
from tests.running import running, until

HOUR = 3600


@pytest.fixture
def sleeps_after(clock, monkeypatch) -> Callable[[str, float], None]:
    """Let the machine sleep for so many seconds when this call of the next attempt has ended."""

    def arrange(name: str, seconds: float) -> None:
        call, due = getattr(calls, name), [seconds]

        def then_sleep(*args, **kwargs):
            answer = call(*args, **kwargs)
            if due:
                clock.shift(due.pop())
            return answer

        monkeypatch.setattr(calls, name, then_sleep)

    return arrange


def test_a_laptop_asleep_for_hours_between_read_and_send(
    sandbox, claim, sleeps_after, page_text, live_through
):
    sleeps_after("read", 8 * HOUR)
    done = live_through(claim)

    # What was read in the evening is no reason to send in the morning.
    (send,), at = sends(sandbox, done), [read.at for read in reads(sandbox, done)]
    assert [moment for moment in at if send.at - 60 < moment < send.at] != []
    assert_claimed_once(sandbox, done)
    assert "Claimed Acme Properties · Mill Court" in page_text(done)


def test_a_laptop_asleep_for_hours_with_a_send_under_way(
    sandbox, claim, sleeps_after, page_text, live_through
):
    sleeps_after("send", 8 * HOUR)
    done = live_through(claim)

    assert_claimed_once(sandbox, done)
    assert len(sends(sandbox, done)) == 1
    assert "Claimed Acme Properties · Mill Court" in page_text(done)


def test_a_laptop_asleep_for_two_days_with_a_claim_that_waits(
    sandbox, claim, clock, waits_for_spkey
):
    sandbox.faults.add(READ, action={"status": 503, "body": ""}, times=1)
    waits_for_spkey(work(claim))
    clock.shift(48 * HOUR)
    worker.run_once()

    # Nobody tried meanwhile: the day that the claim was promised has not gone by.
    assert_claimed_once(sandbox, Claim.objects.get(pk=claim.pk))


@pytest.fixture(params=[HOUR, -HOUR], ids=["ahead of ours", "behind ours"])
def spkeys_clock(request, sandbox, clock, monkeypatch) -> float:
    """By how many seconds SpKey's clock differs from ours."""
    off = request.param
    monkeypatch.setattr(sandbox.state, "clock", lambda: time.time() + off)
    monkeypatch.setattr(
        "portal.sandbox.listener.formatdate",
        lambda usegmt: formatdate(time.time() + off, usegmt=usegmt),
    )
    return off


def test_spkeys_clock_an_hour_off_confirms_what_took_effect(
    spkeys_clock, in_doubt, ends_as_claimed
):
    in_doubt({"reset": "after"})
    done = ends_as_claimed(after_sends=1)

    assert abs((done.claimed_at - timezone.now()).total_seconds() - spkeys_clock) < 60


def test_spkeys_clock_an_hour_off_sends_again_what_had_no_effect(
    sandbox, claim, spkeys_clock, in_doubt, live_through
):
    in_doubt({"reset": "before"})
    done = live_through(claim)

    assert_claimed_once(sandbox, done)
    assert len(sends(sandbox, done)) == 2


def test_a_retry_after_date_is_read_by_spkeys_own_clock_an_hour_off(sandbox, claim, spkeys_clock):
    until_then = formatdate(time.time() + spkeys_clock + 120, usegmt=True)
    limit = {"status": 429, "headers": {"Retry-After": until_then}}
    sandbox.faults.add(SEND, action=limit, times=1)
    held = work(claim)

    pause = ApiCredential.objects.get().paused_until - timezone.now()
    assert (held.state, held.reason) == (State.WAITING, "rate")
    assert 90 < pause.total_seconds() < 130


@pytest.fixture(params=[HOUR, -HOUR], ids=["forward", "back"])
def put_by_an_hour(request, clock, claim) -> Callable[[], Claim]:
    """Put the clock an hour forward or back, and let a worker work until the claim has ended.

    Of the claim's own time no more passes than a few minutes.
    """

    def step() -> Claim:
        clock.shift(request.param)
        before = time.time()
        with running():
            until(lambda: Claim.objects.get(pk=claim.pk).is_final or clock.shift(2))
        assert time.time() - before < 600
        return Claim.objects.get(pk=claim.pk)

    return step


@pytest.mark.django_db(transaction=True)
def test_a_clock_moved_by_an_hour_while_a_claim_waits(
    sandbox, claim, waits_for_spkey, put_by_an_hour
):
    sandbox.faults.add(READ, action={"status": 503, "body": ""}, times=1)
    waits_for_spkey(work(claim))
    done = put_by_an_hour()

    assert_claimed_once(sandbox, done)
    assert len(sends(sandbox, done)) == 1


@pytest.mark.django_db(transaction=True)
def test_a_clock_moved_by_an_hour_while_a_send_is_open(sandbox, in_doubt, put_by_an_hour):
    in_doubt({"drop": "before"})
    done = put_by_an_hour()

    assert_claimed_once(sandbox, done)
    assert len(sends(sandbox, done)) == 2


@pytest.mark.django_db(transaction=True)
def test_a_clock_moved_by_an_hour_while_a_dead_worker_holds_the_claim(
    sandbox, claim, monkeypatch, put_by_an_hour
):
    def killed(*_args):
        raise SystemExit

    (lease,) = leases.take_due(1)
    with monkeypatch.context() as patch:
        patch.setattr("portal.hubs.attempts.close_send", killed)
        with pytest.raises(SystemExit):
            step.attempt(lease)
    assert Claim.objects.get(pk=claim.pk).state == State.SENDING
    done = put_by_an_hour()

    assert_claimed_once(sandbox, done)
    assert len(sends(sandbox, done)) == 1


@pytest.mark.django_db(transaction=True)
def test_a_clock_moved_by_an_hour_while_the_key_is_held(sandbox, claim, put_by_an_hour):
    limit = {"status": 429, "headers": {"Retry-After": "60"}}
    sandbox.faults.add(SEND, action=limit, times=1)
    assert work(claim).reason == "rate"
    done = put_by_an_hour()

    assert_claimed_once(sandbox, done)
    assert len(sends(sandbox, done)) == 2
