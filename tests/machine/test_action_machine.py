"""In any order of events the actions' invariants hold, and every action ends as it was."""

import os

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.machine.action_machine import ActionMachine

EXAMPLES = int(os.environ.get("MACHINE_EXAMPLES", "8"))


@pytest.mark.slow
def test_whatever_happens_no_action_is_sent_twice_doubled_or_misreported(environment):
    run_state_machine_as_test(
        lambda: ActionMachine(environment),
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=25,
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert {"done", "accepted", "unknown", "refused"} <= set(environment.coverage.states)
