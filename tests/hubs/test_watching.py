"""Live status: a watched hub is asked after once an interval, however many watch."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from portal import spkey
from portal.claims.models import State
from portal.core import worker
from portal.gateway import gate
from portal.hubs import status, watching
from portal.hubs.models import Hub
from portal.sandbox import world
from tests.conftest import work
from tests.gateway.test_gate import assert_held_for


@pytest.fixture
def hub(sandbox, acme):
    """A hub that is awaited: it was claimed a moment ago."""
    hub = watching.hub_for(acme, world.hub_id(0))
    Hub.objects.update(awaited_until=timezone.now() + Hub.AWAIT_ONLINE_FOR)
    return Hub.objects.get(pk=hub.pk)


def fresh(hub):
    return Hub.objects.get(pk=hub.pk)


def test_a_hub_that_nobody_watches_is_not_read(hub, wire):
    worker.run_once()

    assert wire() == []


def test_a_watched_hub_is_read_once_an_interval_however_many_watch_it(hub, wire, still):
    for _ in range(50):
        watching.watch(fresh(hub))
        worker.run_once()
    assert len(wire("status")) == 1

    still.shift(watching.REFRESH_WAITING.total_seconds())
    for _ in range(50):
        watching.watch(fresh(hub))
        worker.run_once()
    assert len(wire("status")) == 2


def test_a_hub_that_is_no_longer_awaited_is_read_less_often(hub, wire, clock):
    Hub.objects.update(awaited_until=timezone.now() - timedelta(hours=1))
    watching.watch(fresh(hub))
    worker.run_once()

    assert fresh(hub).due_at - timezone.now() > watching.REFRESH_WAITING


def test_a_lookup_before_the_claim_does_not_delay_the_first_read_of_an_awaited_hub(hub):
    watching.watch(hub)
    watching.await_online(hub, "mill-court")

    assert fresh(hub).due_at - timezone.now() <= watching.REFRESH_WAITING


def test_a_page_that_is_open_sees_that_its_hub_was_claimed_and_nothing_twice(hub):
    free = fresh(hub).version
    watching.await_online(hub, "mill-court")
    claimed = fresh(hub)
    watching.await_online(hub, "mill-court")

    assert (claimed.binding, claimed.status, claimed.spkey_site_id) == (
        "ours",
        "Claimed",
        "mill-court",
    )
    assert free < claimed.version == fresh(hub).version


def test_watching_a_hub_again_while_its_watch_lasts_writes_nothing(hub, django_assert_num_queries):
    watching.watch(hub)
    watched = fresh(hub)

    with django_assert_num_queries(0):
        watching.watch(watched)


def test_the_reads_end_with_the_watch(hub, wire, clock):
    Hub.objects.update(awaited_until=None)
    watching.watch(hub)
    for _ in range(40):
        worker.run_once()
        clock.shift(5)

    assert 3 <= len(wire("status")) <= 6
    assert fresh(hub).due_at is None


def test_a_hub_that_came_online_is_read_less_often(claim, sandbox, wire, clock):
    done = work(claim)
    sandbox.state.set_hub(claim.hub_id_text, {"online": True})
    clock.shift(5)
    watching.watch(done.hub)
    worker.run_once()

    online = fresh(done.hub)
    assert (online.online, online.binding, online.firmware) == (True, "ours", world.FIRMWARE)
    assert online.due_at - timezone.now() > timedelta(seconds=10)


def test_a_changed_reading_raises_the_version_and_an_unchanged_one_does_not(hub, sandbox, clock):
    watching.watch(hub)
    worker.run_once()
    first = fresh(hub)
    clock.shift(4)
    worker.run_once()
    second = fresh(hub)
    sandbox.state.set_hub(str(hub.hub_id), {"online": False})
    clock.shift(4)
    worker.run_once()

    assert first.version == second.version < fresh(hub).version
    assert first.read_at < second.read_at


def test_a_reading_that_changes_back_what_another_wrote_meanwhile_is_seen(hub, sandbox):
    with spkey.Client(sandbox.url, world.ACME_KEY) as client:
        free = client.hub_status(hub.hub_id)
    mine = status.record(fresh(hub), free)
    shown = status.record_missing(fresh(hub)).version

    status.record(mine, free)

    assert fresh(hub).binding == "free"
    assert fresh(hub).version == shown + 1


@pytest.mark.parametrize(
    ("action", "binding"),
    [({"status": 503}, "unknown"), ({"status": 404}, "missing"), ({"status": 403}, "other")],
)
def test_a_read_that_fails_is_tried_again_later(hub, sandbox, action, binding):
    sandbox.faults.add(action=action)
    watching.watch(hub)
    worker.run_once()

    after = fresh(hub)
    assert after.binding == binding
    assert after.lease_until is None
    assert after.due_at > timezone.now() + timedelta(seconds=15)


@pytest.mark.parametrize("status", [403, 404])
def test_a_gateways_page_is_not_about_the_hub(hub, sandbox, clock, status):
    watching.watch(hub)
    worker.run_once()
    before = fresh(hub)
    page = {"status": status, "body": "<html>No such page</html>"}
    sandbox.faults.add(action=page | {"headers": {"Content-Type": "text/html"}})
    clock.shift(20)
    worker.run_once()
    after = fresh(hub)

    assert (after.binding, after.version, after.read_at) == (
        before.binding,
        before.version,
        before.read_at,
    )
    assert after.due_at > timezone.now() + timedelta(seconds=15)


def test_a_401_stops_reads_with_the_key_until_it_has_been_checked(hub, sandbox, acme, wire, clock):
    sandbox.state.keys.revoke("acme")
    watching.watch(hub)
    worker.run_once()
    clock.shift(25)
    worker.run_once()

    assert len(wire()) == 1
    clock.shift(40)
    watching.watch(hub)
    worker.run_once()
    worker.run_once()
    assert gate.stored(acme.credential).get().state == "refused"
    assert len(wire()) == 2


def test_a_503_that_asks_for_time_is_given_it(hub, sandbox):
    sandbox.faults.add(action={"status": 503, "headers": {"Retry-After": "300"}}, times=1)
    watching.watch(hub)
    worker.run_once()

    assert fresh(hub).due_at > timezone.now() + timedelta(seconds=295)


def test_a_429_holds_the_key_back(hub, sandbox, acme, wire, clock):
    limited = {"status": 429, "headers": {"Retry-After": "50"}}
    sandbox.faults.add(action=limited, times=1)
    watching.watch(hub)
    worker.run_once()
    clock.shift(40)
    watching.watch(fresh(hub))
    worker.run_once()
    assert len(wire()) == 1

    clock.shift(16)
    worker.run_once()
    assert len(wire()) == 2


@pytest.mark.parametrize(
    ("retry_after", "least"), [("0", 1), ("-5", 30), ("soon", 30), ("31536000", 900)]
)
def test_a_429_to_a_refresh_is_held_within_the_bounds_of_every_429(
    hub, sandbox, acme, retry_after, least
):
    limited = {"status": 429, "headers": {"Retry-After": retry_after}}
    sandbox.faults.add(action=limited, times=1)
    before = timezone.now()
    watching.watch(hub)
    worker.run_once()

    assert_held_for(least, acme, since=before)


def test_a_refresh_whose_lease_was_lost_asks_nothing_and_writes_nothing(hub, wire, clock):
    watching.watch(hub)
    (late,) = watching.take_due(5)
    clock.shift(31)
    watching.take_due(5)
    before = Hub.objects.filter(pk=hub.pk).values().get()

    watching.refresh(late)

    assert Hub.objects.filter(pk=hub.pk).values().get() == before
    assert wire() == []


def test_a_watch_begun_during_a_refresh_is_not_lost(hub, monkeypatch, clock):
    watching.watch(hub)
    (leased,) = watching.take_due(5)
    clock.shift(61)
    Hub.objects.filter(pk=hub.pk).update(lease_until=timezone.now() + timedelta(seconds=5))
    record = status.record

    def meanwhile(*args, **kwargs):
        watching.watch(fresh(hub))
        return record(*args, **kwargs)

    monkeypatch.setattr(status, "record", meanwhile)
    watching.refresh(leased)

    assert fresh(hub).due_at is not None


def test_an_older_answer_does_not_replace_a_newer_one(hub, acme, sandbox):
    client = gate.ask(acme.credential)
    sandbox.state.set_hub(str(hub.hub_id), {"online": False})
    older, asked = client.hub_status(hub.hub_id), timezone.now()
    sandbox.state.set_hub(str(hub.hub_id), {"online": True})
    newer = client.hub_status(hub.hub_id)

    status.record(fresh(hub), newer, read_at=asked + timedelta(seconds=2))
    status.record(fresh(hub), older, read_at=asked)

    assert fresh(hub).online is True


def test_all_workers_together_lease_no_more_hubs_than_the_host_may_be_asked_at_once(
    sandbox, acme, clock
):
    for number in range(20):
        watching.watch(watching.hub_for(acme, world.hub_id(number)))

    first = watching.take_due(10)
    second = watching.take_due(10)
    assert len(first) + len(second) == 16
    assert watching.take_due(10) == []

    watching.refresh(first[0])
    assert len(watching.take_due(10)) == 1
    clock.shift(Hub.LEASE.total_seconds())
    assert len(watching.take_due(100)) == 16


def test_a_hub_that_was_just_claimed_is_read_until_online_though_nobody_watches(
    sandbox, clock, claim
):
    done = work(claim)
    assert done.state == State.CLAIMED
    assert done.hub.watched_until is None

    clock.shift(70)
    worker.run_once()
    sandbox.state.set_hub(done.hub_id_text, {"online": True})
    clock.shift(70)
    worker.run_once()

    seen = Hub.objects.get()
    assert seen.online is True
    assert seen.due_at is None


def test_a_hub_that_never_comes_online_is_read_for_two_hours_and_no_longer(sandbox, clock, claim):
    hub = work(claim).hub
    sandbox.state.set_hub(str(hub.hub_id), {"online": False})

    clock.shift(timedelta(hours=3))
    worker.run_once()

    assert Hub.objects.get().due_at is None


@pytest.mark.parametrize("name", ["Kit Crew", "Acme Support", ""])
def test_when_who_claimed_a_hub_did_so_stays_true_when_spkey_dates_it_anew(hub, sandbox, name):
    before, after = timezone.now() - timedelta(days=3), timezone.now()
    Hub.objects.update(claimed_at=before, claimed_by_name=name)
    with spkey.Client(sandbox.url, world.ACME_KEY) as client:
        free = client.hub_status(hub.hub_id)
    moved = replace(free, org_id=hub.organisation.spkey_org_id, claimed_at=after)
    status.record(fresh(hub), moved)

    assert fresh(hub).claimed_at == (before if name else after)
