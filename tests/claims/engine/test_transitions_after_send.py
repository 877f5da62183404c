"""The table of transitions, row by row: what follows from a send."""

from dataclasses import replace

import pytest

from portal.claims.engine import decide
from portal.claims.engine.calls import CallOutcome
from portal.claims.models import Reason, State
from tests.claims.engine.facts import HUB, NOW, UNRESOLVED, claimed, sent

# While it is decided, the send is the open one.
FACTS = replace(UNRESOLVED, last_send_at=NOW)


def after(outcome, facts=FACTS):
    return decide.after_send(facts, outcome, NOW)


def test_an_event_that_names_hub_organisation_and_site_is_a_claim():
    decision = after(claimed())

    assert decision.state == State.CLAIMED
    assert not decision.unresolved


def test_an_event_that_names_another_organisation_means_the_key_is_not_ours():
    decision = after(claimed(org="someone-else"))

    assert (decision.state, decision.reason) == (State.CONFLICT, Reason.KEY_MISMATCH)
    assert decision.foreign_key


def test_the_hub_id_of_an_event_may_be_in_capitals():
    assert after(claimed(hub=HUB.upper())).state == State.CLAIMED


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(claimed(hub="0a1b2c3d-0000-4000-8000-000000000002"), id="another hub"),
        pytest.param(claimed(site="elsewhere"), id="another site"),
        pytest.param(sent(CallOutcome.UNCLEAR), id="200 with null, missing or other event"),
        pytest.param(
            sent(CallOutcome.UNKNOWN), id="other 5xx, timeout, reset, redirect, oversized"
        ),
        pytest.param(sent(CallOutcome.REFUSED), id="400 without details"),
        pytest.param(sent(CallOutcome.SIDE_EFFECTS_FAILED), id="500 SideEffectError"),
        pytest.param(sent(CallOutcome.OFFLINE), id="502 in the API's shape"),
    ],
)
def test_an_answer_that_proves_nothing_is_read_back(answer):
    decision = after(answer)

    assert decision.state == State.VERIFYING
    assert decision.unresolved
    assert 0 < decision.wait <= 2


def test_a_502_of_the_api_says_that_the_hub_is_offline():
    assert after(sent(CallOutcome.OFFLINE)).reason == Reason.OFFLINE


@pytest.mark.parametrize(
    ("outcome", "state", "reason"),
    [
        pytest.param(CallOutcome.INVALID, State.REJECTED, Reason.INVALID, id="400 with details"),
        pytest.param(CallOutcome.FORBIDDEN, State.REJECTED, Reason.FORBIDDEN, id="403"),
        pytest.param(CallOutcome.NOT_FOUND, State.NOT_FOUND, Reason.NONE, id="404"),
    ],
)
def test_a_refusal_ends_the_claim(outcome, state, reason):
    decision = after(sent(outcome))

    assert (decision.state, decision.reason) == (state, reason)
    assert not decision.unresolved


def test_a_401_blocks_and_refuses_the_key_with_nothing_open():
    decision = after(sent(CallOutcome.BAD_CREDENTIALS))

    assert (decision.state, decision.reason) == (State.BLOCKED, Reason.KEY_REFUSED)
    assert decision.refused_key
    assert not decision.unresolved


def test_a_409_waits_longer_each_time():
    waits = {
        tries: max(
            after(sent(CallOutcome.BUSY), replace(FACTS, tries=tries)).wait for _ in range(40)
        )
        for tries in (0, 20)
    }

    assert waits[0] <= 2
    assert 60 < waits[20] <= 300
    assert after(sent(CallOutcome.BUSY)).state == State.WAITING
    assert after(sent(CallOutcome.BUSY)).reason == Reason.BUSY


def test_a_429_waits_while_the_key_is_held_with_nothing_open():
    decision = after(sent(CallOutcome.RATE_LIMITED, held_for=62.5))

    assert (decision.state, decision.reason) == (State.WAITING, Reason.RATE)
    assert decision.wait == 62.5
    assert not decision.unresolved


def test_a_claim_whose_send_never_left_waits_with_nothing_open():
    decision = after(sent(CallOutcome.UNREACHABLE))

    assert (decision.state, decision.reason) == (State.WAITING, Reason.UNREACHABLE)
    assert decision.failed
    assert not decision.unresolved


@pytest.mark.parametrize(
    "outcome",
    [
        CallOutcome.BUSY,
        CallOutcome.RATE_LIMITED,
        CallOutcome.UNREACHABLE,
        CallOutcome.BAD_CREDENTIALS,
    ],
)
def test_a_cancel_during_a_send_that_had_no_effect_is_final_at_once(outcome):
    decision = after(sent(outcome), replace(FACTS, cancelling=True))

    assert (decision.state, decision.reason) == (State.CANCELLED, Reason.NONE)


@pytest.mark.parametrize("outcome", [CallOutcome.UNKNOWN, CallOutcome.UNCLEAR, CallOutcome.OFFLINE])
def test_a_cancel_during_a_send_whose_effect_is_open_waits_for_the_read(outcome):
    decision = after(sent(outcome), replace(FACTS, cancelling=True))

    assert decision.state == State.VERIFYING
    assert decision.unresolved


def test_a_cancel_during_a_send_that_took_effect_comes_too_late():
    assert after(claimed(), replace(FACTS, cancelling=True)).state == State.CLAIMED


@pytest.mark.parametrize("outcome", [CallOutcome.UNKNOWN, CallOutcome.UNREACHABLE])
def test_a_503_that_asks_for_time_is_given_it(outcome):
    assert after(sent(outcome, held_for=120)).wait >= 120
