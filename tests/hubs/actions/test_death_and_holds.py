"""Workers that die, leases that are lost, and claims of the same hub: never two sends at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from portal.claims.engine import actions as claims
from portal.claims.engine import calls as claim_calls
from portal.hubs import attempts, holds
from portal.hubs.actions import calls as action_calls
from portal.hubs.actions import step
from portal.hubs.actions.models import HubAction, Kind
from portal.hubs.models import Hub
from portal.sandbox import world
from tests.conftest import HELD, claim_request
from tests.conftest import work as work_on_claim
from tests.hubs.actions.conftest import ending, work
from tests.running import until

AFTER_THE_LEASE = HubAction.LEASE.total_seconds() + 1


class Killed(BaseException):
    """Represents the end of the process."""


def die(monkeypatch, action, module, name, *, after=False):
    """Let the worker die before, or right after, what is called so."""
    real = getattr(module, name)

    def dying(*args, **fields):
        if after:
            real(*args, **fields)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(module, name, dying)
        with pytest.raises(Killed):
            work(action)


@pytest.mark.parametrize("kind", [Kind.MOVE, Kind.ROLE, Kind.SUSPEND])
@pytest.mark.parametrize("effect", [False, True])
def test_a_killed_workers_move_is_read_back_before_a_second_send(
    kind, effect, ours, ask, monkeypatch, clock, live, wire
):
    action = ask(ours, kind)
    die(monkeypatch, action, action_calls, "send", after=effect)
    clock.shift(AFTER_THE_LEASE)
    done = live(action)
    sends = [a for a in done.attempts.all() if a.kind == "send"]

    assert ending(done) == ("done", "")
    assert [a.outcome for a in sends] == ["abandoned"] + ["answered"] * (not effect)
    reads = [a.number for a in done.attempts.all() if a.kind == "read"]
    assert effect or sum(sends[0].number < read < sends[1].number for read in reads) >= 2


@pytest.mark.parametrize("effect", [False, True])
def test_a_killed_workers_command_is_unknown_and_never_sent_again(
    effect, ours, ask, monkeypatch, clock, live, sandbox
):
    action = ask(ours, Kind.COMMAND)
    die(monkeypatch, action, action_calls, "send", after=effect)
    clock.shift(AFTER_THE_LEASE)
    done = live(action)

    assert (ending(done), done.sends) == (("unknown", "interrupted"), 1)
    assert len(sandbox.state.hubs[str(ours.hub_id)].told) == effect


@pytest.mark.parametrize("name", ["open_send", "close_send"])
def test_a_worker_killed_while_it_writes_is_followed_by_the_next(
    name, ours, ask, monkeypatch, clock, live
):
    action = ask(ours)
    die(monkeypatch, action, attempts, name)
    clock.shift(AFTER_THE_LEASE)

    assert ending(live(action)) == ("done", "")


def test_a_lease_that_was_lost_sends_nothing(ours, ask, monkeypatch, wire):
    action = ask(ours)
    read = step.calls.read

    def overtaken(*args, **fields):
        HubAction.objects.update(epoch=99)
        return read(*args, **fields)

    monkeypatch.setattr(step.calls, "read", overtaken)

    assert (work(action).state, wire("ReClaimHub")) == ("queued", [])


def test_an_action_waits_while_a_claim_of_the_hub_is_being_sent(ours, ask, wire):
    holds.take(ours, "claim of somebody")
    action = work(ask(ours))

    assert (ending(action), wire("ReClaimHub")) == (("waiting", "busy"), [])
    assert [attempt.kind for attempt in action.attempts.all()] == ["read"]
    holds.give_back(ours, "claim of somebody")
    assert ending(work(action, rounds=2)) == ("done", "")


def test_a_claim_waits_while_an_action_on_the_hub_is_being_sent(ira, mill_court, hub_id, sandbox):
    claim = claims.submit(claim_request(ira, mill_court, hub_id))
    holds.take(claim.hub, "action of somebody")
    waiting = work_on_claim(claim)

    assert ((waiting.state, waiting.reason), waiting.sends) == (("waiting", "busy"), 0)
    holds.give_back(claim.hub, "action of somebody")
    assert work_on_claim(claim).state == "claimed"


@pytest.mark.django_db(transaction=True)
def test_of_an_action_and_a_claim_of_a_hub_at_once_the_second_is_sent_after_the_answer(
    ours, ask, ira, mill_court, sandbox, wire, let_go
):
    sandbox.faults.add({"path_contains": "ReClaimHub"}, action={"latency": HELD}, times=1)
    action = ask(ours)
    with ThreadPoolExecutor(1) as other:
        sending = other.submit(_in_a_thread, action)
        until(lambda: wire("/ReClaimHub"))
        free = {"status": "Provisioned", "orgId": "", "siteId": ""}
        sandbox.state.set_hub(str(ours.hub_id), free)  # The vendor has released it meanwhile.
        claim = claims.submit(claim_request(ira, mill_court, ours.hub_id))
        waiting = work_on_claim(claim)
        assert (waiting.state, waiting.reason, wire("/ClaimHub")) == ("waiting", "busy", [])
        let_go()
        sending.result()

    assert work_on_claim(claim, rounds=2).state == "claimed"
    assert work(action, rounds=2).is_final
    assert (len(wire("/ReClaimHub")), len(wire("/ClaimHub"))) == (1, 1)


def _in_a_thread(action):
    try:
        work(action)
    finally:
        connections.close_all()


def test_the_hold_of_a_killed_worker_runs_out_and_a_clock_put_back_leaves_none(
    ours, clock, monkeypatch
):
    holds.take(ours, "a killed worker")
    with pytest.raises(holds.HubHeldError):
        holds.take(ours, "another")
    clock.shift(holds.LONGEST.total_seconds() + 1)
    holds.take(ours, "another")
    clock.shift(-3600)
    holds.take(ours, "a third")

    assert Hub.objects.get(pk=ours.pk).held_by == "a third"


def test_the_hold_is_taken_with_the_intent_and_given_back_with_the_outcome(ours, ask, monkeypatch):
    held = []
    for module in (action_calls, claim_calls):
        send = module.send

        def looking(*args, send=send, **fields):
            held.append(Hub.objects.exclude(held_by="").values_list("held_by", flat=True).get())
            return send(*args, **fields)

        monkeypatch.setattr(module, "send", looking)
    action = ask(ours)
    work(action)
    claim = claims.submit(claim_request(action.asked_by, action.site, world.hub_id(7)))
    work_on_claim(claim)

    assert held == [f"action {action.pk.hex}", f"claim {claim.pk.hex}"]
    assert not Hub.objects.exclude(held_by="").exists()
