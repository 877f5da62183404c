"""Whatever SpKey does wrong, to whatever is done to a hub: over HTTP, to its end."""

from threading import Event
from typing import NamedTuple

import pytest

from portal import spkey
from portal.hubs.actions.models import State
from portal.sandbox import world
from portal.sandbox.acted_on import ACTED_ON, SILENT_SECONDS, SLOW_SECONDS
from portal.spkey.wire import Limits
from tests.hubs.actions.conftest import ending, hub_of, work
from tests.hubs.actions.test_words_of_ends import MAY_BE, OF_SUPPORT
from tests.hubs.actions.ways import SECRETS, SENDS, WAYS, everything_stored, is_so, of_each

# For the one call that never ends, a command is given up soon; a read has time.
PATIENT, HASTY = Limits(30, 30, 60), Limits(30, 30, 0.4)
DONE, ACCEPTED = ("done", ""), ("accepted", "")
NO_ANSWER, NOT_PASSED_ON = ("unknown", "unreachable"), ("not_passed_on", "")


class Ends(NamedTuple):
    """How what is read back ends, after how many sends; and how what the device is told does."""

    read_back: tuple[str, str]
    sends: int
    told: tuple[str, str]

    def of(self, name: str, fault: str) -> tuple[str, str]:
        """How this way to do something ends."""
        if name == "re-claim" and fault == "ours_handed_over":
            # From its holder it may be taken, and not from anybody else.
            return "unknown", "moved_meanwhile"
        return self.read_back if WAYS[name].is_read_back else self.told


ENDS = {
    "ours": Ends(DONE, 1, ACCEPTED),
    "ours_side_effects": Ends(DONE, 1, ("unknown", "")),
    "ours_answer_lost": Ends(DONE, 1, NO_ANSWER),
    "ours_gateway": Ends(DONE, 1, NO_ANSWER),
    "ours_slow": Ends(DONE, 1, ACCEPTED),
    "ours_never_answered": Ends(DONE, 1, NO_ANSWER),
    "ours_never_done": Ends(("expired", ""), 8, ACCEPTED),
    "ours_offline_at_first": Ends(DONE, 2, NOT_PASSED_ON),
    "ours_not_passed_on": Ends(("expired", "offline"), 8, NOT_PASSED_ON),
    "ours_restarting": Ends(DONE, 2, NO_ANSWER),
    "ours_rate_limited": Ends(DONE, 2, ("not_sent", "rate")),
    "ours_competing": Ends(DONE, 2, ("not_sent", "busy")),
    "ours_refused": Ends(("refused", "against_rules"), 1, ("refused", "against_rules")),
    "ours_forbidden": Ends(("refused", "forbidden"), 1, ("refused", "forbidden")),
    "ours_missing": Ends(("refused", "missing"), 1, ("refused", "missing")),
    "ours_missing_once": Ends(DONE, 1, NO_ANSWER),
    "ours_handed_over": Ends(("unknown", "not_ours"), 1, NO_ANSWER),
}
FOR_A_DAY = [fault for fault, ends in ENDS.items() if ends.read_back[0] == "expired"]
HALF_AN_HOUR = 1800.0


@pytest.fixture(autouse=True)
def _no_long_wait(sandbox, monkeypatch):
    """A slow answer comes at once, and one that never comes is given up soon."""
    over = Event()

    def pause(seconds: float) -> None:
        if seconds == SILENT_SECONDS:
            over.wait(SILENT_SECONDS)

    monkeypatch.setattr(sandbox._api, "_pause", pause)
    yield
    over.set()


@pytest.fixture
def hasty(monkeypatch):
    """Let a command be given up soon."""
    by_method = {"GET": PATIENT, "POST": HASTY}
    monkeypatch.setattr(spkey.Timeouts, "limits", lambda _self, method: by_method[method])


def test_every_hub_of_ones_own_that_misbehaves_is_tried():
    assert set(ENDS) == set(ACTED_ON)
    assert SLOW_SECONDS < spkey.Timeouts().post_read < SILENT_SECONDS


@pytest.fixture
def ends_as_it_was(acme, do, live, sandbox, sides, wire):
    """Have something done to the hub of this name, and hold its end against what SpKey has."""

    def ends(fault: str, name: str, every: float = 30.0) -> None:
        hub, way, expected = hub_of(acme, world.MAGIC[fault].id), WAYS[name], ENDS[fault]
        action = live(do(name, hub), every=every, rounds=80)
        hub.refresh_from_db()
        sent = sum(len(wire(send)) for send in SENDS)

        assert ending(action) == expected.of(name, fault)
        assert sent == action.sends == (expected.sends if way.is_read_back else 1)
        assert "send send" not in " ".join(attempt.kind for attempt in action.attempts.all())
        is_known = way.is_read_back and action.state != State.UNKNOWN
        so_now = is_so(way, hub, sides, sandbox.state)
        assert not is_known or so_now == (action.state == State.DONE)
        assert (action.lease_until, hub.held_by, hub.held_until) == (None, "", None)
        assert not way.is_confidential or not any(map(everything_stored().count, SECRETS))
        # What such an end says is tried in test_words_of_ends.
        reasons = OF_SUPPORT if way.by_support else MAY_BE
        assert action.reason in reasons.get(action.state, (action.reason,))

    return ends


@pytest.mark.parametrize("name", of_each())
@pytest.mark.parametrize("fault", [fault for fault in ENDS if fault not in FOR_A_DAY])
def test_whatever_is_answered_an_action_ends_as_it_was(fault, name, ends_as_it_was, request):
    if fault == "ours_never_answered":
        request.getfixturevalue("hasty")
    ends_as_it_was(fault, name)


@pytest.mark.parametrize("name", of_each(few=("move", "nodes")))
@pytest.mark.parametrize("fault", FOR_A_DAY)
def test_what_is_never_done_is_tried_for_a_day_and_given_up(fault, name, ends_as_it_was):
    ends_as_it_was(fault, name, every=HALF_AN_HOUR)


LOST = {"drop": "after"}
NOT_SHOWN = {"not found": 404, "another's": 403}
# Where it is read to be for a moment, though it has been brought there or changed.
ASTRAY = {
    "move": {"orgId": world.OTHER_ORG_ID},
    "primary": {"orgId": world.OTHER_ORG_ID},
    "suspend": {"orgId": ""},
    "move by support": {"siteId": "attic"},
    "re-claim": {"orgId": world.OTHER_ORG_ID},
}


@pytest.mark.parametrize("status", NOT_SHOWN.values(), ids=NOT_SHOWN)
@pytest.mark.parametrize("name", ASTRAY)
def test_reads_that_do_not_show_the_hub_soon_after_a_send_are_not_believed(
    name, status, ours, do, live, sandbox
):
    action = do(name, ours)
    sandbox.faults.add({"method": "POST"}, action=LOST, times=1)
    work(action)
    body = '{"success": false, "error": "Not shown", "message": "Not shown"}'
    answer = {"status": status, "body": body}
    sandbox.faults.add({"path_contains": "/status"}, action=answer, times=3)

    assert ending(work(action)) == ("verifying", "out_of_sight")
    assert ending(live(action, every=5)) == ("done", "")
    assert action.attempts.filter(kind="send").count() == 1


@pytest.mark.parametrize("name", ASTRAY)
def test_a_hub_that_is_astray_for_a_moment_is_looked_for_again(name, ours, do, sandbox, clock):
    action = do(name, ours)
    sandbox.faults.add({"method": "POST"}, action=LOST, times=1)
    work(action)
    clock.shift(60)
    known = sandbox.state.hubs[str(ours.hub_id)]
    there = {"orgId": known.org_id, "siteId": known.site_id}
    sandbox.state.set_hub(str(ours.hub_id), ASTRAY[name])

    assert ending(work(action)) == ("verifying", "out_of_sight")
    sandbox.state.set_hub(str(ours.hub_id), there)
    assert ending(work(action)) == ("done", "")


# What a read answers in between that says nothing of the send before.
BETWEEN = {
    "not found": {"status": 404},
    "another's": {"status": 403},
    "busy": {"status": 429},
    "away": {"status": 500},
}


@pytest.mark.parametrize("answer", BETWEEN.values(), ids=BETWEEN)
@pytest.mark.parametrize("name", ASTRAY)
def test_that_a_hub_is_offline_is_not_forgotten_over_a_read_in_between(
    answer, name, acme, do, sandbox, live
):
    action = do(name, hub_of(acme, world.MAGIC["ours_not_passed_on"].id))
    assert ending(work(action)) == ("verifying", "offline")
    body = '{"success": false, "error": "Not shown", "message": "Not shown"}'
    sandbox.faults.add({"path_contains": "/status"}, action=answer | {"body": body}, times=1)
    assert work(action).reason != "offline"

    assert ending(live(action, every=HALF_AN_HOUR, rounds=3)) == ("waiting", "offline")
    assert ending(live(action, every=HALF_AN_HOUR, rounds=80)) == ("expired", "offline")


def test_nor_where_the_day_is_over_after_it(acme, do, sandbox, clock):
    action = do("move", hub_of(acme, world.MAGIC["ours_not_passed_on"].id))
    work(action)
    clock.shift(60)
    assert ending(work(action)) == ("verifying", "offline")
    sandbox.faults.add({"path_contains": "/status"}, action={"status": 500}, times=1)
    assert ending(work(action)) == ("verifying", "unreachable")
    clock.shift(25 * 3600)

    assert ending(work(action)) == ("expired", "offline")


@pytest.mark.parametrize("name", ASTRAY)
def test_a_hub_that_stays_away_is_believed_to_be_gone(name, ours, do, sandbox, live):
    action = do(name, ours)
    sandbox.faults.add({"method": "POST"}, action=LOST, times=1)
    work(action)
    sandbox.state.set_hub(str(ours.hub_id), ASTRAY[name])
    expected = {"move by support": "elsewhere", "re-claim": "moved_meanwhile"}

    assert ending(live(action, every=20)) == ("unknown", expected.get(name, "not_ours"))
