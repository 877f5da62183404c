"""In any order of events the claims' invariants hold, and every claim ends as it was."""

import os

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.machine.machine import Machine

EXAMPLES = int(os.environ.get("MACHINE_EXAMPLES", "8"))


@pytest.mark.slow
def test_whatever_happens_no_claim_is_lost_doubled_or_misreported(environment):
    run_state_machine_as_test(
        lambda: Machine(environment),
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=30,
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert environment.coverage.figures["claims that took effect"]
