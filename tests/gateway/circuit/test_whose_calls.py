"""One organisation's failing hubs hold back its calls; what fails for several, everybody's."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from portal import spkey
from portal.gateway import circuit, gate
from portal.gateway.gate import HeldReason
from portal.gateway.models import Circuit
from portal.sandbox import world
from tests.gateway.circuit.conftest import AWAY


def is_held(organisation):
    return not isinstance(gate.ask(organisation.credential), spkey.Client)


@pytest.mark.parametrize("others", [0, 1, 30], ids=lambda others: f"{others} calls of the other")
def test_one_organisations_failing_hubs_hold_back_its_own_calls_alone(ask, acme, harbour, others):
    ask(others, harbour)
    ask(45, hubs=45, **AWAY)

    assert gate.ask(acme.credential).reason is HeldReason.CIRCUIT_OPEN
    assert gate.held_reason(acme.credential) is HeldReason.CIRCUIT_OPEN
    assert not is_held(harbour)
    assert gate.held_reason(harbour.credential) is None


def test_a_host_that_answers_nobody_is_called_by_nobody(ask, acme, harbour, spkey_support):
    for _ in range(circuit.LEAST_CALLS // 2):
        assert not is_held(acme)
        ask(1, **AWAY)
        ask(1, harbour, **AWAY)

    assert Circuit.objects.get().organisation is None
    assert all(is_held(organisation) for organisation in (acme, harbour, spkey_support))
    assert circuit.is_open(None)


@pytest.mark.parametrize("hubs", [1, circuit.LEAST_HUBS - 1])
def test_a_hub_or_two_that_fail_hold_back_nobody(ask, acme, harbour, hubs):
    for organisation in (acme, harbour):
        ask(2 * circuit.LEAST_CALLS, organisation, hubs=hubs, **AWAY)

    assert not Circuit.objects.exists()


@pytest.mark.parametrize(
    ("failing", "answered", "is_for_all"),
    [(1, 0, False), (1, 1, False), (2, 0, True), (2, 2, True), (2, 3, False), (3, 9, True)],
)
def test_everybody_is_held_back_for_three_organisations_or_two_that_are_half_of_all(
    failing, answered, is_for_all
):
    failed = [uuid4() for _ in range(failing)] * circuit.LEAST_CALLS
    calls = [circuit._Call(0.0, uuid4(), "", failed=False) for _ in range(answered)]
    for number, organisation in enumerate(failed):
        calls.append(circuit._Call(0.0, organisation, world.hub_id(number % 9), failed=True))

    assert circuit._failing(calls, failed[0]) == [None if is_for_all else failed[0]]


def test_an_organisation_that_most_hubs_answer_does_not_count_as_failing(ask, acme, harbour):
    ask(3, harbour)
    ask(1, harbour, **AWAY)
    ask(circuit.LEAST_CALLS, **AWAY)

    assert not is_held(harbour)
    assert is_held(acme)


def test_an_organisations_own_circuit_is_closed_by_its_own_probe(ask, acme, harbour, clock):
    ask(circuit.LEAST_CALLS, **AWAY)
    clock.shift(31)
    assert not is_held(harbour)
    assert not circuit.is_probing()
    ask(1, harbour)
    assert circuit.is_open(acme.pk)

    assert not is_held(acme)
    assert circuit.is_probing()
    ask(1)

    assert not Circuit.objects.exists()


def test_what_others_met_is_not_forgotten_when_one_is_held_back(ask, acme, harbour, spkey_support):
    ask(circuit.LEAST_CALLS // 2, harbour, **AWAY)
    ask(circuit.LEAST_CALLS // 2 - 1, spkey_support, **AWAY)
    now, host = timezone.now(), circuit._host()
    own = {"opened_at": now, "open_until": now + timedelta(seconds=30)}
    Circuit.objects.create(host=host, organisation=acme, **own)
    assert is_held(acme)

    ask(1, spkey_support, **AWAY)

    assert circuit.is_open(None)


def test_everybodys_circuit_comes_before_an_organisations_own(sandbox, acme):
    now, host = timezone.now(), circuit._host()
    for organisation, seconds in ((acme, 300), (None, 20)):
        until = now + timedelta(seconds=seconds)
        Circuit.objects.create(
            host=host, organisation=organisation, opened_at=now, open_until=until
        )

    assert gate.ask(acme.credential).seconds < 21


def test_others_try_first_where_the_last_probe_was_of_one_whose_hubs_may_be_to_blame(
    ask, acme, harbour, clock
):
    ask(1)
    ask(1, harbour)
    now, host = timezone.now(), circuit._host()
    Circuit.objects.create(host=host, opened_at=now, open_until=now)
    assert circuit.retry_in(acme.pk) == 0
    ask(1, **AWAY)

    clock.move_to(Circuit.objects.get().open_until + timedelta(seconds=1))
    assert 0 < circuit.retry_in(acme.pk) <= circuit.PROBE.total_seconds()
    assert not circuit.is_probing()
    assert circuit.retry_in(harbour.pk) == 0
    ask(1, harbour)
    assert not Circuit.objects.exists()


def test_the_one_who_tried_last_tries_again_where_nobody_else_does(acme, clock):
    now, host = timezone.now(), circuit._host()
    Circuit.objects.create(host=host, opened_at=now, open_until=now, failed_for=acme)
    assert circuit.retry_in(acme.pk) > 0
    clock.shift(circuit.PROBE)

    assert circuit.retry_in(acme.pk) == 0


@pytest.mark.parametrize("whose", ["acme", "everybody"])
def test_a_host_has_one_circuit_for_everybody_and_one_for_each(acme, whose):
    now = timezone.now()
    row = {"host": "api.example", "opened_at": now, "open_until": now}
    row["organisation"] = acme if whose == "acme" else None
    Circuit.objects.create(**row)
    with pytest.raises(IntegrityError), transaction.atomic():
        Circuit.objects.create(**row)
