"""The re-claim itself: what it needs, workers that die at each step, and answers that are lost."""

import ast
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from portal.core import worker
from portal.hubs import attempts
from portal.hubs.actions import asking as actions
from portal.hubs.actions import calls as action_calls
from portal.hubs.actions.asking import ActionRequest
from portal.hubs.actions.models import HubAction, Kind
from portal.hubs.models import Hub
from portal.moves import outcome
from portal.moves.models import MoveRequest, State
from portal.notices.models import Notice
from portal.orgs.models import ApiCredential, Membership
from portal.sandbox import world
from tests.moves.conftest import HELD, bind, now, row_of, sent, work

ROOT = Path(__file__).resolve().parents[2]
AFTER_THE_LEASE = HubAction.LEASE.total_seconds() + 1


class Killed(BaseException):
    """Represents the end of the process."""


def die(monkeypatch, asked, module, name, *, after=False):
    """Let the worker die before, or right after, what is called so."""
    real = getattr(module, name)

    def dying(*args, **fields):
        if after:
            real(*args, **fields)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(module, name, dying)
        with pytest.raises(Killed):
            work(asked)


DEATHS = [
    (action_calls, "send", False),
    (action_calls, "send", True),
    (action_calls, "body_of", False),
    (attempts, "open_send", False),
    (attempts, "close_send", False),
    (outcome, "end", False),
]


@pytest.mark.parametrize(("module", "name", "after"), DEATHS)
def test_a_worker_that_is_killed_is_followed_by_the_next(
    module, name, after, sandbox, approved, monkeypatch, clock, through
):
    if name == "end":
        # The next attempt is the one that ends it.
        work(approved)
    die(monkeypatch, approved, module, name, after=after)
    clock.shift(AFTER_THE_LEASE)

    done = through(approved)

    assert done.state == State.MOVED
    assert sandbox.state.hubs[HELD].org_id == world.ACME_ORG_ID
    assert Notice.objects.filter(kind="hub_taken").count() == 1
    effects = [each for each in sandbox.state.event_log if each.type == "HubReClaimed"]
    assert len(effects) == 1


@pytest.mark.parametrize(
    ("answer", "sends"),
    [
        ({"drop": "after"}, 1),
        ({"drop": "before"}, 2),
        ({"status": 500, "body": "{}"}, 2),
        ({"status": 409, "body": "{}"}, 2),
        ({"status": 503, "headers": {"Retry-After": "2"}, "body": "{}"}, 2),
        ({"status": 429, "body": "{}"}, 2),
    ],
)
def test_what_spkey_does_not_say_is_read_back(answer, sends, sandbox, approved, through):
    sandbox.faults.add({"path_contains": "ReClaimHub"}, action=answer, times=1)

    assert through(approved, rounds=20).state == State.MOVED
    assert len(sent(sandbox)) == sends


@pytest.mark.parametrize("status", [400, 403, 404])
def test_what_spkey_refuses_is_not_moved(status, sandbox, approved, through, ira):
    body = '{"success": false, "error": "Refused", "message": "Bound to harbour-living"}'
    answer = {"status": status, "body": body}
    sandbox.faults.add({"path_contains": "ReClaimHub"}, action=answer)

    done = through(approved)

    assert done.state == State.NOT_MOVED
    assert sandbox.state.hubs[HELD].org_id == world.HARBOUR_ORG_ID
    assert not Notice.objects.filter(kind="hub_taken").exists()
    assert Notice.objects.get(kind="move_ended", user=ira).facts["state"] == "not_moved"
    # SpKey's words may name whose it is.
    assert "harbour" not in str(list(done.action.attempts.values("message", "sent")))
    assert "harbour" not in str(done.action.problems)


@pytest.mark.parametrize(
    ("org_id", "status"),
    [(world.OTHER_ORG_ID, "Claimed"), ("", "Provisioned")],
)
def test_a_hub_that_moved_meanwhile_is_left_where_it_is(org_id, status, sandbox, approved, through):
    hub = sandbox.state.hubs[HELD]
    hub.org_id, hub.status = org_id, status

    assert through(approved).state == State.NOT_MOVED
    assert not sent(sandbox)
    assert hub.org_id == org_id


def test_a_hub_that_is_there_already_needs_no_send(sandbox, approved, mill_court, through):
    bind(sandbox, HELD, world.ACME_ORG_ID, mill_court.spkey_site_id)

    assert through(approved).state == State.MOVED
    assert not sent(sandbox)


def test_what_took_effect_after_all_is_found_out_and_told(
    sandbox, approved, mill_court, clock, through
):
    sandbox.faults.add({"path_contains": "ReClaimHub"}, action={"drop": "before"})
    sandbox.faults.add({"path_contains": "/status"}, action={"status": 500, "body": "{}"}, times=1)
    HubAction.objects.filter(move_request=approved).update(
        state="unknown", sends=1, finished_at=approved.decided_at, due_at=None
    )
    action = HubAction.objects.get(move_request=approved)
    with transaction.atomic():
        outcome.hear(action, "unknown", "unreachable")
    unclear = now(approved)
    assert (unclear.state, unclear.is_final) == (State.UNCLEAR, False)
    bind(sandbox, HELD, world.ACME_ORG_ID, mill_court.spkey_site_id)

    done = through(unclear, every=700)

    assert done.state == State.MOVED
    assert done.late_effect_at is not None
    assert Notice.objects.filter(kind="hub_taken").exists()


def test_what_never_took_effect_ends_after_a_day(sandbox, approved, clock, through):
    action = HubAction.objects.get(move_request=approved)
    HubAction.objects.filter(pk=action.pk).update(
        state="expired", sends=1, finished_at=approved.decided_at, due_at=None
    )
    action.refresh_from_db()
    outcome.hear(action, "expired", "")

    done = through(now(approved), every=3600 * 10, rounds=6)

    assert done.state == State.NOT_MOVED


def test_an_agent_who_is_none_any_more_moves_nothing(sandbox, approved, sam, through):
    Membership.objects.filter(user=sam).update(support=False)

    assert through(approved).state == State.NOT_MOVED
    assert not sent(sandbox)


def test_a_key_that_became_a_normal_one_sends_nothing(sandbox, approved, spkey_support):
    ApiCredential.objects.filter(organisation=spkey_support).update(kind="normal")
    sandbox.state.requests.clear()

    done = work(approved, rounds=3)

    # Whoever holds no super key has no agents.
    assert done.state == State.NOT_MOVED
    assert (done.action.state, done.action.reason) == ("cancelled", "right_gone")
    assert not sandbox.state.requests


@pytest.mark.parametrize("kind", [each for each in Kind if each != Kind.RECLAIM])
def test_a_super_key_does_nothing_else_to_hubs(kind, sandbox, sam, spkey_support, supports_site):
    Membership.objects.filter(user=sam).update(role="admin")
    bind(sandbox, HELD, world.SUPPORT_ORG_ID, supports_site.spkey_site_id)
    hub = row_of(spkey_support, HELD, Hub.Binding.OURS)
    more = {
        Kind.MOVE: {"site": supports_site, "because": "A try"},
        Kind.ROLE: {"make_primary": True},
        Kind.SUSPEND: {"because": "A try"},
        Kind.COMMAND: {"command": "get_nodes"},
    }
    action = actions.submit(
        ActionRequest(user=sam, hub=hub, kind=kind, submission=uuid4(), **more.get(kind, {}))
    )
    worker.run_once()

    action.refresh_from_db()
    assert action.reason in {"key_kind", "interrupted"}
    assert not sandbox.state.requests


def test_only_a_request_that_was_approved_becomes_a_reclaim(acme, held, ada, mill_court, sams):
    with pytest.raises(ValueError, match="support's"):
        ActionRequest(user=ada, hub=held, kind=Kind.RECLAIM, submission=uuid4(), site=mill_court)
    with pytest.raises(ValueError, match="support's"):
        ActionRequest(
            user=ada,
            hub=held,
            kind=Kind.MOVE,
            submission=uuid4(),
            site=mill_court,
            acting=sams.organisation,
        )
    made = [
        path.relative_to(ROOT / "portal").as_posix()
        for path in (ROOT / "portal").rglob("*.py")
        if any(
            isinstance(node, ast.keyword) and ast.unparse(node.value) == "Kind.RECLAIM"
            for call in ast.walk(ast.parse(path.read_text()))
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "ActionRequest"
            for node in call.keywords
            if node.arg == "kind"
        )
        and "models" not in path.name
    ]
    assert made == ["moves/deciding.py"]


def test_the_database_holds_whose_key_does_what(approved, spkey_support):
    actions_ = HubAction.objects.filter(move_request=approved)
    for wrong in (
        {"acting_organisation": None},
        {"from_org_id": ""},
        {"because": ""},
        {"kind": "move"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            actions_.update(**wrong)


def test_the_organisation_that_gets_it_cannot_stop_it(approved):
    assert not actions.can_stop(approved.action)
    assert MoveRequest.objects.filter(pk=approved.pk, state=State.APPROVED).exists()
