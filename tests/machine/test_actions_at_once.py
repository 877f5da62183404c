"""Two workers at one hub: in the midst of what one does, the other does something else to it.

Beside the calls for every kind, and between each two statements, which is slow.
"""

import itertools
from collections.abc import Callable
from functools import partial

import pytest

from tests.machine.action_machine import HUBS, KINDS, ActionMachine
from tests.machine.steps import Point
from tests.machine.world import Environment

BESIDE_CALLS = partial(Point, calls_only=True)
type Meet = Callable[[ActionMachine, str, Point], None]
MEETINGS: dict[str, Meet] = {
    "a claim comes": lambda machine, kind, point: machine.be_interrupted(
        kind, HUBS[0], point, "claimed"
    ),
    "a claim was there": lambda machine, kind, point: machine.act_while_it_is_claimed(
        kind, HUBS[0], point
    ),
    "another action comes": lambda machine, kind, point: machine.be_interrupted(
        kind, HUBS[0], point, "another"
    ),
    "somebody stops it": lambda machine, kind, point: machine.be_interrupted(
        kind, HUBS[0], point, "stop"
    ),
    "its worker is silent": lambda machine, kind, point: machine.be_taken_from_a_silent_worker(
        kind, HUBS[0], point
    ),
}
WITH_A_CLAIM = ("a claim comes", "a claim was there")


def at_each(meet: Meet, kind: str, at: Callable[[int], Point], environment: Environment) -> int:
    """Let both meet at one step after the other; return at how many they did."""
    for number in itertools.count(1):
        machine = ActionMachine(environment)
        meet(machine, kind, at(number))
        has_met = bool(machine.world.steps.reached)
        machine.everything_holds()
        machine.teardown()
        if not has_met:
            return number - 1
    raise AssertionError("unreachable")


@pytest.mark.parametrize("meeting", WITH_A_CLAIM)
@pytest.mark.parametrize("kind", ["move", "suspend", "nodes", "wifi"])
def test_an_action_and_a_claim_of_a_hub_are_never_sent_at_once(kind, meeting, environment):
    assert at_each(MEETINGS[meeting], kind, BESIDE_CALLS, environment) >= 4


@pytest.mark.slow
@pytest.mark.parametrize("meeting", MEETINGS)
@pytest.mark.parametrize("kind", KINDS)
def test_whatever_meets_an_action_at_whatever_step_both_end_as_they_were(
    kind, meeting, environment
):
    assert at_each(MEETINGS[meeting], kind, Point, environment) > 10
