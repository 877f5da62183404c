"""The table of transitions, row by row: what follows from a status read."""

from dataclasses import replace
from datetime import timedelta

import pytest

from portal.claims.engine import decide, timing
from portal.claims.engine.calls import CallOutcome
from portal.claims.models import Reason, State
from portal.gateway import pacing
from tests.claims.engine.facts import (
    FRESH,
    NOW,
    OUR_SITE,
    OURS,
    SENT,
    UNRESOLVED,
    ago,
    fails,
    read_as,
)

OLD = {"retry_window_start": ago(hours=24, seconds=1)}


def after(facts, reading):
    return decide.after_read(facts, reading, NOW)


def where(decision):
    return decision.state, decision.reason


@pytest.mark.parametrize(
    ("facts", "reading", "expected"),
    [
        pytest.param(
            FRESH,
            read_as("Claimed", OURS, OUR_SITE),
            (State.ALREADY_YOURS, Reason.NONE),
            id="never sent, ours at this site: already yours",
        ),
        pytest.param(
            SENT,
            read_as("Claimed", OURS, OUR_SITE),
            (State.CLAIMED, Reason.NONE),
            id="sent, ours at this site: claimed",
        ),
        pytest.param(
            UNRESOLVED,
            read_as("Claimed", OURS, OUR_SITE),
            (State.CLAIMED, Reason.NONE),
            id="verifying, ours: claimed",
        ),
        pytest.param(
            replace(UNRESOLVED, cancelling=True),
            read_as("Claimed", OURS, OUR_SITE),
            (State.CLAIMED, Reason.NONE),
            id="verifying and cancelled, ours: too late, claimed",
        ),
        pytest.param(
            UNRESOLVED,
            read_as("Suspended", OURS, OUR_SITE),
            (State.CLAIMED, Reason.NONE),
            id="claimed by our send, then suspended: claimed all the same",
        ),
        pytest.param(
            FRESH,
            read_as("Claimed", OURS, "elsewhere"),
            (State.CONFLICT, Reason.ANOTHER_SITE),
            id="ours at another site: conflict",
        ),
        pytest.param(
            UNRESOLVED,
            read_as("Claimed", OURS, "elsewhere"),
            (State.CONFLICT, Reason.ANOTHER_SITE),
            id="verifying, ours at another site: conflict",
        ),
        pytest.param(
            FRESH,
            read_as("Claimed", "someone-else", OUR_SITE),
            (State.CONFLICT, Reason.ANOTHER_ORGANISATION),
            id="another organisation's: conflict",
        ),
        pytest.param(
            UNRESOLVED,
            read_as("Claimed", "someone-else", "x"),
            (State.CONFLICT, Reason.ANOTHER_ORGANISATION),
            id="verifying, another organisation was faster: conflict",
        ),
        pytest.param(
            FRESH,
            read_as("Claimed"),
            (State.CONFLICT, Reason.ANOTHER_ORGANISATION),
            id="claimed, and SpKey does not say by whom: conflict",
        ),
        pytest.param(
            FRESH,
            read_as("Suspended", "someone-else", "x"),
            (State.CONFLICT, Reason.ANOTHER_ORGANISATION),
            id="another organisation's and suspended: never what it is there",
        ),
        pytest.param(
            FRESH,
            fails(CallOutcome.FORBIDDEN),
            (State.CONFLICT, Reason.ANOTHER_ORGANISATION),
            id="403: conflict",
        ),
        pytest.param(
            FRESH, fails(CallOutcome.NOT_FOUND), (State.NOT_FOUND, Reason.NONE), id="404: not found"
        ),
        pytest.param(
            FRESH,
            read_as("Suspended"),
            (State.REJECTED, Reason.SUSPENDED),
            id="suspended: rejected",
        ),
        pytest.param(
            FRESH,
            read_as("Decommissioned"),
            (State.REJECTED, Reason.DECOMMISSIONED),
            id="decommissioned: rejected",
        ),
        pytest.param(
            FRESH,
            read_as("Suspended", OURS, OUR_SITE),
            (State.REJECTED, Reason.SUSPENDED),
            id="ours and suspended, never sent: rejected",
        ),
        pytest.param(
            FRESH,
            read_as("Decommissioned", OURS, OUR_SITE),
            (State.REJECTED, Reason.DECOMMISSIONED),
            id="ours and decommissioned, never sent: rejected",
        ),
    ],
)
def test_a_read_that_ends_the_claim(facts, reading, expected):
    decision = after(facts, reading)

    assert where(decision) == expected
    assert not decision.send
    assert decision.wait is None


@pytest.mark.parametrize("online", [True, None])
def test_a_provisioned_hub_that_is_online_or_unknown_is_sent(online):
    decision = after(FRESH, read_as(online=online))

    assert decision.send
    assert decision.state == State.SENDING


def test_a_provisioned_hub_that_already_names_our_organisation_is_sent():
    assert after(FRESH, read_as("Provisioned", OURS)).send


def test_a_provisioned_hub_that_names_another_organisation_is_theirs():
    decision = after(FRESH, read_as("Provisioned", "someone-else"))

    assert where(decision) == (State.CONFLICT, Reason.ANOTHER_ORGANISATION)


def test_an_offline_hub_is_only_read():
    decision = after(FRESH, read_as(online=False))

    assert where(decision) == (State.WAITING, Reason.OFFLINE)
    assert not decision.send
    assert 3 <= decision.wait <= 60


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param(
            replace(FRESH, retry_window_start=ago(minutes=30)), id="30 min after the submit"
        ),
        pytest.param(replace(SENT, last_send_at=ago(hours=1)), id="an hour after the first send"),
        pytest.param(replace(SENT, send_requested=True), id="on Try now"),
    ],
)
def test_an_offline_hub_is_sent(facts):
    assert after(facts, read_as(online=False)).send


def test_an_offline_hub_sent_59_minutes_ago_is_read_again_when_the_next_send_is_due():
    facts = replace(SENT, retry_window_start=ago(hours=2), last_send_at=ago(minutes=59), tries=9)

    decision = after(facts, read_as(online=False))

    assert not decision.send
    assert 0 < decision.wait <= 60


@pytest.mark.parametrize("online", [True, False, None])
@pytest.mark.parametrize(
    "facts",
    [
        pytest.param(replace(FRESH, **OLD), id="24 h"),
        pytest.param(replace(SENT, sends=8), id="8 sends"),
    ],
)
def test_a_waiting_claim_gives_up_after(facts, online):
    decision = after(replace(facts, reason="offline"), read_as(online=online))

    reason = Reason.NONE if online else Reason.OFFLINE
    assert where(decision) == (State.EXPIRED, reason)


def test_a_claim_that_gives_up_with_its_hub_just_claimed_is_claimed():
    facts = replace(UNRESOLVED, sends=8, **OLD)

    assert after(facts, read_as("Claimed", OURS, OUR_SITE)).state == State.CLAIMED


def test_the_sends_of_an_offline_hub_are_spread_over_the_promised_day():
    spacings = [pacing.send_spacing(sends, offline=True) for sends in range(timing.MAX_SENDS)]

    assert timedelta(hours=20) < sum(spacings, timedelta()) < timing.MAX_AGE


def test_a_hub_that_may_be_online_is_sent_three_times_before_the_sends_are_spread():
    spacings = [pacing.send_spacing(sends, offline=False) for sends in range(timing.MAX_SENDS)]

    assert spacings[:3] == [timedelta(0)] * 3
    assert spacings[3:] == sorted(spacings[3:])
    assert sum(spacings, timedelta()) > timedelta(hours=10)


def test_the_fourth_send_of_a_silent_server_waits_half_an_hour_and_is_read_meanwhile():
    facts = replace(SENT, sends=3, last_send_at=ago(minutes=20))

    decision = after(facts, read_as())

    assert not decision.send
    assert 0 < decision.wait <= 600


def test_a_hub_that_came_online_is_sent_at_once_after_any_number_of_sends():
    facts = replace(SENT, sends=6, last_send_at=ago(minutes=20), seen_offline=True)

    assert after(facts, read_as(online=True)).send


def test_no_fourth_send_leaves_within_ten_minutes():
    facts = replace(SENT, sends=3, recent_sends=3, last_send_at=ago(minutes=4), send_requested=True)

    decision = after(facts, read_as())

    assert decision.state == State.WAITING
    assert not decision.send
    assert decision.wait == pytest.approx(360)


@pytest.mark.parametrize("outcome", [CallOutcome.UNREACHABLE])
def test_an_unreadable_hub_waits_with_nothing_open_and_verifies_with_a_send_open(outcome):
    waiting = after(FRESH, fails(outcome))
    verifying = after(UNRESOLVED, fails(outcome))

    assert where(waiting) == (State.WAITING, Reason.UNREACHABLE)
    assert where(verifying) == (State.VERIFYING, Reason.UNREACHABLE)
    assert verifying.unresolved
    assert waiting.failed
    assert verifying.failed


@pytest.mark.parametrize("outcome", [CallOutcome.UNREACHABLE, CallOutcome.RATE_LIMITED])
def test_a_hub_that_cannot_be_read_for_24_hours_expires_or_goes_to_review(outcome):
    given_up = after(replace(FRESH, **OLD), fails(outcome))
    reviewed = after(replace(UNRESOLVED, **OLD), fails(outcome))

    assert where(given_up) == (State.EXPIRED, Reason.UNREACHABLE)
    assert where(reviewed) == (State.REVIEW, Reason.NOT_CONFIRMED)
    assert reviewed.unresolved
    assert reviewed.wait == 3600


def test_a_claim_in_review_that_turns_out_ours_is_claimed():
    facts = replace(UNRESOLVED, reason="not_confirmed", retry_window_start=ago(days=3))

    assert after(facts, read_as("Claimed", OURS, OUR_SITE)).state == State.CLAIMED


@pytest.mark.parametrize(
    ("facts", "open_send"), [(FRESH, False), (UNRESOLVED, True)], ids=["nothing open", "send open"]
)
def test_a_401_blocks_and_refuses_the_key(facts, open_send):
    decision = after(facts, fails(CallOutcome.BAD_CREDENTIALS))

    assert where(decision) == (State.BLOCKED, Reason.KEY_REFUSED)
    assert decision.refused_key
    assert decision.unresolved is open_send


@pytest.mark.parametrize(
    ("facts", "state"), [(FRESH, State.WAITING), (UNRESOLVED, State.VERIFYING)]
)
def test_after_a_429_a_claim_waits_for_as_long_as_the_key_is_held(facts, state):
    decision = after(facts, fails(CallOutcome.RATE_LIMITED, held_for=123.4))

    assert where(decision) == (state, Reason.RATE)
    assert decision.wait == 123.4


OF_ALL = [
    (decide.HeldReason.RATE_LIMITED, Reason.RATE),
    (decide.HeldReason.KEY_DOUBTED, Reason.KEY_DOUBTED),
]


@pytest.mark.parametrize("own", [Reason.OFFLINE, Reason.BUSY, Reason.TOO_OFTEN])
@pytest.mark.parametrize(("held", "of_all"), OF_ALL)
@pytest.mark.parametrize("facts", [FRESH, UNRESOLVED], ids=["nothing open", "send open"])
def test_what_holds_all_claims_up_does_not_paint_over_a_hubs_own_reason(facts, held, of_all, own):
    pause = decide.Held(30.0, held)
    decision = decide.while_held(replace(facts, reason=own), pause, NOW)
    assert decision.reason == own
    assert decision.wait >= 30
    for other in (Reason.NONE, Reason.UNREACHABLE, Reason.RATE):
        assert decide.while_held(replace(facts, reason=other), pause, NOW).reason == of_all


@pytest.mark.parametrize("own", [Reason.OFFLINE, Reason.BUSY, Reason.TOO_OFTEN])
def test_a_429_of_its_own_says_nothing_against_the_hubs_reason(own):
    decision = after(replace(FRESH, reason=own), fails(CallOutcome.RATE_LIMITED, held_for=9.0))
    assert where(decision) == (State.WAITING, own)


@pytest.mark.parametrize("before", [Reason.UNREACHABLE, Reason.RATE, Reason.BUSY])
def test_an_earlier_reason_for_waiting_is_cleared_once_spkey_has_answered(before):
    thrice = replace(SENT, sends=3, recent_sends=0, last_send_at=ago(minutes=11), reason=before)
    waiting = decide.after_read(thrice, read_as(online=None), NOW)
    verifying = decide.after_read(replace(UNRESOLVED, reason=before), read_as(online=None), NOW)
    given_up = decide.after_read(replace(thrice, sends=8), read_as(online=None), NOW)

    assert (waiting.state, waiting.reason) == (State.WAITING, Reason.TOO_OFTEN)
    assert (verifying.state, verifying.reason) == (State.VERIFYING, Reason.NONE)
    assert (given_up.state, given_up.reason) == (State.EXPIRED, Reason.NONE)


def test_a_503_that_asks_for_time_is_given_it():
    decision = after(FRESH, fails(CallOutcome.UNREACHABLE, held_for=120))
    assert (decision.state, decision.reason) == (State.WAITING, Reason.UNREACHABLE)
    assert decision.wait >= 120
