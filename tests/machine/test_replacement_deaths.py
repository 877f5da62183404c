"""A worker is killed at each step of the claim of a hub that takes another one's place."""

import itertools
import uuid
from functools import partial

import pytest
from django.utils import timezone

from portal.audit.models import Entry
from portal.claims.engine import actions as claims
from portal.claims.models import Claim, State
from portal.core import worker
from portal.hubs.models import Hub
from portal.sandbox import world as sandbox_world
from tests.conftest import claim_request, claimed_events
from tests.machine.action_machine import HUBS, MOST_ROUNDS, ActionMachine
from tests.machine.steps import Point

NEW = sandbox_world.hub_id(23)
PLACE, NOTE = "Flat 12, riser", "Behind the panel"
# A read, a look-up of the person, a send: each with what is written before and after.
LEAST_STEPS = 20


def replace(machine: ActionMachine, submission: uuid.UUID) -> Claim:
    """Put a new hub in the old one's place."""
    old = Hub.objects.get(hub_id=HUBS[1])
    request = claim_request(
        machine.environment.people["ada"],
        machine.environment.sites["mill_court"],
        NEW,
        place=old.place,
        replaces=old,
        submission=submission,
    )
    return claims.submit(request)


def live(machine: ActionMachine) -> None:
    """Let the next workers go on until nothing is under way."""
    for _ in range(MOST_ROUNDS):
        machine.world.work()
        if not Claim.objects.active().exists():
            return
        machine.world.shift(machine.world.next_due() or 1.0)


def check(machine: ActionMachine) -> None:
    claim, old = Claim.objects.get(), Hub.objects.get(hub_id=HUBS[1])
    new = Hub.objects.get(hub_id=NEW)
    assert (claim.state, claim.lease_until, old.replaced_by) == (State.CLAIMED, None, new)
    assert (new.place, new.note) == (PLACE, NOTE)
    assert new.held_until is None or new.held_until <= timezone.now()
    assert len(claimed_events(machine.world.sandbox, NEW)) == 1
    for verb in ("hub.replaced", "hub.took_place"):
        assert Entry.objects.filter(verb=verb).count() == 1


@pytest.mark.parametrize(
    ("at", "least"),
    [
        pytest.param(partial(Point, calls_only=True), 4, id="beside the calls"),
        pytest.param(Point, LEAST_STEPS, marks=pytest.mark.slow, id="at each statement"),
    ],
)
def test_at_whatever_step_its_worker_is_killed_a_hub_is_replaced_once(at, least, environment):
    for number in itertools.count(1):
        machine, submission = ActionMachine(environment), uuid.UUID(int=number)
        Hub.objects.filter(hub_id=HUBS[1]).update(place=PLACE, note=NOTE)

        def carry_out(machine=machine, submission=submission) -> None:
            replace(machine, submission)
            worker.run_once()

        try:
            machine._mortally(at(number), carry_out)
            was_killed = bool(machine.world.steps.reached)
            # Who saw no answer sends the form again.
            replace(machine, submission)
            live(machine)
            check(machine)
        finally:
            machine.world.close()
        if not was_killed:
            break
    assert number > least
