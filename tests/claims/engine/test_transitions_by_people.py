"""Try now, Stop trying and Try again: what people can do to a claim, in every state."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from portal.audit.models import Entry
from portal.claims.engine import actions, calls, decide, leases, step
from portal.claims.models import FINAL, Attempt, Claim, State
from portal.core import worker
from portal.gateway import gate
from portal.sandbox import world
from tests.conftest import claim_request, claimed_events, work

SENDS = {"path_contains": "ClaimHub"}
RESTING = (State.WAITING, State.VERIFYING, State.REVIEW, State.BLOCKED)


def put(claim, state, **fields):
    """Put the claim in a state, due in an hour, as if it had come there."""
    now = timezone.now()
    ends = {"finished_at": now, "due_at": None}
    rests = {"due_at": now + timedelta(hours=1)}
    Claim.objects.filter(pk=claim.pk).update(
        state=state, **(ends if state in FINAL else rests) | fields
    )
    return Claim.objects.get(pk=claim.pk)


def endings(claim):
    return list(Entry.objects.filter(verb="claim.ended", object_id=str(claim.pk)))


@pytest.mark.parametrize("state", RESTING)
def test_try_now_makes_a_resting_claim_due(claim, state):
    before = put(claim, state)

    assert actions.try_now(before)
    after = Claim.objects.get(pk=claim.pk)
    assert after.due_at <= timezone.now()
    assert after.send_requested
    assert after.version > before.version
    assert after.state == state


@pytest.mark.parametrize("state", [state for state in State if state not in RESTING])
def test_try_now_changes_nothing_in_other_states(claim, state):
    before = put(claim, state)

    assert not actions.try_now(before)
    assert Claim.objects.filter(pk=claim.pk).values().get() == before_values(before)


def before_values(claim):
    return {field.attname: getattr(claim, field.attname) for field in Claim._meta.fields}


def test_try_now_sends_even_while_the_status_says_offline_and_only_once(
    sandbox, ira, mill_court, wire, clock
):
    claim = actions.submit(claim_request(ira, mill_court, world.MAGIC["offline"].id))
    work(claim)
    assert wire("ClaimHub") == []

    clock.shift(settings.TRY_NOW_SECONDS)
    actions.try_now(claim)
    tried = work(claim)
    clock.shift(60)
    work(claim)

    assert len(wire("ClaimHub")) == 1
    assert not tried.send_requested


def test_try_now_does_not_send_while_a_send_is_open(sandbox, claim, wire, clock):
    sandbox.faults.add(SENDS, action={"status": 500}, times=1)
    work(claim)

    clock.shift(settings.TRY_NOW_SECONDS)
    assert actions.try_now(claim)
    work(claim)

    assert len(wire("ClaimHub")) == 1


@pytest.mark.parametrize("state", [State.QUEUED, State.WAITING, State.BLOCKED])
def test_stop_with_nothing_open_cancels_at_once(claim, ira, state):
    before = put(claim, state)

    assert actions.stop(before, ira)
    after = Claim.objects.get(pk=claim.pk)
    assert (after.state, after.reason, after.due_at) == (State.CANCELLED, "", None)
    (entry,) = endings(claim)
    assert entry.actor_label == ira.email
    assert entry.detail["state"] == "cancelled"


@pytest.mark.parametrize(
    ("state", "is_open"),
    [
        (State.SENDING, True),
        (State.VERIFYING, True),
        (State.REVIEW, True),
        (State.BLOCKED, True),
    ],
)
def test_stop_with_a_send_open_marks_the_claim(claim, ira, state, is_open):
    before = put(claim, state, outcome_unknown_since=timezone.now(), sends=1)

    assert not actions.stop(before, ira)
    after = Claim.objects.get(pk=claim.pk)
    assert after.state == state
    assert after.cancel_requested_at is not None
    assert after.due_at <= timezone.now()
    assert endings(claim) == []


@pytest.mark.parametrize("state", FINAL)
def test_stop_changes_no_claim_that_has_ended(claim, ira, state):
    before = put(claim, state)

    assert not actions.stop(before, ira)
    assert Claim.objects.filter(pk=claim.pk).values().get() == before_values(before)
    assert endings(claim) == []


def test_stop_while_a_send_is_open_that_took_effect_ends_as_claimed(
    sandbox, ira, mill_court, live_through
):
    claim = actions.submit(claim_request(ira, mill_court, world.MAGIC["answer_lost"].id))
    work(claim)
    actions.stop(claim, ira)

    done = live_through(claim)

    assert done.state == State.CLAIMED
    assert len(endings(claim)) == 1


@pytest.mark.parametrize("action", [{"status": 500}, {"drop": "before"}, {"status": 502}])
def test_stop_while_a_send_is_open_that_had_no_effect_ends_as_cancelled(
    sandbox, claim, ira, wire, live_through, action
):
    sandbox.faults.add(SENDS, action=action, times=1)
    work(claim)
    actions.stop(claim, ira)

    done = live_through(claim)

    assert done.state == State.CANCELLED
    assert len(wire("ClaimHub")) == 1
    assert claimed_events(sandbox, claim.hub_id_text) == []
    assert len(endings(claim)) == 1


def test_stop_during_the_read_is_obeyed_before_the_send(sandbox, claim, ira, wire, monkeypatch):
    read = calls.read

    def meanwhile(*args, **kwargs):
        answer = read(*args, **kwargs)
        assert actions.stop(claim, ira)
        return answer

    monkeypatch.setattr(calls, "read", meanwhile)

    assert work(claim).state == State.CANCELLED
    assert wire("ClaimHub") == []
    assert len(endings(claim)) == 1


@pytest.mark.parametrize("status", [401, 409, 429])
def test_stop_during_a_send_without_effect_leaves_nothing_behind(
    sandbox, claim, ira, monkeypatch, status, acme
):
    sandbox.faults.add(SENDS, action={"status": status}, times=1)
    send = calls.send

    def meanwhile(*args, **kwargs):
        assert not actions.stop(claim, ira)
        return send(*args, **kwargs)

    monkeypatch.setattr(calls, "send", meanwhile)

    assert work(claim).state == State.CANCELLED
    assert claim.attempts.get(kind=Attempt.Kind.SEND).http_status == status
    assert len(endings(claim)) == 1


def test_stop_during_a_send_is_obeyed_at_once_after_it(sandbox, claim, ira, monkeypatch, acme):
    sandbox.faults.add(SENDS, action={"status": 401}, times=1)
    after_send = decide.after_send

    def meanwhile(*args):
        decision = after_send(*args)
        actions.stop(claim, ira)
        return decision

    monkeypatch.setattr(decide, "after_send", meanwhile)

    assert work(claim).state == State.CANCELLED
    assert gate.stored(acme.credential).get().doubted_at is not None


@pytest.fixture
def refused(sandbox, ira, mill_court):
    return work(actions.submit(claim_request(ira, mill_court, world.MAGIC["forbidden"].id)))


def test_try_again_makes_a_linked_claim_and_a_double_tap_makes_one(refused, ira):
    first = actions.submit(actions.retry(refused, ira))
    second = actions.submit(actions.retry(refused, ira))

    assert first.pk == second.pk != refused.pk
    assert first.retry_of == refused
    assert (first.hub_id, first.spkey_site_id) == (refused.hub_id, refused.spkey_site_id)
    assert Claim.objects.count() == 2
    assert Claim.objects.get(pk=refused.pk).state == State.REJECTED


def test_try_again_by_a_colleague_at_the_same_time_is_the_same_claim(refused, ira, ada):
    mine = actions.submit(actions.retry(refused, ira))
    theirs = actions.submit(actions.retry(refused, ada))

    assert mine.pk == theirs.pk


def test_try_now_during_a_long_attempt_is_not_forgotten(sandbox, claim, clock, monkeypatch):
    sandbox.faults.add({"path_contains": "status"}, action={"status": 503}, times=2)
    work(claim)
    read = calls.read

    def expedited_meanwhile(*args, **kwargs):
        answer = read(*args, **kwargs)
        clock.shift(settings.TRY_NOW_SECONDS)
        assert actions.try_now(claim)
        return answer

    with monkeypatch.context() as patch:
        patch.setattr(calls, "read", expedited_meanwhile)
        (lease,) = take(claim)
        step.attempt(lease)

    assert Claim.objects.get(pk=claim.pk).due_at <= timezone.now()
    worker.run_once()
    assert Claim.objects.get(pk=claim.pk).state == State.CLAIMED


def take(claim):
    Claim.objects.filter(pk=claim.pk).update(due_at=timezone.now())
    return leases.take_due(1)


def test_stop_during_an_attempt_is_acted_on_at_once(sandbox, claim, ira, monkeypatch):
    sandbox.faults.add({"path_contains": "status"}, action={"status": 429})
    after_read = decide.after_read

    def stopped(*args):
        decision = after_read(*args)
        actions.stop(Claim.objects.get(pk=claim.pk), ira)
        return decision

    Claim.objects.filter(pk=claim.pk).update(
        outcome_unknown_since=timezone.now(), state=State.VERIFYING
    )
    monkeypatch.setattr(decide, "after_read", stopped)
    (lease,) = take(claim)
    step.attempt(lease)

    assert Claim.objects.get(pk=claim.pk).due_at <= timezone.now()
