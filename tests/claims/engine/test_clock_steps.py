"""A server's clock that is put back or forward holds nothing up and ends nothing."""

from datetime import timedelta

from django.utils import timezone

from portal.claims.engine import decide, leases, timing
from portal.claims.models import Claim, State
from portal.core import leasing
from tests.claims.engine.facts import NOW, UNRESOLVED, read_as
from tests.conftest import claimed_events, work

HOUR = 3600
SENDS = {"path_contains": "ClaimHub"}


def stored(claim):
    return Claim.objects.get(pk=claim.pk)


def test_a_resting_claim_stays_due_when_the_clock_is_set_back(sandbox, claim, clock):
    sandbox.faults.add({"path_contains": "status"}, action={"status": 503}, times=1)
    wait = work(claim).due_at - timezone.now()

    clock.shift(-HOUR)
    assert leasing.correct_clock() == 1

    assert stored(claim).due_at - timezone.now() <= wait + timedelta(seconds=1)
    assert leasing.correct_clock() == 0


def test_a_killed_workers_lease_runs_out_when_the_clock_is_put_back(claim, clock):
    leases.take_due(1)
    clock.shift(-HOUR)
    leasing.correct_clock()
    clock.shift(Claim.LEASE.total_seconds() + 1)

    assert len(leases.take_due(1)) == 1


def test_an_unresolved_send_is_read_back_in_seconds_when_the_clock_is_put_back(
    sandbox, claim, clock
):
    sandbox.faults.add(SENDS, action={"drop": "after"}, times=1)
    work(claim)
    clock.shift(-HOUR)
    leasing.correct_clock()

    assert work(claim).state == State.CLAIMED
    assert len(claimed_events(sandbox, claim.hub_id_text)) == 1


def test_a_claim_is_no_older_after_the_clock_was_put_back(claim, clock):
    clock.shift(600)
    work_at = timezone.now()
    Claim.objects.update(timed_at=work_at)
    clock.shift(-HOUR)
    leasing.correct_clock()

    assert (
        timedelta(0) <= timezone.now() - stored(claim).retry_window_start < timedelta(seconds=660)
    )


def test_read_backs_do_not_wait_for_a_send_dated_in_the_future():
    ahead = decide.replace(UNRESOLVED, last_send_at=NOW + timedelta(hours=1))

    decision = decide.after_read(ahead, read_as(), NOW)

    assert decision.state == State.VERIFYING
    assert decision.wait is not None
    assert decision.wait <= 60


def test_sends_too_often_are_counted_by_the_clock_as_it_is_now(sandbox, claim, clock, live_through):
    sandbox.faults.add(SENDS, action={"status": 409}, times=3)
    for _ in range(3):
        work(claim)
    clock.shift(-HOUR)
    leasing.correct_clock()
    clock.shift(timing.SEND_WINDOW.total_seconds())

    assert live_through(claim, every=60, rounds=35).state == State.CLAIMED


def test_a_clock_put_forward_ends_no_claim_and_doubles_none(sandbox, claim, clock, live_through):
    sandbox.faults.add(SENDS, action={"drop": "after"}, times=1)
    work(claim)
    clock.shift(30 * HOUR)

    assert live_through(claim).state == State.CLAIMED
    assert len(claimed_events(sandbox, claim.hub_id_text)) == 1


def test_two_machines_whose_clocks_differ_do_not_make_a_send_seem_older(sandbox, claim, clock):
    sandbox.faults.add(SENDS, action={"drop": "before"}, times=1)
    work(claim)
    sent_at, since = stored(claim).last_send_at, stored(claim).retry_window_start
    for _ in range(20):
        leases.take_due(1)
        clock.shift(-100)
        leasing.correct_clock()
        clock.shift(100)

    assert stored(claim).last_send_at == sent_at
    assert stored(claim).retry_window_start == since
    assert stored(claim).lease_until is None or stored(claim).lease_until > timezone.now()


def test_after_an_hours_step_a_sends_window_never_begins_before_the_send(sandbox, claim, clock):
    sandbox.faults.add(SENDS, action={"drop": "before"}, times=1)
    work(claim)
    for _ in range(3):
        clock.shift(-HOUR)
        leasing.correct_clock()

        assert timezone.now() - stored(claim).last_send_at < timedelta(seconds=60)


def test_claims_that_have_ended_keep_their_times(sandbox, claim, clock):
    work(claim)
    ended = Claim.objects.filter(pk=claim.pk)
    before = ended.values().get()
    clock.shift(-HOUR)
    leasing.correct_clock()

    assert ended.values().get() == before
