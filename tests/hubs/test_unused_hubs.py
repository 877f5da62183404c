"""A hub that was looked up, and is nobody's affair any more, is forgotten after a day."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from portal.claims.models import State
from portal.core import worker
from portal.hubs import watching
from portal.hubs.models import Hub
from portal.sandbox import world
from tests.conftest import work
from tests.plans import as_of_a_large_table

A_MINUTE = timedelta(minutes=1)


@pytest.fixture
def looked_up(sandbox, acme, clock):
    """A free hub that was looked up a moment ago."""
    hub = watching.hub_for(acme, world.hub_id(0))
    watching.watch(hub)
    worker.run_once()
    return Hub.objects.get(pk=hub.pk)


def remains(hub):
    watching.remove_unused()
    return Hub.objects.filter(pk=hub.pk).exists()


def test_a_hub_that_was_only_looked_up_goes_after_a_day(looked_up, clock):
    clock.shift(Hub.KEPT - A_MINUTE)
    assert remains(looked_up)
    clock.shift(2 * A_MINUTE)

    assert not remains(looked_up)


def test_each_look_keeps_the_row_for_another_day(looked_up, clock):
    clock.shift(Hub.KEPT - A_MINUTE)
    watching.watch_all([looked_up])
    clock.shift(Hub.KEPT - A_MINUTE)
    assert remains(looked_up)
    clock.shift(2 * A_MINUTE)

    assert not remains(looked_up)


def test_what_is_said_to_be_somebody_elses_or_unknown_goes_as_well(sandbox, acme, clock):
    for name in ("claimed_elsewhere", "unknown"):
        watching.watch(watching.hub_for(acme, world.MAGIC[name].id))
    worker.run_once()
    assert set(Hub.objects.values_list("binding", flat=True)) == {"other", "missing"}
    clock.shift(Hub.KEPT + A_MINUTE)

    assert watching.remove_unused() == 2


def test_a_hub_that_spkey_has_as_ours_stays(sandbox, looked_up, clock):
    sandbox.state.set_hub(str(looked_up.hub_id), {"orgId": world.ACME_ORG_ID})
    clock.shift(20)
    watching.watch_all([looked_up])
    worker.run_once()
    clock.shift(7 * Hub.KEPT)

    assert remains(looked_up)


@pytest.mark.parametrize("status", [None, 404])
def test_a_hub_that_was_claimed_stays_whatever_became_of_that(
    sandbox, looked_up, status, request, clock
):
    if status:
        sandbox.faults.add(action={"status": status})
        clock.shift(20)
    claim = work(request.getfixturevalue("claim"))
    assert (claim.state, claim.hub) == (State.NOT_FOUND if status else State.CLAIMED, looked_up)
    clock.shift(7 * Hub.KEPT)
    watching.watch_all([claim.hub])
    clock.shift(7 * Hub.KEPT)

    assert remains(looked_up)


def test_a_hub_that_goes_while_it_is_being_claimed_is_made_anew(looked_up, monkeypatch, clock):
    found = watching.hub_for

    def overtaken(*args):
        monkeypatch.undo()
        hub = found(*args)
        clock.shift(Hub.KEPT + A_MINUTE)
        assert watching.remove_unused() == 1
        return hub

    monkeypatch.setattr(watching, "hub_for", overtaken)
    hub = watching.hub_to_claim(looked_up.organisation, looked_up.hub_id)

    assert hub.pk != looked_up.pk
    assert Hub.objects.get().kept_until is None


def test_a_hub_that_is_being_read_stays_until_that_ends(looked_up, clock):
    watching.watch_all([looked_up])
    clock.shift(Hub.KEPT + A_MINUTE)
    [lease] = watching.take_due(1)
    assert remains(looked_up)
    watching.refresh(lease)

    assert not remains(looked_up)


def test_a_worker_removes_some_at_every_heartbeat(acme, monkeypatch):
    monkeypatch.setattr(watching, "REMOVED_AT_ONCE", 2)
    watching.hubs_for(acme, [world.hub_id(n) for n in range(3)])
    Hub.objects.update(kept_until=timezone.now() - A_MINUTE)
    working = worker.Worker(1)

    for left in (1, 0):
        working._beat()
        working._beat_due = 0.0
        assert Hub.objects.count() == left


def test_a_cleanup_that_fails_stops_neither_the_heartbeat_nor_the_next(db, monkeypatch, caplog):
    done = []
    cleanups = {"broken": lambda: 1 / 0, "next": lambda: done.append(1)}
    monkeypatch.setattr(worker, "_cleanups", cleanups)
    working = worker.Worker(1)

    working._beat()

    assert done == [1]
    assert working._beat_due > 0
    assert "ZeroDivisionError" in caplog.text


def test_what_may_go_is_found_by_an_index(db):
    as_of_a_large_table(Hub)
    unused = Hub.objects.filter(kept_until__lte=timezone.now()).order_by("kept_until")

    assert "hub_kept" in unused.explain()


def test_what_is_removed_is_not_left_in_the_search_index(looked_up, acme, clock):
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL keeps its own")
    Hub.objects.update(serial="SK-RENAMED")
    other = Hub.objects.create(organisation=acme, hub_id=world.hub_id(1))
    clock.shift(Hub.KEPT + A_MINUTE)
    assert not remains(looked_up)

    with connection.cursor() as cursor:
        cursor.execute("SELECT hub FROM hubs_search")
        assert cursor.fetchall() == [(other.pk.hex,)]
