"""Hubs are read again by themselves: paced, fairly, after everything that people wait for."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.claims.models import State
from portal.core import leasing, worker
from portal.hubs import counts, reading, rounds, watching
from portal.hubs.models import LEFT, Hub, HubCount, Round
from portal.orgs.models import ApiCredential
from portal.sandbox import world
from tests.conftest import work
from tests.hubs.own_hubs import make_own_hub
from tests.plans import as_of_a_large_table

A_SECOND, A_MINUTE, AN_HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def stands(sandbox, acme, mill_court):
    """Make hubs of Acme's that stand in the sandbox, last read so long ago."""

    def make(*numbers, ago=AN_HOUR, organisation=acme, **fields):
        at = timezone.now() - ago
        made = []
        for number in numbers:
            bound = {"orgId": organisation.spkey_org_id, "siteId": mill_court.spkey_site_id}
            sandbox.state.set_hub(world.hub_id(number), bound | {"online": True})
            read = {"read_at": at, "asked_at": at, "hub_id": world.hub_id(number)}
            where = mill_court if organisation == acme else organisation
            made.append(make_own_hub(where, **read | fields))
        rounds.begin()
        return made

    return make


def turn(organisation):
    return Round.objects.get(organisation=organisation)


def step():
    """Let the worker take one turn of one organisation, if one is due."""
    leases = rounds.take_due(1)
    for lease in leases:
        rounds.work(lease)
    return len(leases)


def test_one_hub_is_read_a_second_and_whoever_was_read_least_lately_is_first(
    stands, acme, wire, clock
):
    newer, oldest = stands(0, ago=AN_HOUR / 2) + stands(1, ago=AN_HOUR)
    worker.run_once()
    assert [oldest.hub_id] == [Hub.objects.latest("read_at").hub_id]
    assert len(wire("status")) == 1

    clock.shift(1.1)
    worker.run_once()
    assert len(wire("status")) == 2
    newer.refresh_from_db()
    assert timezone.now() - newer.read_at < A_MINUTE
    clock.shift(1.1)
    worker.run_once()
    assert len(wire("status")) == 2


def test_the_wait_for_a_thread_does_not_slow_the_pace(stands, acme, still):
    stands(0, 1, 2)
    due = turn(acme).due_at
    still.shift(0.3)
    step()

    assert turn(acme).due_at - due < 1.3 * A_SECOND


def test_a_hub_whose_state_just_changed_is_read_again_after_a_minute(stands, acme, wire, clock):
    [changed] = stands(0, ago=2 * A_MINUTE)
    Hub.objects.filter(pk=changed.pk).update(online=False, read_at=changed.read_at)
    stands(*range(1, 8))
    for _ in range(4):
        step()
        clock.shift(1.1)

    assert len(wire("status", changed.hub_id)) == 1
    assert len(wire("status")) == 4


def test_what_is_the_same_as_before_writes_the_time_alone(stands, acme, clock):
    [hub] = stands(0)
    step()
    hub.refresh_from_db()
    since = hub.health_since
    clock.shift(10 * A_MINUTE.total_seconds())
    with CaptureQueriesContext(connection) as queries:
        step()

    hub.refresh_from_db()
    assert (hub.health_since, hub.spells.count()) == (since, 1)
    written = [q["sql"].split()[1] for q in queries if q["sql"].startswith(("UPDATE", "INSERT"))]
    # The lease, the hub's reading, the lease's end.
    assert written == ['"hubs_round"', '"hubs_hub"', '"hubs_round"']


def test_organisations_take_turns(stands, acme, harbour):
    stands(*range(6))
    stands(10, organisation=harbour)
    Round.objects.filter(organisation=acme).update(due_at=timezone.now() - AN_HOUR)

    assert {lease.pk for lease in rounds.take_due(9)} == {acme.pk, harbour.pk}


def test_all_organisations_together_have_a_few_calls_under_way(stands, acme, harbour, settings):
    settings.HUB_READS_AT_ONCE = 1
    stands(*range(6))
    stands(10, organisation=harbour)
    [first] = rounds.take_due(9)
    assert not rounds.some_due()
    assert rounds.take_due(9) == []

    rounds.work(first)
    [second] = rounds.take_due(9)
    assert {first.pk, second.pk} == {acme.pk, harbour.pk}


def test_a_round_has_only_what_other_work_leaves(stands, acme):
    stands(0)
    watching.watch_all([watching.hub_for(acme, world.hub_id(n)) for n in range(20, 30)])
    for _ in range(12):
        assert {job.func for job in worker.due_jobs(1)} == {watching.refresh}
        Hub.objects.update(lease_until=None)

    assert rounds.some_due()


def test_a_claimed_hub_joins_the_rounds(sandbox, claim, ira, clock):
    assert work(claim).state == State.CLAIMED
    hub = Hub.objects.get()
    assert (hub.site, hub.claimed_by, hub.claimed_by_name) == (
        claim.site,
        ira,
        ira.display_name,
    )
    assert hub.claimed_at is not None
    assert rounds.begin() == 1
    clock.shift(AN_HOUR.total_seconds())
    before = hub.asked_at
    step()

    hub.refresh_from_db()
    assert hub.asked_at > before


@pytest.mark.parametrize("back", [True, False])
def test_a_clock_that_is_put_back_or_forth_delays_no_hub(stands, acme, wire, clock, back):
    hubs = stands(0, 1, ago=timedelta(0))
    # A recount at night is no part of this.
    Round.objects.update(recount_at=timezone.now() + 12 * AN_HOUR)
    clock.shift(AN_HOUR.total_seconds() * (-1 if back else 1))
    leasing.correct_clock()
    for _ in hubs:
        step()
        clock.shift(1.1)

    assert {hub.hub_id for hub in Hub.objects.filter(read_at__lte=timezone.now())} == {
        hub.hub_id for hub in hubs
    }
    assert len(wire("status")) == 2


def test_a_hub_that_cannot_be_read_keeps_no_other_waiting(stands, sandbox, wire, clock):
    bad, good = stands(0, ago=2 * AN_HOUR) + stands(1)
    sandbox.faults.add({"hub_id": str(bad.hub_id)}, action={"status": 400})
    step()
    clock.shift(1.1)
    step()

    good.refresh_from_db()
    assert timezone.now() - good.read_at < A_MINUTE


def test_a_round_that_fails_waits_and_keeps_no_other_organisation_waiting(
    stands, acme, harbour, settings, monkeypatch, caplog
):
    settings.HUB_READS_AT_ONCE = 1
    stands(0)
    read, [theirs] = reading.read, stands(1, organisation=harbour)

    def fail(hub):
        if hub.organisation_id == acme.pk:
            raise ValueError("nobody foresaw it")
        return read(hub)

    monkeypatch.setattr(reading, "read", fail)
    began = timezone.now()
    worker.run_once()
    worker.run_once()

    theirs.refresh_from_db()
    assert theirs.read_at >= began
    assert began < turn(acme).due_at <= timezone.now() + rounds.REST
    assert "nobody foresaw it" in caplog.text


def test_without_a_key_nobody_is_asked_and_after_a_day_nobody_knows(stands, acme, wire, clock):
    [hub] = stands(0)
    ApiCredential.objects.update(state="refused")
    step()
    hub.refresh_from_db()
    assert (hub.health, wire()) == ("online", [])
    assert turn(acme).due_at > timezone.now() + 10 * A_SECOND

    clock.shift(24 * AN_HOUR.total_seconds())
    assert [step(), step()] == [1, 1]  # It counts as well.
    hub.refresh_from_db()
    assert hub.health == "unknown"
    assert hub.health_since == hub.read_at
    assert counts.total(acme).unknown == 1


def test_a_hub_that_left_is_read_once_more_and_then_no_longer(stands, sandbox, wire, clock):
    [hub] = stands(0)
    sandbox.state.set_hub(str(hub.hub_id), {"orgId": "somebody-else"})
    step()
    hub.refresh_from_db()
    assert hub.health == ""
    assert hub.left_at is not None
    assert hub.spells.get(ended_at=None).health == LEFT
    clock.shift(2 * A_MINUTE.total_seconds())
    step()
    assert len(wire("status")) == 2

    clock.shift(2 * AN_HOUR.total_seconds())
    step()
    clock.shift(2 * AN_HOUR.total_seconds())
    step()
    assert len(wire("status")) == 3


def test_hubs_are_counted_again_at_night(stands, acme, clock):
    stands(0)
    HubCount.objects.update(online=5)
    Round.objects.update(recount_at=timezone.now())
    step()

    assert counts.total(acme).online == 1
    night = timezone.localtime(turn(acme).recount_at)
    assert (night.hour, night > timezone.localtime()) == (rounds.RECOUNT_HOUR, True)


def test_the_next_hub_is_found_by_an_index(stands, acme):
    stands(0)
    as_of_a_large_table(Hub)
    with CaptureQueriesContext(connection) as queries:
        rounds.next_hub(turn(acme), timezone.now() + 2 * AN_HOUR)
    asked = [q["sql"] for q in queries if '"hubs_hub"' in q["sql"]]
    assert asked
    for sql in asked:
        with connection.cursor() as cursor:
            explain = "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
            cursor.execute(f"{explain} {sql}")
            plan = " ".join(str(line) for line in cursor.fetchall())
        assert "hub_in_rounds" in plan or "hub_by_change" in plan, plan
