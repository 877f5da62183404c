"""A worker is killed at each step of each thing that can be done to a hub; the next one goes on.

Beside the calls for every kind, and at each statement, which is slow.
"""

import itertools
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from portal.hubs.actions.models import HubAction, State
from portal.hubs.display import action_wording
from portal.hubs.models import Hub
from portal.sandbox.state import SandboxState
from tests.hubs.actions.ways import SECRETS, SENDS, WAYS, Way, everything_stored, make_ready
from tests.machine.action_machine import HUBS, RECLAIM, ActionMachine, ActionWorld
from tests.machine.reclaim_machine import ReclaimMachine
from tests.machine.steps import Point
from tests.machine.world import Environment

# What an action may have come to, where SpKey did nothing wrong.
ENDS = {
    "read back": {(State.DONE, "")},
    "told": {(State.ACCEPTED, ""), (State.UNKNOWN, "interrupted")},
    "told in confidence": {
        (State.ACCEPTED, ""),
        (State.UNKNOWN, "interrupted"),
        (State.NOT_SENT, "interrupted"),
    },
}
# A read, a look-up of the person, a send: each with what is written before and after.
LEAST_STEPS = 20
BESIDE_CALLS = partial(Point, calls_only=True)


def ends_of(way: Way) -> set[tuple[str, str]]:
    if way.is_read_back:
        return ENDS["read back"]
    return ENDS["told in confidence" if way.is_confidential else "told"]


def journeys(name: str, at: Callable[[int], Point], environment: Environment) -> Iterator[str]:
    """Kill the worker at one step after the other; yield how the action has ended each time."""
    is_reclaim = name == RECLAIM
    for number in itertools.count(1):
        machine = (ReclaimMachine if is_reclaim else ActionMachine)(environment)
        try:
            was_killed = kill(machine, name, at(number))
            machine.everything_holds()
            machine.settle()
            yield from check(machine, WAYS[name])
            if not is_reclaim:
                the_next_goes_through(machine)
        finally:
            machine.world.close()
        if not was_killed:
            return


def kill(machine: ActionMachine, name: str, point: Point) -> bool:
    if isinstance(machine, ReclaimMachine):
        machine.die_while_it_is_moved(point)
    else:
        hub = Hub.objects.get(hub_id=HUBS[0], organisation=machine.environment.tenants["acme"])
        make_ready(WAYS[name], hub, machine.world.sandbox.state)
        machine.die_at_work(name, HUBS[0], point)
    assert nothing_secret_in(everything_stored(), machine.world.sandbox.state)
    return bool(machine.world.steps.reached)


def check(machine: ActionMachine, way: Way) -> Iterator[str]:
    """Hold what the action says against what became of it; yield its state."""
    world = machine.world
    for action in HubAction.objects.with_details():
        assert (action.state, action.reason) in ends_of(way)
        effects = world.effects[action.pk]
        assert (action.lease_until, action.due_at) == (None, None)
        assert effects <= 1
        assert action.state == State.UNKNOWN or effects == (action.state != State.NOT_SENT)
        assert way.is_read_back or sends(world) <= 1
        if action.state in {State.UNKNOWN, State.NOT_SENT}:
            told = action_wording.words(action).text
            assert told == action_wording.BY_BOTH[(action.state, action.reason)]
        yield action.state
    assert nothing_secret_in(everything_stored(), "".join(world.log.lines), world.sandbox.state)


def sends(world: ActionWorld) -> int:
    """How often something was sent to a hub."""
    return sum(each.path.rpartition("/")[2] in SENDS for each in world.sandbox.state.requests)


def the_next_goes_through(machine: ActionMachine) -> None:
    """Nobody holds the hub for ever."""
    ours = {"orgId": "acme-properties", "status": "Claimed"}
    machine.world.sandbox.state.set_hub(HUBS[0], ours)
    machine.world.shift(1.0)
    machine.ask("nodes", HUBS[0])
    assert HubAction.objects.first().state == State.ACCEPTED
    assert not Hub.objects.exclude(held_by="").exists()


def nothing_secret_in(*traces: str | SandboxState) -> bool:
    texts = [trace if isinstance(trace, str) else repr(trace.log()) for trace in traces]
    return not any(secret in text for secret in SECRETS for text in texts)


@pytest.mark.parametrize("name", WAYS)
def test_killed_before_or_after_a_call_an_action_ends_as_it_was(name, environment):
    seen = Counter(journeys(name, BESIDE_CALLS, environment))

    assert set(seen) == {state for state, _ in ends_of(WAYS[name])}


@pytest.mark.slow
@pytest.mark.parametrize("name", WAYS)
def test_killed_at_whatever_step_an_action_ends_as_it_was(name, environment):
    """Its first try, up to each statement and each end of a call."""
    seen = Counter(journeys(name, Point, environment))

    assert set(seen) == {state for state, _ in ends_of(WAYS[name])}
    assert seen.total() > LEAST_STEPS
