"""The gate to SpKey: a 429 to any call holds the key in the same way."""

from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from portal import spkey
from portal.claims.models import Claim, State
from portal.core import worker
from portal.gateway import circuit, gate
from portal.gateway.gate import Held, HeldReason
from portal.gateway.models import Circuit
from portal.hubs import watching
from portal.orgs import api_keys
from portal.orgs.models import ApiCredential
from portal.sandbox import world
from tests.conftest import work
from tests.gateway.test_key_health import replace_key


@pytest.mark.parametrize(("asked", "least"), [(None, 30), (0, 1), (-5, 1), (60, 60), (99999, 900)])
def test_retry_after_is_obeyed_within_bounds_and_spread(asked, least):
    drawn = [gate.wait_of(asked) for _ in range(300)]

    assert least <= min(drawn) < least + 2
    assert least + 3 < max(drawn) <= least + 5


def assert_held_for(least, organisation, since):
    """See that a 429 met after that moment holds the key for so many seconds, and the spread."""
    until = ApiCredential.objects.get(organisation=organisation).paused_until
    spread = timedelta(seconds=gate.RETRY_AFTER_SPREAD)
    wait = timedelta(seconds=least)
    assert since + wait <= until <= timezone.now() + wait + spread


def test_the_gate_gives_no_client_for_a_key_that_is_held(acme):
    acme.credential.paused_until = timezone.now() + timedelta(minutes=1)

    assert gate.ask(acme.credential) == Held(pytest.approx(60, abs=5), HeldReason.RATE_LIMITED)


def claim_hub(claim):
    work(claim)


def refresh_hub(claim):
    Claim.objects.update(due_at=None)
    watching.watch(claim.hub)
    worker.run_once()


def check_key(claim):
    Claim.objects.update(due_at=None)
    api_keys.ask_for_check(claim.organisation.credential, None)
    worker.run_once()


def recheck_hub(claim):
    now = timezone.now()
    ended = {"state": State.EXPIRED, "sends": 1, "finished_at": now, "last_send_at": now}
    Claim.objects.update(due_at=now, **ended)
    worker.run_once()


@pytest.mark.parametrize(
    ("path", "call"),
    [
        ("/status", claim_hub),
        ("/users/by-email", claim_hub),
        ("/ClaimHub", claim_hub),
        ("/status", refresh_hub),
        ("/status", check_key),
        ("/status", recheck_hub),
    ],
    ids=["read", "user lookup", "send", "hub refresh", "key check", "recheck"],
)
@pytest.mark.parametrize(("retry_after", "least"), [("0", 1), ("120", 120), ("soon", 30)])
def test_a_429_to_any_call_holds_the_key_within_the_same_bounds(
    sandbox, claim, acme, wire, path, call, retry_after, least
):
    limited = {"status": 429, "headers": {"Retry-After": retry_after}}
    sandbox.faults.add({"path_contains": path}, action=limited, times=1)
    before = timezone.now()

    call(claim)

    assert wire(path)[-1].status == 429
    assert_held_for(least, acme, since=before)


def test_asking_for_a_key_that_is_held_takes_no_right_to_probe(sandbox, acme, clock):
    now, host = timezone.now(), sandbox.url.removeprefix("http://")
    Circuit.objects.create(host=host, opened_at=now, open_until=now)
    acme.credential.paused_until = now + timedelta(minutes=1)

    assert gate.ask(acme.credential).reason is HeldReason.RATE_LIMITED
    assert not circuit.is_probing()
    clock.shift(61)
    assert isinstance(gate.ask(acme.credential), spkey.Client)
    assert circuit.is_probing()


def test_while_the_circuit_is_open_the_gate_says_for_how_long(sandbox, acme):
    now, host = timezone.now(), sandbox.url.removeprefix("http://")
    Circuit.objects.create(host=host, opened_at=now, open_until=now + timedelta(seconds=20))

    assert gate.ask(acme.credential) == Held(pytest.approx(20, abs=5), HeldReason.CIRCUIT_OPEN)


def test_a_page_that_asks_why_calls_are_held_takes_no_right_to_probe(sandbox, acme):
    assert gate.held_reason(acme.credential) is None
    acme.credential.paused_until = timezone.now() + timedelta(minutes=1)
    assert gate.held_reason(acme.credential) is HeldReason.RATE_LIMITED
    now, host = timezone.now(), sandbox.url.removeprefix("http://")
    Circuit.objects.create(host=host, opened_at=now, open_until=now)
    before = Circuit.objects.values().get()

    assert gate.held_reason(acme.credential) is HeldReason.CIRCUIT_OPEN
    assert Circuit.objects.values().get() == before


def test_a_shorter_hold_leaves_a_longer_one(acme):
    gate.hold(acme.credential, 600)
    gate.hold(acme.credential, 5)

    assert ApiCredential.objects.get().paused_for > 500


def test_a_429_to_a_key_that_was_replaced_meanwhile_does_not_hold_the_new_one(sandbox, acme):
    client = gate.ask(acme.credential)
    replace_key(acme, world.HARBOUR_KEY)
    sandbox.faults.add(action={"status": 429})
    with pytest.raises(spkey.RateLimited):
        client.hub_status(world.hub_id(0))

    assert ApiCredential.objects.get().paused_until is None


def test_a_429_stays_a_429_when_the_hold_cannot_be_written(sandbox, acme, caplog):
    def full(execute, sql, *rest):
        if sql.startswith("UPDATE") and "orgs_apicredential" in sql:
            raise OperationalError("database or disk is full")
        return execute(sql, *rest)

    sandbox.faults.add(action={"status": 429, "headers": {"Retry-After": "60"}})
    client = gate.ask(acme.credential)
    with connection.execute_wrapper(full), pytest.raises(spkey.RateLimited) as limited:
        client.hub_status(world.hub_id(0))

    assert 60 <= limited.value.held_for <= 65
    assert "a key could not be held back: OperationalError" in caplog.text
