"""In any order of events the actions' invariants hold, and every action ends as it was."""

import itertools
import os

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.machine.action_machine import HUBS, ActionMachine
from tests.machine.reclaim_machine import ReclaimMachine
from tests.machine.steps import Point

EXAMPLES = int(os.environ.get("MACHINE_EXAMPLES", "8"))
HOW = settings(
    max_examples=EXAMPLES,
    stateful_step_count=25,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
# A read, a look-up of the person, a send: each with what is written before and after.
LEAST_STEPS = 20


@pytest.mark.slow
def test_whatever_happens_no_action_is_sent_twice_doubled_or_misreported(environment):
    run_state_machine_as_test(
        lambda: ActionMachine(environment),
        settings=HOW,
    )
    assert {"done", "accepted", "unknown", "refused"} <= set(environment.coverage.states)
    assert environment.coverage.figures["effects long after the answer"]


@pytest.mark.slow
def test_whatever_happens_no_hub_is_taken_without_its_holders_word(environment):
    run_state_machine_as_test(
        lambda: ReclaimMachine(environment),
        settings=HOW,
    )
    assert {"request moved", "request not_moved"} <= set(environment.coverage.states)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["move", "wifi"])
def test_at_whatever_step_its_worker_is_killed_an_action_ends_as_it_was(kind, environment):
    """Its first try, up to each statement and each end of a call; the next worker goes on."""
    for number in itertools.count(1):
        machine = ActionMachine(environment)
        machine.die_at_work(kind, HUBS[0], Point(number))
        was_killed = bool(machine.world.steps.reached)
        machine.everything_holds()
        machine.teardown()
        if not was_killed:
            break
    assert number > LEAST_STEPS
