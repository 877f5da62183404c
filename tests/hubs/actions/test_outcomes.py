"""Every answer of SpKey to an action, over HTTP, and where it leads."""

import pytest

from portal.audit.models import Entry
from portal.hubs.actions import asking
from portal.hubs.actions.models import HubAction, Kind, State
from portal.hubs.models import Hub
from portal.orgs.models import ApiCredential
from portal.sandbox import world
from portal.sites import changes
from tests.hubs.actions.conftest import ending, hub_of, work

SENDS = ("ReClaimHub", "SetHubRole", "SuspendHub", "SendHubCommand", "CommissionDevice")


@pytest.fixture
def sent(wire):
    """What was sent to hubs, oldest first."""
    return lambda: [request for name in SENDS for request in wire(name)]


@pytest.mark.parametrize("kind", [Kind.MOVE, Kind.ROLE, Kind.SUSPEND])
def test_what_took_effect_is_read_back_and_done(kind, ours, ask, sandbox, sent):
    done = work(ask(ours, kind), rounds=2)
    hub = sandbox.state.hubs[str(ours.hub_id)]
    ours.refresh_from_db()

    assert (ending(done), done.sends, len(sent())) == (("done", ""), 1, 1)
    assert [a.kind for a in done.attempts.all()] == ["read", "send", "read"]
    assert {
        Kind.MOVE: (hub.site_id, ours.spkey_site_id) == ("mill-court", "mill-court"),
        Kind.ROLE: hub.is_primary and ours.is_primary,
        Kind.SUSPEND: (hub.status, ours.status) == ("Suspended", "Suspended"),
    }[kind]
    assert (ours.held_by, ours.held_until) == ("", None)
    told = Entry.objects.filter(object_id=str(done.pk)).order_by("at")
    assert [(entry.verb, entry.detail.get("state")) for entry in told] == [
        (f"hub.{kind}_asked", None),
        (f"hub.{kind}_ended", "done"),
    ]


def test_what_is_so_already_is_not_sent(acme, ask, sandbox, sent):
    sandbox.state.set_hub(world.MAGIC["ours"].id, {"siteId": "mill-court"})
    done = work(ask(hub_of(acme, world.MAGIC["ours"].id)))

    assert (ending(done), sent()) == (("was_so", ""), [])


@pytest.mark.parametrize("name", ["side_effects", "answer_lost", "restarting", "competing"])
def test_a_move_with_a_bad_answer_is_read_back_before_it_is_sent_again(name, magic, ask, live):
    hub = magic(name)
    done = live(ask(hub))
    kinds = [attempt.kind for attempt in done.attempts.all()]
    hub.refresh_from_db()

    assert (ending(done), hub.spkey_site_id) == (("done", ""), "mill-court")
    assert "send send" not in " ".join(kinds)
    assert done.sends == (1 if name in {"side_effects", "answer_lost"} else 2)


@pytest.mark.parametrize(
    ("name", "reason"),
    [("refused", "against_rules"), ("forbidden", "forbidden"), ("missing", "missing")],
)
@pytest.mark.parametrize("kind", [Kind.MOVE, Kind.COMMAND])
def test_a_refusal_is_the_end(kind, name, reason, magic, ask, sent):
    done = work(ask(magic(name), kind), rounds=2)

    assert (ending(done), len(sent())) == (("refused", reason), 1)


def test_a_refusal_though_it_took_effect_is_done(ours, ask, sandbox):
    sandbox.faults.add(
        {"path_contains": "ReClaimHub"}, action={"status": 403, "effect": True}, times=1
    )
    assert ending(work(ask(ours), rounds=2)) == ("done", "")


def test_a_move_that_is_not_passed_on_is_tried_again_and_given_up_after_a_day(
    magic, ask, live, sent
):
    done = live(ask(magic("not_passed_on")), every=1200, rounds=90)

    assert ending(done) == ("expired", "offline")
    assert 3 <= len(sent()) <= 8


def test_a_command_is_accepted_and_never_done(ours, ask, sandbox, sent):
    done = work(ask(ours, Kind.COMMAND), rounds=2)

    assert (ending(done), done.sends) == (("accepted", ""), 1)
    assert sandbox.state.hubs[str(ours.hub_id)].told == [("get_nodes", {})]


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ({"status": 502}, ("not_passed_on", "")),
        (
            {"status": 500, "body": '{"error": "SideEffectError", "success": false}'},
            ("unknown", ""),
        ),
        ({"status": 503, "headers": {"Retry-After": "2"}}, ("unknown", "unreachable")),
        ({"status": 502, "body": "<p>Bad gateway"}, ("unknown", "unreachable")),
        ({"drop": "after"}, ("unknown", "unreachable")),
        ({"status": 200, "body": "{ junk"}, ("unknown", "unreachable")),
        ({"redirect": "http://127.0.0.1:9/"}, ("unknown", "unreachable")),
        ({"status": 401}, ("not_sent", "key_refused")),
        ({"status": 429}, ("not_sent", "rate")),
        ({"status": 409}, ("not_sent", "busy")),
        (
            {"status": 400, "body": '{"code": 400, "error": "x", "details": [{"field": "args"}]}'},
            ("refused", "invalid"),
        ),
    ],
)
def test_a_command_is_sent_once_whatever_the_answer(
    fault, expected, ours, ask, sandbox, sent, live
):
    sandbox.faults.add({"path_contains": "SendHubCommand"}, action=fault, times=1)
    done = live(ask(ours, Kind.COMMAND), rounds=4)

    assert (ending(done), len(sent())) == (expected, 1)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"orgId": "someone-else"}, ("refused", "not_ours")),
        ({"status": "Suspended"}, ("refused", "suspended")),
        ({"status": "Decommissioned"}, ("refused", "decommissioned")),
    ],
)
def test_nothing_is_sent_to_a_hub_that_cannot_be_moved(change, expected, ours, ask, sandbox, sent):
    sandbox.state.set_hub(str(ours.hub_id), change)

    assert (ending(work(ask(ours))), sent()) == (expected, [])


def test_a_move_to_a_site_that_is_archived_meanwhile_is_cancelled(ours, ask, mill_court, ada, sent):
    action = ask(ours)
    changes.archive(mill_court, ada)

    assert (ending(work(action)), sent()) == (("cancelled", "site_closed"), [])


def test_an_action_of_somebody_who_administers_no_more_is_cancelled(ours, ask, ada, sent):
    action = ask(ours)
    ada.memberships.update(role="installer")

    assert (ending(work(action)), sent()) == (("cancelled", "right_gone"), [])


def test_an_action_waits_for_a_key_that_works(ours, ask, acme, sandbox):
    ApiCredential.objects.update(state="refused")
    action = work(ask(ours))
    assert ending(action) == ("blocked", "key_refused")
    ApiCredential.objects.update(state="working")
    asking.resume(acme.pk)

    assert ending(work(action, rounds=2)) == ("done", "")


def test_a_key_that_is_refused_once_is_in_doubt_and_the_action_waits(ours, ask, sandbox):
    sandbox.faults.add({"path_contains": "ReClaimHub"}, action={"status": 401}, times=1)

    assert ending(work(ask(ours))) == ("waiting", "key_doubted")


def test_a_hub_has_one_action_at_a_time_and_a_form_is_one_action(ours, ask, ada):
    action = ask(ours)
    again = ask(ours, submission=action.submission)

    assert again == action
    with pytest.raises(asking.AnotherActionError) as other:
        ask(ours, Kind.SUSPEND)
    assert other.value.action == action
    assert HubAction.objects.count() == 1


def test_a_hub_is_moved_only_within_its_own_organisation(ours, ask, lighthouse):
    with pytest.raises(ValueError, match="own organisation"):
        ask(ours, site=lighthouse)


def test_what_rests_is_stopped_at_once_and_what_may_have_left_is_read_first(
    ours, ask, ada, sandbox, magic
):
    action = ask(ours)
    assert asking.stop(action, ada)
    assert ending(work(action)) == ("cancelled", "")

    lost = work(ask(magic("answer_lost")))
    assert lost.state == State.VERIFYING
    assert not asking.stop(lost, ada)
    assert ending(work(lost)) == ("done", "")


@pytest.mark.parametrize(
    ("said", "meanwhile", "at", "place", "changes"),
    [
        ("", None, "", "", {"place": ["Flat 7", ""]}),
        ("Attic", None, "", "Attic", {"place": ["Flat 7", "Attic"]}),
        ("Flat 7", None, "", "Flat 7", None),
        ("", "Cellar", "", "Cellar", None),
        ("Attic", "Cellar", "", "Attic", {"place": ["Cellar", "Attic"]}),
        # It was there already, which nobody here knew.
        ("", None, "mill-court", "", {"place": ["Flat 7", ""]}),
        ("", "Cellar", "mill-court", "Cellar", None),
        ("Attic", None, "mill-court", "Attic", {"place": ["Flat 7", "Attic"]}),
    ],
)
def test_a_place_does_not_go_along_with_a_hub_that_is_moved(
    said, meanwhile, at, place, changes, ours, ask, sandbox
):
    Hub.objects.filter(pk=ours.pk).update(place="Flat 7")
    ours.refresh_from_db()
    if at:
        sandbox.state.set_hub(str(ours.hub_id), {"siteId": at})
    action = ask(ours, place=said)
    if meanwhile:
        Hub.objects.filter(pk=ours.pk).update(place=meanwhile)
    work(action, rounds=2)
    ours.refresh_from_db()

    assert ours.place == place
    assert Entry.objects.get(verb="hub.move_ended").detail.get("changes") == changes


@pytest.mark.parametrize("kind", [Kind.ROLE, Kind.SUSPEND, "refused"])
def test_a_place_stays_with_a_hub_that_is_not_moved(kind, ours, ask, sandbox):
    Hub.objects.filter(pk=ours.pk).update(place="Flat 7")
    ours.refresh_from_db()
    if kind == "refused":
        sandbox.state.set_hub(str(ours.hub_id), {"status": "Suspended"})
    work(ask(ours, Kind.MOVE if kind == "refused" else kind), rounds=2)

    assert Hub.objects.get(pk=ours.pk).place == "Flat 7"
