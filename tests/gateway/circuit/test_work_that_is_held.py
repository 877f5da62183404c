"""What the worker leaves undone while SpKey does not answer, and how it goes on."""

from datetime import timedelta

import pytest
from django.utils import timezone

from portal.claims.engine import actions
from portal.claims.models import Claim, Reason, State
from portal.core import worker
from portal.gateway import circuit
from portal.gateway.models import Circuit
from portal.hubs import watching
from portal.hubs.models import Hub
from portal.orgs import api_keys
from portal.orgs.models import ApiCredential
from portal.sandbox import world
from tests.conftest import claim_request, work
from tests.gateway.circuit.conftest import AWAY


def test_watched_hubs_are_not_read_while_the_circuit_is_open(opened, acme, wire):
    asked = len(wire())
    hub = watching.hub_for(acme, world.hub_id(1))
    watching.watch(hub)

    worker.run_once()

    later = Hub.objects.get(pk=hub.pk)
    assert len(wire()) == asked
    assert later.lease_until is None
    assert abs(later.due_at - opened.open_until) < timedelta(seconds=10)


def test_a_key_check_stays_due_while_the_circuit_is_open(opened, acme, wire, clock):
    asked = len(wire())
    api_keys.ask_for_check(acme.credential, None)

    worker.run_once()

    held = ApiCredential.objects.get()
    assert len(wire()) == asked
    assert (held.state, held.lease_until) == ("working", None)
    assert abs(held.due_at - opened.open_until) < timedelta(seconds=10)

    clock.shift(31)
    worker.run_once()

    assert len(wire()) == asked + 1
    assert ApiCredential.objects.get().due_at is None
    assert not circuit.is_open(acme.pk)  # The check was the probe, and its 404 was an answer.


def test_a_key_that_cannot_be_decrypted_is_no_prober(opened, acme, clock, monkeypatch):
    api_keys.ask_for_check(acme.credential, None)
    monkeypatch.setattr(ApiCredential, "is_readable", False)
    clock.shift(31)

    worker.run_once()

    assert circuit.retry_in(acme.pk) == 0


@pytest.mark.slow
def test_of_many_hubs_watched_during_an_outage_only_twenty_are_read(sandbox, acme, wire, clock):
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


@pytest.mark.slow
def test_a_crowd_of_claims_stops_calling_and_all_are_claimed_afterwards(
    sandbox, ira, mill_court, wire, clock, acme
):
    sandbox.faults.add(action=AWAY)
    for number in range(30):
        actions.submit(claim_request(ira, mill_court, world.hub_id(number)))
    worker.run_once()

    assert len(wire()) == circuit.LEAST_CALLS
    assert set(Claim.objects.values_list("state", "reason")) == {
        (State.WAITING, Reason.UNREACHABLE)
    }

    sandbox.faults.clear()
    for _ in range(20):
        clock.shift(31)
        worker.run_once()
    assert set(Claim.objects.values_list("state", flat=True)) == {State.CLAIMED}
    assert len(wire("ClaimHub")) == 30
    assert not circuit.is_open(acme.pk)


def test_a_claim_that_is_held_keeps_an_open_send_open(opened, ira, mill_court, clock, wire):
    claim = actions.submit(claim_request(ira, mill_court, world.MAGIC["answer_lost"].id))
    Circuit.objects.all().delete()
    work(claim)
    opened.open_until = timezone.now() + circuit.FIRST_PAUSE
    opened.save(force_insert=True)
    asked = len(wire())

    held = work(claim)

    assert (held.state, held.reason) == (State.VERIFYING, Reason.UNREACHABLE)
    assert held.outcome_unknown_since is not None
    assert len(wire()) == asked
    clock.shift(31)
    assert work(claim).state == State.CLAIMED


def test_the_probe_is_a_read_even_where_the_hub_was_looked_up_just_now(
    sandbox, acme, ira, mill_court, hub_id, wire
):
    watching.watch(watching.hub_for(acme, hub_id))
    worker.run_once()
    now, host = timezone.now(), sandbox.url.removeprefix("http://")
    Circuit.objects.create(host=host, opened_at=now, open_until=now)
    asked = len(wire())

    claim = work(actions.submit(claim_request(ira, mill_court, hub_id)))

    assert wire()[asked].path.endswith("status")
    assert claim.state == State.CLAIMED
