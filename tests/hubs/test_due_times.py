"""What is due of hubs and keys survives a clock that is put an hour back, or forth and back."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.utils import timezone

from portal.core import leasing, worker
from portal.gateway import circuit, gate, key_health
from portal.gateway.models import Circuit
from portal.hubs import status, watching
from portal.hubs.models import Hub
from portal.orgs import api_keys
from portal.orgs.models import ApiCredential
from portal.sandbox import world

HOUR = 3600


@pytest.fixture
def hub(sandbox, acme):
    return watching.hub_for(acme, world.hub_id(0))


def fresh(hub):
    return Hub.objects.get(pk=hub.pk)


def the_key():
    return ApiCredential.objects.get()


def later(clock, wait):
    """Let so much time pass, and the worker do what is due then."""
    clock.shift(wait.total_seconds())
    worker.run_once()


def test_a_killed_workers_lease_of_a_hub_runs_out_after_the_clock_was_set_back(hub, wire, clock):
    watching.watch(hub)
    watching.take_due(5)
    clock.shift(-HOUR)
    watching.watch(fresh(hub))
    worker.run_once()
    assert wire() == []

    assert leasing.correct_clock() == 1
    later(clock, Hub.LEASE)

    assert len(wire("status")) == 1


def test_a_worker_whose_lease_was_cut_short_asks_nothing(hub, wire, clock):
    watching.watch(hub)
    (leased,) = watching.take_due(5)
    clock.shift(-HOUR)
    leasing.correct_clock()
    clock.shift(Hub.LEASE)
    watching.watch(fresh(hub))
    assert len(watching.take_due(5)) == 1

    watching.refresh(leased)

    assert wire() == []


def test_a_watched_hub_is_read_again_after_the_clock_was_set_back(hub, wire, clock):
    watching.watch(hub)
    worker.run_once()
    clock.shift(-HOUR)

    watching.watch(fresh(hub))
    worker.run_once()

    assert len(wire("status")) == 2


def test_an_unwatched_hub_is_not_read_for_an_hour_after_the_clock_was_set_back(hub, wire, clock):
    watching.watch(hub)
    worker.run_once()
    clock.shift(-HOUR)
    leasing.correct_clock()
    for _ in range(20):
        worker.run_once()
        clock.shift(20)

    assert len(wire("status")) == 2


def test_an_awaited_hub_is_read_in_time_and_no_longer_than_intended(hub, wire, clock):
    watching.await_online(hub, "mill-court")
    clock.shift(-HOUR)
    leasing.correct_clock()
    later(clock, watching.REFRESH_TROUBLED)

    assert len(wire("status")) == 1
    assert fresh(hub).awaited_until - timezone.now() <= Hub.AWAIT_ONLINE_FOR
    assert fresh(hub).due_at - timezone.now() <= watching.REFRESH_AWAITED


def test_an_awaited_hub_is_still_read_after_the_clock_went_forward_and_back(
    hub, sandbox, wire, clock
):
    sandbox.state.set_hub(str(hub.hub_id), {"online": False})
    watching.await_online(hub, "mill-court")
    for hours in (1, -1):
        clock.shift(hours * HOUR)
        leasing.correct_clock()
        worker.run_once()

    for _ in range(2):
        later(clock, watching.REFRESH_AWAITED)

    assert len(wire("status")) == 3


def test_a_killed_workers_lease_of_a_key_runs_out_after_the_clock_was_set_back(
    sandbox, acme, clock
):
    api_keys.ask_for_check(acme.credential, None)
    key_health.take_due_checks(1)
    clock.shift(-HOUR)
    worker.run_once()
    assert the_key().due_at is not None

    leasing.correct_clock()
    later(clock, ApiCredential.LEASE)

    assert the_key().due_at is None
    assert the_key().state == "working"


def test_a_key_on_hold_is_held_no_longer_when_the_clock_is_set_back(sandbox, acme, clock):
    gate.hold(acme.credential, 600)
    assert leasing.correct_clock() == 0
    clock.shift(-HOUR)
    leasing.correct_clock()

    assert the_key().paused_for == 0


def test_a_circuit_is_shown_no_longer_when_the_clock_is_set_back(db, sandbox, clock, acme):
    now, host = timezone.now(), sandbox.url.removeprefix("http://")
    Circuit.objects.create(host=host, opened_at=now, open_until=now + circuit.LONGEST_PAUSE)
    clock.shift(-HOUR)
    leasing.correct_clock()
    clock.shift(circuit.OUTDATED)

    assert not circuit.is_open(acme.pk)


def test_a_reading_dated_in_the_future_is_replaced_by_a_fresh_one(hub, acme, sandbox, clock):
    client = gate.ask(acme.credential)
    status.record(fresh(hub), client.hub_status(hub.hub_id), read_at=timezone.now())
    sandbox.state.set_hub(str(hub.hub_id), {"online": True})
    clock.shift(-HOUR)

    status.record(fresh(hub), client.hub_status(hub.hub_id), read_at=timezone.now())

    assert fresh(hub).online is True
    assert fresh(hub).read_at <= timezone.now()


def test_when_the_clock_is_right_nothing_is_corrected_or_written(
    hub, acme, clock, django_assert_num_queries
):
    watching.watch(hub)
    watching.await_online(hub, "mill-court")
    watching.take_due(5)
    api_keys.ask_for_check(acme.credential, None)
    key_health.take_due_checks(1)
    gate.hold(acme.credential, ApiCredential.LONGEST_HOLD.total_seconds())
    now = timezone.now()
    assert Circuit.LONGEST_HELD == circuit.LONGEST_PAUSE + circuit.PROBE
    far = now + Circuit.LONGEST_HELD
    Circuit.objects.create(host="api.example", opened_at=now, open_until=far)

    timed = [model for model in apps.get_models() if issubclass(model, leasing.Timed)]
    with django_assert_num_queries(len(timed)) as queries:
        assert leasing.correct_clock() == 0
    assert all(query["sql"].startswith("SELECT") for query in queries)


def test_the_worker_corrects_times_that_a_clock_set_back_has_left(hub, clock, caplog):
    watching.watch(hub)
    Hub.objects.update(lease_until=timezone.now() + timedelta(hours=1))

    worker.Worker(1)._beat()

    assert fresh(hub).lease_until <= timezone.now() + Hub.LEASE
    assert "put back" in caplog.text
