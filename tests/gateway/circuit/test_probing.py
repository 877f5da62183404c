"""While the circuit is open, one call at a time asks whether the host answers again."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.utils import timezone

from portal import spkey
from portal.gateway import circuit
from portal.gateway.models import Circuit
from portal.sandbox import world
from tests.concurrency import at_once
from tests.gateway.circuit.conftest import AWAY


def pause() -> int:
    """For how many seconds calls are held back, asked without becoming the prober.

    In tens: some time has passed since it was opened, on a busy machine more.
    """
    left = Circuit.objects.get().open_until - timezone.now()
    return 10 * round(left.total_seconds() / 10)


def next_probe(clock, ask, **action):
    """Wait for the probe to be due, be the one who makes it, and let it end like this."""
    opened = Circuit.objects.get()
    clock.move_to(opened.open_until + timedelta(milliseconds=1))
    assert circuit.retry_in(opened.organisation_id) == 0
    assert circuit.is_probing()
    ask(1, **action)
    assert not circuit.is_probing()


def test_an_answered_probe_closes_the_circuit_and_resets_the_counts(opened, ask, clock, acme):
    ask(circuit.LEAST_CALLS - 1, **AWAY)
    next_probe(clock, ask)

    assert not Circuit.objects.exists()
    ask(circuit.LEAST_CALLS - 1, **AWAY)
    assert not circuit.is_open(acme.pk)


def test_failures_during_the_probe_are_not_counted_afterwards(opened, ask, clock, acme):
    clock.shift(31)
    circuit.retry_in(acme.pk)
    with ThreadPoolExecutor(1) as another:
        for number in range(19):
            another.submit(
                circuit.record_result, acme.pk, world.hub_id(number), spkey.Unreachable()
            ).result()
    ask(1)

    ask(1, **AWAY)

    assert not circuit.is_open(acme.pk)


@pytest.mark.parametrize("action", [{"status": 404}, {"status": 429}, {"status": 502}])
def test_any_answer_to_the_probe_closes_the_circuit(opened, ask, clock, action, acme):
    next_probe(clock, ask, **action)

    assert not circuit.is_open(acme.pk)


def test_a_failed_probe_opens_the_circuit_for_twice_as_long_up_to_five_minutes(opened, ask, clock):
    pauses = []
    for _ in range(5):
        next_probe(clock, ask, **AWAY)
        pauses.append(pause())

    assert pauses == [60, 120, 240, 300, 300]


def test_a_closed_circuit_starts_again_with_thirty_seconds(opened, ask, clock):
    next_probe(clock, ask, **AWAY)
    next_probe(clock, ask)

    ask(circuit.LEAST_CALLS, **AWAY)

    assert pause() == 30


@pytest.mark.django_db(transaction=True)
def test_of_many_callers_at_the_same_moment_one_becomes_the_prober(opened, clock, acme):
    clock.shift(31)
    answers = []

    at_once(*(lambda: answers.append((circuit.retry_in(acme.pk), circuit.is_probing())),) * 8)

    assert min(answers) == (0.0, True)
    assert all(29 < held < 31 and not probing for held, probing in sorted(answers)[1:])


def test_a_prober_that_was_killed_is_replaced_after_thirty_seconds(opened, ask, clock, acme):
    clock.shift(31)
    assert circuit.retry_in(acme.pk) == 0
    circuit.reset()  # As the process that made the probe is forgotten.
    clock.shift(29)
    assert circuit.retry_in(acme.pk) > 0

    clock.shift(2)
    assert circuit.retry_in(acme.pk) == 0
    ask(1)
    assert not circuit.is_open(acme.pk)


def test_a_prober_that_comes_too_late_changes_nothing(opened, ask, clock, acme):
    clock.shift(31)
    circuit.retry_in(acme.pk)
    late = circuit._local.probe
    clock.shift(31)
    assert circuit.retry_in(acme.pk) == 0
    circuit._local.probe = late
    before = Circuit.objects.values().get()

    ask(1)

    assert Circuit.objects.values().get() == before


def test_an_unused_right_to_probe_ends_with_the_next_question(opened, clock, acme):
    clock.shift(31)
    assert circuit.retry_in(acme.pk) == 0

    assert circuit.retry_in(acme.pk) > 0
    assert not circuit.is_probing()


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_clock_an_hour_off_does_not_keep_the_circuit_open(opened, ask, clock, hours, acme):
    clock.shift(hours * 3600)

    assert circuit.retry_in(acme.pk) == 0
    ask(1)
    assert not circuit.is_open(acme.pk)


def test_a_circuit_that_nobody_has_tried_for_long_is_not_shown_as_open(opened, clock, acme):
    clock.shift(timedelta(seconds=30) + circuit.OUTDATED - timedelta(seconds=1))
    assert circuit.is_open(acme.pk)

    clock.shift(2)
    assert not circuit.is_open(acme.pk)


def test_asking_a_closed_circuit_costs_one_small_query(acme, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert circuit.retry_in(acme.pk) == 0
    with django_assert_num_queries(0):
        circuit.record_result(acme.pk, world.hub_id(0), None)
