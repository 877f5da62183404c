"""A host opens its circuit by failing at least half of twenty calls in a minute, and not below."""

import json
import logging
import uuid

import pytest
from django.db import OperationalError, connection

from portal import spkey
from portal.gateway import circuit, gate
from portal.gateway.models import Circuit
from portal.sandbox import world
from tests.gateway.circuit.conftest import AWAY

GATEWAYS_PAGE = {"status": 502, "body": "<html>Bad gateway</html>"}


@pytest.mark.parametrize(
    "failure",
    [AWAY, {"status": 500}, GATEWAYS_PAGE, {"reset": "before"}, {"drop": "after"}],
    ids=["503", "500", "a gateway's 502", "reset", "closed"],
)
def test_the_circuit_opens_at_the_twentieth_failed_call_and_not_before(ask, failure, caplog, acme):
    ask(19, **failure)
    assert not circuit.is_open(acme.pk)
    assert circuit.retry_in(acme.pk) == 0

    ask(1, **failure)

    assert circuit.is_open(acme.pk)
    assert 29 < circuit.retry_in(acme.pk) <= 30
    warnings = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert len(warnings) == 1


def test_the_circuit_opens_when_connections_are_refused(acme, settings):
    settings.SPKEY_BASE_URL = "http://127.0.0.1:9"
    client = gate.ask(acme.credential)
    for number in range(circuit.LEAST_CALLS):
        with pytest.raises(spkey.Unreachable):
            client.hub_status(world.hub_id(number))

    assert Circuit.objects.get().host == "127.0.0.1:9"


def test_failures_of_less_than_half_of_the_calls_do_not_open_the_circuit(ask, acme):
    ask(26)
    ask(25, **AWAY)
    assert not circuit.is_open(acme.pk)

    ask(1, **AWAY)
    assert circuit.is_open(acme.pk)


@pytest.mark.parametrize(
    "action",
    [
        {},
        *({"status": status} for status in (400, 401, 403, 404, 409, 429)),
        {"status": 404, "body": "<html>No such page</html>"},
        {"status": 502},
    ],
    ids=lambda action: str(action.get("body") or action.get("status", "answered")),
)
def test_error_answers_and_offline_hubs_never_open_the_circuit(ask, action, acme):
    ask(circuit.LEAST_CALLS + 5, **action)

    assert not circuit.is_open(acme.pk)


def test_commands_whose_side_effects_failed_never_open_the_circuit(sandbox, acme):
    failed = {"success": False, "error": "SideEffectError", "version": 2}
    sandbox.faults.add(action={"status": 500, "body": json.dumps(failed)})
    client = gate.ask(acme.credential)
    for number in range(circuit.LEAST_CALLS):
        with pytest.raises(spkey.SideEffectsFailed):
            client.claim_hub(world.hub_id(number), site_id="mill-court", user_id=str(uuid.uuid4()))

    assert not circuit.is_open(acme.pk)


def test_failures_of_more_than_a_minute_ago_do_not_count(ask, monkeypatch, acme):
    ask(circuit.LEAST_CALLS - 1, **AWAY)
    now = circuit._monotonic
    monkeypatch.setattr(circuit, "_monotonic", lambda: now() + 60)
    ask(circuit.LEAST_CALLS - 1, **AWAY)
    assert not circuit.is_open(acme.pk)

    ask(1, **AWAY)
    assert circuit.is_open(acme.pk)


@pytest.mark.parametrize("action", [{}, AWAY], ids=["answered", "failed"])
def test_calls_under_way_when_the_circuit_opened_neither_close_nor_extend_it(
    opened, ask, acme, action
):
    ask(circuit.LEAST_CALLS, **action)

    assert Circuit.objects.values().get() == {
        "id": opened.pk,
        "host": opened.host,
        "organisation_id": acme.pk,
        "opened_at": opened.opened_at,
        "open_until": opened.open_until,
        "times_opened": 1,
        "failed_for_id": None,
    }


def test_calls_that_ended_while_the_circuit_was_open_do_not_open_it_again(opened, ask, clock, acme):
    ask(circuit.LEAST_CALLS - 1, **AWAY)
    circuit.retry_in(acme.pk)  # Somebody asked, as everybody does before a read.
    Circuit.objects.all().delete()  # Another process's probe was answered.

    ask(1, **AWAY)

    assert not circuit.is_open(acme.pk)


def test_another_host_has_a_circuit_of_its_own(opened, settings, acme):
    settings.SPKEY_BASE_URL = "http://127.0.0.1:9"

    assert not circuit.is_open(acme.pk)
    assert circuit.retry_in(acme.pk) == 0


def test_a_call_keeps_its_outcome_when_the_circuit_cannot_be_written(sandbox, acme, caplog):
    def full(execute, sql, *rest):
        if "gateway_circuit" in sql:
            raise OperationalError("database or disk is full")
        return execute(sql, *rest)

    sandbox.faults.add(action=AWAY)
    client = gate.ask(acme.credential)
    with connection.execute_wrapper(full):
        for number in range(circuit.LEAST_CALLS):
            with pytest.raises(spkey.Unreachable):
                client.hub_status(world.hub_id(number))

    assert "the circuit could not be written: OperationalError" in caplog.text
