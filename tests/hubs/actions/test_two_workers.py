"""Two workers at one hub at the same moment: a claim, another action, a re-claim, a row of a list.

At every step of each, `tests/machine/test_actions_at_once.py` has it.
"""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from portal.claims.engine import actions as claims
from portal.claims.models import Claim
from portal.core import worker
from portal.hubs.actions import asking
from portal.hubs.actions.asking import AnotherActionError
from portal.hubs.actions.models import HubAction, Kind
from portal.hubs.models import Hub
from portal.imports import making
from portal.sandbox import world
from tests.concurrency import at_once
from tests.conftest import HELD, claim_request
from tests.conftest import work as work_on_claim
from tests.hubs.actions.conftest import ending, hub_of, work
from tests.hubs.actions.ways import SENDS, WAYS, is_so, make_ready, of_each, request_of
from tests.imports.conftest import give, piles
from tests.imports.conftest import work as work_on_import
from tests.running import until

pytestmark = pytest.mark.django_db(transaction=True)
FREE = {"status": "Provisioned", "orgId": "", "siteId": ""}


@pytest.fixture
def sent(wire):
    """How often something was sent to hubs, a claim apart."""
    return lambda: sum(len(wire(send)) for send in SENDS)


@contextmanager
def beside(what, *args) -> Iterator[Future]:
    """Let another worker do this meanwhile."""

    def run():
        try:
            return what(*args)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as other:
        yield other.submit(run)


def hold_the_next_send(sandbox) -> None:
    sandbox.faults.add({"method": "POST"}, action={"latency": HELD}, times=1)


@pytest.mark.parametrize("name", of_each(few=("move", "nodes", "wifi")))
def test_a_claim_waits_until_what_is_done_to_the_hub_is_answered(
    name, ours, do, ira, orchard_rise, sandbox, sent, wire, let_go
):
    hold_the_next_send(sandbox)

    def carry_out():
        action = do(name, ours)
        return action if action.is_final else work(action)

    with beside(carry_out) as acting:
        until(sent)
        sandbox.state.set_hub(str(ours.hub_id), FREE)  # The vendor has released it meanwhile.
        claim = claims.submit(claim_request(ira, orchard_rise, ours.hub_id))
        waiting = work_on_claim(claim)
        assert (waiting.state, waiting.reason, wire("/ClaimHub")) == ("waiting", "busy", [])
        let_go()
        action = acting.result()

    assert work_on_claim(claim, rounds=2).is_final
    assert work(action, rounds=3).is_final
    assert len(wire("/ClaimHub")) <= 1
    assert sent() == 1


@pytest.mark.parametrize("name", of_each(few=("move", "nodes", "wifi")))
def test_what_is_done_to_a_hub_waits_until_its_claim_is_answered(
    name, ours, do, ira, orchard_rise, sandbox, sides, sent, wire, let_go
):
    way = WAYS[name]
    sandbox.state.set_hub(str(ours.hub_id), FREE)
    claim = claims.submit(claim_request(ira, orchard_rise, ours.hub_id))
    hold_the_next_send(sandbox)

    with beside(work_on_claim, claim) as claiming:
        until(lambda: wire("/ClaimHub"))
        bound = {"status": "Claimed", "orgId": world.ACME_ORG_ID, "siteId": "orchard-rise"}
        sandbox.state.set_hub(str(ours.hub_id), bound)
        action = do(name, ours)
        waiting = action if way.is_confidential else work(action)
        assert ending(waiting) == ("not_sent" if way.is_confidential else "waiting", "busy")
        assert sent() == 0
        let_go()
        claiming.result()

    assert work_on_claim(claim, rounds=2).is_final
    done = work(action, rounds=3)
    assert done.is_final
    assert is_so(way, ours, sides, sandbox.state) == (not way.is_confidential)
    assert (sent(), len(wire("/ClaimHub"))) == (int(not way.is_confidential), 1)


@pytest.mark.parametrize("name", of_each(few=("suspend",)))
def test_of_two_things_asked_for_at_once_one_is_done(name, ours, sides, sandbox):
    make_ready(WAYS[name], ours, sandbox.state)
    refused = []

    def ask(which):
        try:
            asking.submit(request_of(WAYS[which], ours, sides))
        except AnotherActionError as other:
            refused.append(other.action)

    at_once(lambda: ask(name), lambda: ask("primary"))

    assert refused == [HubAction.objects.get()]


@pytest.mark.parametrize("name", ["move", "nodes"])
def test_two_workers_send_it_once(name, ours, do, sent):
    action = do(name, ours)

    at_once(worker.run_once, worker.run_once)

    assert work(action, rounds=2).is_final
    assert sent() == 1


@pytest.fixture
def harbours(harbour, sandbox) -> Hub:
    """Harbour's row of the hub that support takes for Acme."""
    return hub_of(harbour, world.MAGIC["ours"].id, "lighthouse-flats")


@pytest.fixture
def hals(hal, harbours, lighthouse):
    """What Hal wants done to it, who knows of nothing."""
    request = asking.ActionRequest(hal, harbours, Kind.SUSPEND, uuid4(), because="Stolen")
    return lambda: asking.submit(request)


def test_a_holder_who_is_slower_than_the_re_claim_of_their_hub_is_told_so(
    ours, do, hals, sandbox, let_go, wire
):
    reclaim = do("re-claim", ours)
    # Its time has not come when the other worker looks.
    HubAction.objects.filter(pk=reclaim.pk).update(due_at=timezone.now() + timedelta(hours=1))
    hold_the_next_send(sandbox)
    with beside(lambda: work(hals())) as suspending:
        until(lambda: wire("SuspendHub"))
        assert ending(work(reclaim, rounds=2)) == ("done", "")
        let_go()
        suspended = suspending.result()

    assert ending(work(suspended, rounds=2)) == ("refused", "not_ours")
    assert sandbox.state.hubs[str(ours.hub_id)].status == "Claimed"


def test_a_re_claim_that_is_slower_than_the_holder_says_what_became_of_it(
    ours, do, hals, sandbox, let_go, wire
):
    reclaim = do("re-claim", ours)
    hold_the_next_send(sandbox)
    with beside(work, reclaim) as reclaiming:
        until(lambda: wire("ReClaimHub"))
        assert ending(work(hals(), rounds=2)) == ("done", "")
        let_go()
        reclaiming.result()

    # A suspended hub is not moved.
    assert ending(work(reclaim, rounds=2)) == ("refused", "against_rules")


def test_nothing_is_asked_of_a_hub_that_is_being_re_claimed(ours, do, sides):
    reclaim = do("re-claim", ours)

    for name in WAYS:
        with pytest.raises(AnotherActionError) as other:
            asking.submit(request_of(WAYS[name], ours, sides))
        assert other.value.action == reclaim


def test_a_row_to_claim_waits_until_what_is_done_to_its_hub_is_answered(
    acme, ada, ask, mill_court, orchard_rise, sandbox, sent, let_go, wire
):
    hub = hub_of(acme, world.hub_id(30))
    text = f"hub;site\n{hub.hub_id};orchard-rise\n"
    plan = work_on_import(give(ada, text), 3)
    bound = {"status": "Claimed", "orgId": world.ACME_ORG_ID, "siteId": "harbour-house"}
    sandbox.state.set_hub(str(hub.hub_id), bound)
    hold_the_next_send(sandbox)
    with beside(work, ask(hub, Kind.ROLE)) as acting:
        until(sent)
        sandbox.state.set_hub(str(hub.hub_id), FREE)
        assert making.run(plan, ada)
        plan = work_on_import(plan, 2)
        assert ending(Claim.objects.get()) == ("waiting", "busy")
        assert wire("ClaimHub") == []
        let_go()
        acting.result()

    work_on_claim(Claim.objects.get(), rounds=2)
    assert piles(work_on_import(plan, 12)) == {2: "done"}
    assert (sent(), len(wire("ClaimHub"))) == (1, 1)


def test_a_row_to_move_and_an_action_at_once_do_not_meet(acme, ada, ask, mill_court, sandbox, sent):
    bound = {"status": "Claimed", "orgId": world.ACME_ORG_ID, "siteId": "harbour-house"}
    sandbox.state.set_hub(world.hub_id(31), bound)
    hub = hub_of(acme, world.hub_id(31))
    plan = work_on_import(give(ada, f"hub;site\n{hub.hub_id};mill-court\n", "move"), 3)
    assert making.run(plan, ada)

    def act():
        with suppress(AnotherActionError):
            ask(hub, Kind.COMMAND)

    at_once(lambda: work_on_import(plan), act)
    for _ in range(4):
        HubAction.objects.active().update(due_at=timezone.now())
        plan = work_on_import(plan, 3)

    row, actions = plan.rows.get(), HubAction.objects.all()
    # Whichever came first, was the only one, or had ended when the other came.
    moved = row.state == "done"
    assert row.action == actions.get(kind=Kind.MOVE if moved else Kind.COMMAND)
    assert moved or (row.state, row.cause) == ("not_done", "busy")
    assert (sandbox.state.hubs[world.hub_id(31)].site_id == "mill-court") == moved
    assert sent() == len(actions) == sum(action.sends for action in actions)
