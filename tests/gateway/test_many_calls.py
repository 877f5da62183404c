"""Many calls with one key: the gate is asked now and then, and what is held is left alone."""

from types import SimpleNamespace

import pytest

from portal import spkey
from portal.gateway import gate, many_calls
from portal.gateway.gate import Held
from portal.gateway.many_calls import ASK_SECONDS, ManyCalls

LATER = ASK_SECONDS * 1.2


@pytest.fixture
def credential(acme):
    return gate.usable(acme)


@pytest.fixture
def seconds(monkeypatch):
    """The clock of the calls, as a list of one."""
    now = [1_000.0]
    monkeypatch.setattr(many_calls, "time", SimpleNamespace(monotonic=lambda: now[0]))
    return now


def test_a_key_that_is_held_is_left_alone_by_all_threads_within_a_moment(credential, seconds):
    calls = [ManyCalls(credential) for _ in range(3)]
    gate.hold(credential, 60)
    assert all(isinstance(each.ask(), spkey.Client) for each in calls)
    seconds[0] += LATER

    assert all(isinstance(each.ask(), Held) for each in calls)
