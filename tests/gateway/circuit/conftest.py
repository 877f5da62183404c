"""Calls that fail, and a circuit that they have opened."""

import itertools
from contextlib import suppress

import pytest

from portal import spkey
from portal.gateway import circuit, gate
from portal.gateway.models import Circuit
from portal.orgs.models import Organisation
from portal.sandbox import world

AWAY = {"status": 503}


@pytest.fixture
def ask(sandbox, acme):
    """Ask the sandbox after hubs so many times, as one who does not mind the circuit.

    Acme asks, after `hubs` different ones, unless another `organisation` is named.
    """
    clients: dict[Organisation, spkey.Client] = {}
    numbers = itertools.count()

    def ask(times, organisation=acme, hubs=circuit.LEAST_HUBS, **action):
        client = clients.get(organisation) or gate.ask(organisation.credential)
        clients[organisation] = client
        sandbox.faults.clear()
        if action:
            sandbox.faults.add(action=action)
        for _ in range(times):
            with suppress(spkey.SpkeyError):
                client.hub_status(world.hub_id(next(numbers) % hubs))
        sandbox.faults.clear()

    return ask


@pytest.fixture
def opened(ask, clock):
    """The circuit, opened a moment ago."""
    ask(circuit.LEAST_CALLS, **AWAY)
    return Circuit.objects.get()
