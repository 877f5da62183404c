"""Faults between the client and the API: what the client makes of each, and what is left."""

import socket

import pytest

from portal import spkey
from portal.sandbox import world
from tests.running import until

HUB = world.hub_id(1)
PERSON = world.USERS["installer@acme.example"]
# A command that is not answered is given up soon; a read is given time on a busy machine, too.
SHORT = spkey.Timeouts(connect=30, get_read=30, post_read=0.3, get_total=60, post_total=0.6)
LONG = spkey.Timeouts(connect=30, get_read=30, post_read=30, get_total=60, post_total=60)
UNANSWERED = {"latency", "hang", "drip"}


def claim(client):
    return client.claim_hub(HUB, site_id="site-1", user_id=PERSON)


@pytest.fixture
def hasty(connect):
    """A client that waits for the answer to a command for 0.3 seconds, and for 0.6 in all."""
    return connect(world.ACME_KEY, timeouts=SHORT)


@pytest.fixture
def lenient(connect):
    """A client that waits for any answer."""
    return connect(world.ACME_KEY, timeouts=LONG)


@pytest.mark.parametrize(
    ("action", "error", "takes_effect"),
    [
        ({"drop": "before"}, spkey.Unreachable, False),
        ({"drop": "after"}, spkey.Unreachable, True),
        ({"reset": "before"}, spkey.Unreachable, False),
        ({"reset": "after"}, spkey.Unreachable, True),
        ({"reset": "mid_body"}, spkey.Unreachable, True),
        ({"latency": 5}, spkey.Unreachable, False),
        ({"hang": 5}, spkey.Unreachable, False),
        ({"hang": 5, "effect": True}, spkey.Unreachable, True),
        ({"drip": 20}, spkey.Unreachable, True),
        ({"status": 500}, spkey.Unreachable, False),
        ({"status": 503, "body": ""}, spkey.Unreachable, False),
        ({"status": 504, "body": "<html></html>", "effect": True}, spkey.Unreachable, True),
        ({"status": 200, "body": "{", "effect": True}, spkey.UnusableAnswer, True),
        ({"status": 200, "body": "[]"}, spkey.UnusableAnswer, False),
        ({"oversize": 1_100_000}, spkey.UnusableAnswer, False),
        ({"oversize": 1_100_000, "effect": True}, spkey.UnusableAnswer, True),
        ({"redirect": "https://elsewhere.example/"}, spkey.UnusableAnswer, False),
        ({"redirect": "/x", "status": 307, "effect": True}, spkey.UnusableAnswer, True),
    ],
    ids=str,
)
def test_a_fault_leaves_the_outcome_open_with_and_without_effect(
    hasty, lenient, sandbox, action, error, takes_effect
):
    sandbox.faults.add({"method": "POST"}, action=action, times=1)
    with pytest.raises(error) as raised:
        claim(hasty if UNANSWERED & set(action) else lenient)
    assert raised.value.outcome_unknown
    assert raised.value.may_have_reached
    until(lambda: not takes_effect or sandbox.state.event_log)
    found = lenient.hub_status(HUB)
    assert found.status == ("Claimed" if takes_effect else "Provisioned")
    assert len(sandbox.state.event_log) == takes_effect


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, spkey.Refused),
        (401, spkey.BadCredentials),
        (403, spkey.Forbidden),
        (404, spkey.NotFound),
        (409, spkey.Busy),
        (429, spkey.RateLimited),
        (502, spkey.HubOffline),
    ],
)
def test_an_injected_refusal_is_the_one_asked_for(acme, sandbox, status, error):
    sandbox.faults.add(action={"status": status}, times=1)
    with pytest.raises(error) as raised:
        claim(acme)
    assert raised.value.http_status == status
    assert not raised.value.outcome_unknown
    assert sandbox.state.event_log == []


def test_headers_of_a_fault_are_sent(acme, sandbox):
    sandbox.faults.add(action={"status": 429, "headers": {"Retry-After": "17"}}, times=1)
    with pytest.raises(spkey.RateLimited) as limited:
        acme.hub_status(HUB)
    assert limited.value.retry_after == 17


def test_latency_delays_and_changes_nothing_else(patient_sandbox, pauses):
    patient_sandbox.faults.add(action={"latency": 1.5}, times=1)
    with spkey.Client(patient_sandbox.url, world.ACME_KEY) as client:
        assert claim(client).version == 2
    assert 1.5 in pauses


def test_a_fast_drip_arrives_whole(acme, sandbox):
    sandbox.faults.add(action={"drip": 5000}, times=1)
    assert acme.hub_status(HUB).hub_id == HUB


def test_a_fault_applies_only_to_requests_it_matches(acme, harbour, sandbox):
    match = {"method": "get", "path_contains": "/status", "hub_id": HUB.upper(), "key": "acme"}
    sandbox.faults.add(match, action={"status": 500})
    assert acme.hub_status(world.hub_id(2))
    assert harbour.hub_status(HUB)
    assert claim(acme).version == 2
    for _ in range(2):
        with pytest.raises(spkey.Unreachable):
            acme.hub_status(HUB)
    sandbox.faults.clear()
    assert acme.hub_status(HUB)


def test_a_fault_applies_as_often_as_it_says_and_then_the_next_one(acme, sandbox):
    sandbox.faults.add(action={"status": 500}, times=2)
    sandbox.faults.add(action={"status": 403}, times=1)
    for error in (spkey.Unreachable, spkey.Unreachable, spkey.Forbidden):
        with pytest.raises(error):
            acme.hub_status(HUB)
    assert acme.hub_status(HUB)


def test_an_outage_keeps_the_world_and_cuts_connections(acme, sandbox):
    claim(acme)
    port = int(sandbox.url.rpartition(":")[2])
    sandbox.stop()
    with pytest.raises(spkey.Unreachable) as down:
        acme.hub_status(HUB)
    assert down.value.http_status is None
    sandbox.start(port)
    assert acme.hub_status(HUB).status == "Claimed"


def test_a_drop_closes_the_connection_and_a_reset_aborts_it(sandbox):
    host, port = sandbox.url.removeprefix("http://").split(":")

    def ask():
        with socket.create_connection((host, int(port)), timeout=60) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            return connection.recv(1)

    sandbox.faults.add(action={"drop": "before"}, times=1)
    assert ask() == b""
    sandbox.faults.add(action={"reset": "before"}, times=1)
    with pytest.raises(ConnectionResetError):
        ask()


@pytest.mark.parametrize(
    "fault",
    [
        {"action": {"explode": True}},
        {"action": {"drop": "sometimes"}},
        {"action": {"status": "500"}},
        {"action": {"latency": -1}},
        {"action": {"latency": True}},
        {"action": {"drip": 0}},
        {"action": {"status": 500, "headers": {"Retry-After": 2}}},
        {"action": {}, "match": {"colour": "red"}},
        {"action": {}, "match": {"method": 5}},
        {"action": {}, "times": 0},
        {"action": {}, "times": "2"},
    ],
    ids=str,
)
def test_a_fault_that_makes_no_sense_is_refused(sandbox, fault):
    with pytest.raises(ValueError, match=r"."):
        sandbox.faults.add(**fault)
