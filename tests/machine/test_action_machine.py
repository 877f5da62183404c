"""In any order of events the actions' invariants hold, and every action ends as it was."""

import os

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.machine.action_machine import ActionMachine
from tests.machine.reclaim_machine import ReclaimMachine

EXAMPLES = int(os.environ.get("MACHINE_EXAMPLES", "30"))
HOW = settings(
    max_examples=EXAMPLES,
    stateful_step_count=25,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.slow
def test_whatever_happens_no_action_is_sent_twice_doubled_or_misreported(environment):
    run_state_machine_as_test(
        lambda: ActionMachine(environment),
        settings=HOW,
    )
    states = set(environment.coverage.states)
    assert {"done", "accepted", "refused"} <= states
    assert {"unknown", "not_sent", "not_passed_on"} & states
    assert environment.coverage.figures["effects long after the answer"]


@pytest.mark.slow
def test_whatever_happens_no_hub_is_taken_without_its_holders_word(environment):
    run_state_machine_as_test(
        lambda: ReclaimMachine(environment),
        settings=HOW,
    )
    assert {"request moved", "request not_moved"} <= set(environment.coverage.states)
