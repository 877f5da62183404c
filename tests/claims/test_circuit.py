"""The circuit: a host that does not answer is left alone, but for one call at a time that asks."""

import logging
from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from portal import spkey
from portal.claims import worker
from portal.hubs import circuit, keys, watching
from portal.hubs.models import Circuit, Hub
from portal.orgs import credentials
from portal.orgs.models import ApiCredential
from portal.sandbox import world
from tests.web.conftest import at_once

AWAY = {"status": 503}
GATEWAYS_PAGE = {"status": 502, "body": "<html>Bad gateway</html>"}


@pytest.fixture
def ask(sandbox, acme):
    """Ask the sandbox after a hub so many times, as one who does not mind the circuit."""
    client = keys.client_for(acme.credential)

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


def pause() -> int:
    """For how many whole seconds calls are held back, asked without becoming the prober."""
    return round((Circuit.objects.get().open_until - timezone.now()).total_seconds())


def next_probe(clock, ask, **action):
    """Wait for the probe to be due, be the one who makes it, and let it end like this."""
    clock.move_to(Circuit.objects.get().open_until + timedelta(milliseconds=1))
    assert circuit.held_for() == 0
    assert circuit.is_probing()
    ask(1, **action)
    assert not circuit.is_probing()


@pytest.mark.parametrize(
    "failure",
    [AWAY, {"status": 500}, GATEWAYS_PAGE, {"reset": "before"}, {"drop": "after"}],
    ids=["503", "500", "a gateway's 502", "reset", "closed"],
)
def test_it_opens_at_the_twentieth_call_that_fails_and_not_before(ask, failure, caplog):
    ask(circuit.LEAST_CALLS - 1, **failure)
    assert not circuit.is_open()
    assert circuit.held_for() == 0

    ask(1, **failure)

    assert circuit.is_open()
    assert 29 < circuit.held_for() <= 30
    warnings = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert len(warnings) == 1


def test_it_opens_where_nobody_listens(acme, settings):
    settings.SPKEY_BASE_URL = "http://127.0.0.1:9"
    client = keys.client_for(acme.credential)
    for _ in range(circuit.LEAST_CALLS):
        with pytest.raises(spkey.Unreachable):
            client.hub_status(world.hub_id(0))

    assert Circuit.objects.get().host == "127.0.0.1:9"


def test_less_than_half_of_the_calls_failing_does_not_open_it(ask):
    ask(26)
    ask(25, **AWAY)
    assert not circuit.is_open()

    ask(1, **AWAY)
    assert circuit.is_open()


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
def test_no_storm_of_answers_opens_it_nor_of_hubs_that_are_offline(ask, action):
    ask(circuit.LEAST_CALLS + 5, **action)

    assert not circuit.is_open()


def test_failures_of_more_than_a_minute_ago_do_not_count(ask, monkeypatch):
    ask(circuit.LEAST_CALLS - 1, **AWAY)
    now = circuit._monotonic
    monkeypatch.setattr(circuit, "_monotonic", lambda: now() + circuit.WINDOW_SECONDS)
    ask(circuit.LEAST_CALLS - 1, **AWAY)
    assert not circuit.is_open()

    ask(1, **AWAY)
    assert circuit.is_open()


def test_another_host_has_a_circuit_of_its_own(opened, settings):
    settings.SPKEY_BASE_URL = "http://127.0.0.1:9"

    assert not circuit.is_open()
    assert circuit.held_for() == 0


def test_while_it_is_open_watched_hubs_are_not_asked_after(opened, acme, wire):
    asked = len(wire())
    hub = watching.hub_for(acme, world.hub_id(1))
    watching.watch(hub)

    worker.run_once()

    later = Hub.objects.get(pk=hub.pk)
    assert len(wire()) == asked
    assert later.lease_until is None
    assert abs(later.refresh_due_at - opened.open_until) < timedelta(seconds=1)


def test_while_it_is_open_a_check_of_a_key_stays_due_and_is_made_afterwards(
    opened, acme, wire, clock
):
    asked = len(wire())
    credentials.ask_for_check(acme.credential, None)

    worker.run_once()

    held = ApiCredential.objects.get()
    assert len(wire()) == asked
    assert (held.state, held.check_lease_until) == ("working", None)
    assert abs(held.check_due_at - opened.open_until) < timedelta(seconds=1)

    clock.shift(31)
    worker.run_once()

    assert len(wire()) == asked + 1
    assert ApiCredential.objects.get().check_due_at is None
    assert not circuit.is_open()  # The check was the probe, and its 404 was an answer.


def test_a_key_that_cannot_be_decrypted_is_no_prober(opened, acme, clock, monkeypatch):
    credentials.ask_for_check(acme.credential, None)
    monkeypatch.setattr(ApiCredential, "is_readable", False)
    clock.shift(31)

    worker.run_once()

    assert circuit.held_for() == 0


def test_of_many_hubs_watched_while_spkey_is_away_twenty_are_asked_after(
    sandbox, acme, wire, clock
):
    for number in range(40):
        watching.watch(watching.hub_for(acme, world.hub_id(number)))
    sandbox.faults.add(action=AWAY)
    worker.run_once()
    assert len(wire()) == circuit.LEAST_CALLS

    clock.shift(31)
    worker.run_once()
    assert len(wire()) == circuit.LEAST_CALLS + 1

    sandbox.faults.clear()
    clock.shift(61)
    worker.run_once()
    assert Hub.objects.filter(binding=Hub.Binding.FREE).count() == 40


def test_a_probe_that_is_answered_closes_it_and_what_was_counted_is_forgotten(opened, ask, clock):
    ask(circuit.LEAST_CALLS - 1, **AWAY)
    next_probe(clock, ask)

    assert not Circuit.objects.exists()
    ask(circuit.LEAST_CALLS - 1, **AWAY)
    assert not circuit.is_open()


@pytest.mark.parametrize("action", [{"status": 404}, {"status": 429}, {"status": 502}])
def test_any_answer_to_the_probe_closes_it(opened, ask, clock, action):
    next_probe(clock, ask, **action)

    assert not circuit.is_open()


def test_a_probe_that_fails_opens_it_for_twice_as_long_up_to_five_minutes(opened, ask, clock):
    pauses = []
    for _ in range(5):
        next_probe(clock, ask, **AWAY)
        pauses.append(pause())

    assert pauses == [60, 120, 240, 300, 300]


def test_once_closed_it_begins_anew_with_thirty_seconds(opened, ask, clock):
    next_probe(clock, ask, **AWAY)
    next_probe(clock, ask)

    ask(circuit.LEAST_CALLS, **AWAY)

    assert pause() == 30


@pytest.mark.parametrize("action", [{}, AWAY], ids=["answered", "failed"])
def test_calls_that_were_under_way_when_it_opened_neither_close_nor_extend_it(opened, ask, action):
    ask(circuit.LEAST_CALLS, **action)

    assert Circuit.objects.values().get() == {
        "host": opened.host,
        "opened_at": opened.opened_at,
        "open_until": opened.open_until,
        "times_opened": 1,
    }


def test_calls_that_ended_while_it_was_open_do_not_open_it_again(opened, ask, clock):
    ask(circuit.LEAST_CALLS - 1, **AWAY)
    circuit.held_for()  # Somebody asked, as everybody does before a read.
    Circuit.objects.all().delete()  # Another process's probe was answered.

    ask(1, **AWAY)

    assert not circuit.is_open()


@pytest.mark.django_db(transaction=True)
def test_of_many_who_ask_at_the_same_moment_one_is_the_prober(opened, clock):
    clock.shift(31)
    answers = []

    at_once(*(lambda: answers.append((circuit.held_for(), circuit.is_probing())),) * 8)

    assert min(answers) == (0.0, True)
    assert all(29 < held <= 30 and not probing for held, probing in sorted(answers)[1:])


def test_a_prober_that_was_killed_is_replaced_after_thirty_seconds(opened, ask, clock):
    clock.shift(31)
    assert circuit.held_for() == 0
    circuit.forget()  # As the process that made the probe is forgotten.
    clock.shift(29)
    assert circuit.held_for() > 0

    clock.shift(2)
    assert circuit.held_for() == 0
    ask(1)
    assert not circuit.is_open()


def test_a_prober_that_comes_too_late_changes_nothing(opened, ask, clock):
    clock.shift(31)
    circuit.held_for()
    late = circuit._local.probe
    clock.shift(31)
    assert circuit.held_for() == 0
    circuit._local.probe = late
    before = Circuit.objects.values().get()

    ask(1)

    assert Circuit.objects.values().get() == before


def test_a_right_to_probe_that_was_not_used_ends_with_the_next_question(opened, clock):
    clock.shift(31)
    assert circuit.held_for() == 0

    assert circuit.held_for() > 0
    assert not circuit.is_probing()


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_clock_that_is_put_an_hour_off_does_not_keep_it_open(opened, ask, clock, hours):
    clock.shift(hours * 3600)

    assert circuit.held_for() == 0
    ask(1)
    assert not circuit.is_open()


def test_what_nobody_has_tried_for_long_is_not_said_on_pages_any_more(opened, clock):
    clock.shift(timedelta(seconds=30) + circuit.OUTDATED - timedelta(seconds=1))
    assert circuit.is_open()

    clock.shift(2)
    assert not circuit.is_open()


def test_a_question_costs_one_small_query_while_all_is_well(acme, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert circuit.held_for() == 0
    with django_assert_num_queries(0):
        circuit.note(None)


def test_a_call_keeps_its_own_end_when_the_circuit_cannot_be_written(sandbox, acme, caplog):
    def full(execute, sql, *rest):
        if "hubs_circuit" in sql:
            raise OperationalError("database or disk is full")
        return execute(sql, *rest)

    sandbox.faults.add(action=AWAY)
    client = keys.client_for(acme.credential)
    with connection.execute_wrapper(full):
        for _ in range(circuit.LEAST_CALLS):
            with pytest.raises(spkey.Unreachable):
                client.hub_status(world.hub_id(0))

    assert "the circuit could not be written: OperationalError" in caplog.text
