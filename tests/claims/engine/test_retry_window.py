"""A claim is promised a day of trying: time in which it could not be tried is not part of it."""

from datetime import timedelta

from django.utils import timezone

from portal.claims.engine import context, decide, timing
from portal.claims.models import Attempt, Claim, Reason, State
from portal.core import worker
from portal.orgs.models import ApiCredential
from tests.claims.engine.facts import FRESH, NOW, SENT, ago, fails, read_as, replace
from tests.conftest import work, work_until_refused


def test_a_claim_that_waited_three_days_for_its_key_is_claimed_when_it_comes(
    sandbox, clock, claim, acme
):
    sandbox.state.keys.revoke("acme")
    assert work_until_refused(claim).state == State.BLOCKED
    clock.shift(timedelta(days=3))
    sandbox.state.keys.restore("acme")

    ApiCredential.objects.update(due_at=timezone.now())
    worker.run_once()

    assert Claim.objects.get().state == State.CLAIMED


def test_a_claim_that_no_worker_took_up_for_two_days_is_claimed_when_one_does(
    sandbox, clock, claim
):
    clock.shift(timedelta(days=2))

    worker.run_once()

    assert Claim.objects.get().state == State.CLAIMED


def test_a_day_of_trying_ends_even_if_the_worker_was_away_for_an_hour(sandbox, clock, claim):
    sandbox.faults.add(action={"status": 503, "body": ""})
    work(claim)
    clock.shift(timedelta(hours=1))
    worker.run_once()

    assert context.retry_window_start(Claim.objects.get(), timezone.now()) > claim.created_at
    clock.shift(timedelta(hours=24))
    Claim.objects.update(due_at=timezone.now())
    worker.run_once()

    done = Claim.objects.get()
    assert (done.state, done.reason) == (State.EXPIRED, Reason.UNREACHABLE)


def test_an_unexpected_error_delays_the_claim_and_does_not_end_it(sandbox, claim, monkeypatch):
    def fall(*_args, **_fields):
        raise ValueError("nobody foresaw this")

    with monkeypatch.context() as patched:
        patched.setattr("portal.hubs.status.record", fall)
        waiting = work(claim)

    assert (waiting.state, waiting.reason) == (State.WAITING, Reason.UNREACHABLE)
    assert waiting.lease_until is None
    assert work(claim).state == State.CLAIMED


def test_an_error_after_a_send_leaves_it_open_and_it_is_read_back(sandbox, claim, monkeypatch):
    def fall(*_args, **_fields):
        raise ValueError("nobody foresaw this")

    with monkeypatch.context() as patched:
        patched.setattr(decide, "after_send", fall)
        verifying = work(claim)

    assert verifying.state == State.VERIFYING
    assert verifying.outcome_unknown_since is not None
    done = work(claim)
    assert done.state == State.CLAIMED
    assert done.attempts.filter(kind=Attempt.Kind.SEND).count() == 1


def test_a_hub_that_is_online_and_yet_never_reached_is_not_given_up_within_the_hour():
    known = replace(SENT, sends=3, reason="offline", last_send_at=ago(minutes=11))

    assert not decide.after_read(known, read_as(online=True), NOW).send


def test_a_claim_sent_too_often_lately_says_so():
    known = replace(
        SENT,
        sends=3,
        recent_sends=3,
        last_send_at=ago(minutes=4),
        reason="offline",
        seen_offline=True,
    )

    decision = decide.after_read(known, read_as(online=True), NOW)

    assert (decision.state, decision.reason) == (State.WAITING, Reason.TOO_OFTEN)


def test_an_unreadable_hub_is_given_up_after_a_day_of_trying():
    known = replace(FRESH, retry_window_start=NOW - timing.MAX_AGE - timedelta(minutes=1))

    decision = decide.after_read(known, fails(decide.CallOutcome.UNREACHABLE), NOW)

    assert (decision.state, decision.reason) == (State.EXPIRED, Reason.UNREACHABLE)
