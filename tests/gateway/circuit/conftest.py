"""Calls that fail, and a circuit that they have opened."""

from contextlib import suppress

import pytest

from portal import spkey
from portal.gateway import circuit, gate
from portal.gateway.models import Circuit
from portal.sandbox import world

AWAY = {"status": 503}


@pytest.fixture
def ask(sandbox, acme):
    """Ask the sandbox after a hub so many times, as one who does not mind the circuit."""
    client = gate.ask(acme.credential)

    def ask(times, **action):
        sandbox.faults.clear()
        if action:
            sandbox.faults.add(action=action)
        for _ in range(times):
            with suppress(spkey.SpkeyError):
                client.hub_status(world.hub_id(0))
        sandbox.faults.clear()

    return ask


@pytest.fixture
def opened(ask, clock):
    """The circuit, opened a moment ago."""
    ask(circuit.LEAST_CALLS, **AWAY)
    return Circuit.objects.get()
