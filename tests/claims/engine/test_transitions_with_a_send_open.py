"""The table of transitions, row by row: a send is open, or somebody asked to stop."""

from dataclasses import replace

import pytest

from portal import spkey
from portal.claims.engine import decide
from portal.claims.engine.calls import CallOutcome
from portal.claims.models import Reason, State
from portal.gateway import pacing
from tests.claims.engine.facts import FRESH, NOW, SENT, UNRESOLVED, ago, fails, read_as


def after(facts, reading):
    return decide.after_read(facts, reading, NOW)


def where(decision):
    return decision.state, decision.reason


@pytest.mark.parametrize("seconds", [1, 20, 44])
def test_a_read_soon_after_an_open_send_proves_nothing(seconds):
    facts = replace(UNRESOLVED, last_send_at=ago(seconds=seconds))

    decision = after(facts, read_as())

    assert decision.state == State.VERIFYING
    assert decision.unresolved
    assert decision.no_effect_seen_at is None
    assert not decision.send


def test_the_first_late_read_is_remembered():
    decision = after(UNRESOLVED, read_as())

    assert decision.state == State.VERIFYING
    assert decision.unresolved
    assert decision.no_effect_seen_at == NOW
    assert decision.wait >= pacing.SETTLE_APART.total_seconds()


def test_a_second_late_read_within_ten_seconds_proves_nothing():
    decision = after(replace(UNRESOLVED, no_effect_seen_at=ago(seconds=9)), read_as())

    assert decision.state == State.VERIFYING
    assert decision.no_effect_seen_at == ago(seconds=9)


@pytest.mark.parametrize("online", [True, False, None])
def test_two_late_reads_ten_seconds_apart_free_the_claim_to_be_sent_again(online):
    facts = replace(UNRESOLVED, last_send_at=ago(seconds=70), no_effect_seen_at=ago(seconds=10))

    decision = after(facts, read_as(online=online))

    assert decision.state == State.WAITING
    assert not decision.unresolved
    assert not decision.send
    assert (decision.reason == Reason.OFFLINE) is (online is False)


def test_a_late_read_survives_an_unreadable_one_between():
    facts = replace(UNRESOLVED, no_effect_seen_at=ago(seconds=5))

    assert after(facts, fails(CallOutcome.UNREACHABLE)).no_effect_seen_at == ago(seconds=5)


@pytest.mark.parametrize(
    "reading",
    [
        read_as(),
        read_as(online=False),
        fails(CallOutcome.UNREACHABLE),
        fails(CallOutcome.RATE_LIMITED),
        fails(CallOutcome.BAD_CREDENTIALS),
    ],
    ids=["free", "offline", "unreachable", "429", "401"],
)
def test_a_cancel_with_nothing_open_is_final_whatever_the_read_finds(reading):
    decision = after(replace(SENT, cancelling=True), reading)

    assert where(decision) == (State.CANCELLED, Reason.NONE)
    assert not decision.send


def test_a_cancel_with_a_send_open_waits_for_two_late_reads():
    early = after(replace(UNRESOLVED, cancelling=True), read_as())
    late = after(
        replace(UNRESOLVED, cancelling=True, no_effect_seen_at=ago(seconds=11)),
        read_as(),
    )

    assert early.state == State.VERIFYING
    assert late.state == State.CANCELLED


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (spkey.RateLimited(retry_after=3), (State.WAITING, Reason.RATE)),
        (spkey.Unreachable(), (State.WAITING, Reason.UNREACHABLE)),
        (spkey.UnusableAnswer(), (State.WAITING, Reason.UNREACHABLE)),
    ],
    ids=["429", "unreachable", "unusable"],
)
def test_a_user_lookup_that_fails_is_not_counted_as_a_send(error, expected):
    decision = decide.after_lookup(FRESH, error, NOW)

    assert where(decision) == expected
    assert not decision.unresolved
