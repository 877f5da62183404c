"""The policy's tables are complete, and its waits keep within their bounds."""

from datetime import timedelta

import pytest

from portal.claims.engine import timing
from portal.claims.engine.calls import CallOutcome
from portal.claims.engine.rules import AFTER_READ, AFTER_SEND
from portal.claims.models import FINAL, State
from portal.gateway import pacing
from portal.gateway.pacing import Again

ANSWERED = {CallOutcome.ANSWERED}
OF_SENDS_ALONE = {
    CallOutcome.UNCLEAR,
    CallOutcome.SIDE_EFFECTS_FAILED,
    CallOutcome.REFUSED,
    CallOutcome.INVALID,
    CallOutcome.BUSY,
    CallOutcome.OFFLINE,
    CallOutcome.UNKNOWN,
}
# Of a claim, a 502 says that the hub is offline.
OF_OTHER_COMMANDS = {CallOutcome.NOT_PASSED_ON}
TABLES = [*AFTER_READ.items(), *AFTER_SEND.items()]


def test_every_outcome_of_a_send_has_a_rule():
    assert set(AFTER_SEND) == set(CallOutcome) - OF_OTHER_COMMANDS


def test_every_outcome_of_a_read_without_a_status_has_a_rule():
    assert set(AFTER_READ) == set(CallOutcome) - ANSWERED - OF_SENDS_ALONE - OF_OTHER_COMMANDS


@pytest.mark.parametrize(("outcome", "rule"), TABLES)
def test_a_claim_goes_on_by_itself_unless_it_has_ended(outcome, rule):
    assert (rule.again is Again.NEVER) == (rule.state in FINAL)


@pytest.mark.parametrize(("outcome", "rule"), TABLES)
def test_a_send_whose_outcome_is_open_is_confirmed_before_anything_else(outcome, rule):
    assert rule.open == (rule.state == State.VERIFYING)


def waits(make, times=300):
    return [make() for _ in range(times)]


@pytest.mark.parametrize(
    ("tries", "most"), [(0, 2), (1, 4), (3, 16), (7, 256), (8, 300), (60, 300)]
)
def test_backoff_is_drawn_from_the_whole_of_a_doubling_range(tries, most):
    drawn = waits(lambda: pacing.backoff(tries))

    assert 0.5 <= min(drawn) < most / 3
    assert most * 2 / 3 < max(drawn) <= most


def test_an_offline_hub_is_read_quickly_at_first_and_every_few_minutes_later():
    soon = waits(lambda: timing.offline_wait(9, timedelta(minutes=10)))
    later = waits(lambda: timing.offline_wait(9, timedelta(minutes=16)))

    assert 3 <= min(soon) <= max(soon) <= 60
    assert 60 <= min(later) <= max(later) <= 600


def test_read_backs_come_after_two_five_ten_twenty_and_forty_seconds():
    after, marks = 0.0, []
    while after < 45:
        after += pacing.verify_wait(after)
        marks.append(round(after))

    assert marks == [2, 5, 10, 20, 40, 46]


def test_claims_held_back_return_one_by_one():
    drawn = waits(lambda: pacing.return_wait(30.0))

    assert min(drawn) >= 30
    assert max(drawn) - min(drawn) > pacing.RETURN_SPREAD / 2
