"""Whatever SpKey does wrong, to whatever is done to a hub: over HTTP, to its end."""

from threading import Event
from typing import NamedTuple

import pytest

from portal import spkey
from portal.hubs.actions.models import State
from portal.sandbox import world
from portal.sandbox.acted_on import ACTED_ON, SILENT_SECONDS, SLOW_SECONDS
from portal.spkey.wire import Limits
from tests.hubs.actions.conftest import ending, hub_of
from tests.hubs.actions.test_words_of_ends import MAY_BE, OF_SUPPORT
from tests.hubs.actions.ways import SENDS, WAYS, is_so, of_each

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
