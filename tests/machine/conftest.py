"""The environment in which the state machine plays."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine

from portal.sandbox.server import Sandbox
from tests.machine.clock import START, Clock
from tests.machine.coverage import Coverage
from tests.machine.world import Environment


@pytest.fixture
def held_clock() -> Iterator[Clock]:
    """The clock, held, before anybody else looks at it."""
    with time_machine.travel(datetime.fromtimestamp(START, UTC), tick=False) as traveller:
        yield Clock(traveller)


@pytest.fixture
def environment(held_clock, db, settings, request) -> Iterator[Environment]:
    """A sandbox that goes by the true time, three organisations, their people and sites."""
    find = request.getfixturevalue
    with Sandbox(clock=lambda: held_clock.true, online_delay=0.2) as sandbox:
        settings.SPKEY_BASE_URL = sandbox.url
        tenants = {"acme": "acme", "harbour": "harbour", "support": "spkey_support"}
        yield Environment(
            sandbox=sandbox,
            clock=held_clock,
            tenants={name: find(fixture) for name, fixture in tenants.items()},
            people={name: find(name) for name in ("ira", "ada", "hal", "sam")},
            sites={name: find(name) for name in ("mill_court", "orchard_rise", "lighthouse")},
            coverage=Coverage(),
        )
