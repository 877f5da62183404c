"""The control endpoint, over HTTP."""

import pytest
import requests

from portal import spkey
from portal.sandbox import world
from portal.sandbox.exchange import Request
from portal.sandbox.server import Sandbox
from tests.running import until

HUB = world.hub_id(7)


@pytest.fixture
def control(sandbox):
    """A function that sends a control request and returns its status and JSON."""

    def send(method, path, body=None):
        answer = requests.request(method, f"{sandbox.url}/_control/{path}", json=body, timeout=60)
        return answer.status_code, answer.json()

    return send


def test_a_fault_is_injected_and_cleared(control, acme):
    fault = {"match": {"hub_id": HUB, "key": "acme"}, "times": None, "action": {"status": 500}}
    assert control("POST", "faults", fault) == (200, {"success": True})
    with pytest.raises(spkey.Unreachable):
        acme.hub_status(HUB)
    assert control("DELETE", "faults")[0] == 200
    assert acme.hub_status(HUB)


def test_a_key_is_revoked_restored_and_rotated(control, acme, connect):
    control("POST", "keys/revoke", {"key": "acme"})
    with pytest.raises(spkey.BadCredentials):
        acme.hub_status(HUB)
    control("POST", "keys/restore", {"key": "acme"})
    assert acme.hub_status(HUB)
    status, body = control("POST", "keys/rotate", {"key": "acme"})
    assert status == 200
    assert connect(body["key"]).hub_status(HUB)
    with pytest.raises(spkey.BadCredentials):
        acme.hub_status(HUB)


def test_another_organisation_gets_a_key_of_its_own(control, connect, sandbox):
    status, body = control("POST", "keys/add", {"key": "north", "orgId": "north-flats"})
    assert status == 200
    connect(body["key"]).claim_hub(HUB, site_id="site-1", user_id="somebody")
    (event,) = sandbox.state.event_log
    assert (event.key, event.data["orgId"]) == ("north", "north-flats")


def test_an_outage_refuses_connections_and_ends_by_itself(control, acme):
    refused = []

    def is_served():
        try:
            return acme.hub_status(HUB).status == "Provisioned"
        except spkey.Unreachable as away:
            refused.append(not away.may_have_reached)
            return False

    assert control("POST", "outage", {"seconds": 0.2})[0] == 200
    until(lambda: not is_served())
    until(is_served)
    assert any(refused)


def test_the_log_holds_events_and_requests_and_no_key(control, acme):
    acme.claim_hub(HUB, site_id="site-1", user_id="somebody")
    status, log = control("GET", "log")
    assert status == 200
    (event,), (request,) = log["events"], log["requests"]
    assert (event["type"], event["key"], event["data"]["siteId"]) == (
        "HubClaimed",
        "acme",
        "site-1",
    )
    assert (request["path"], request["status"]) == (f"/hubs/{HUB}/ClaimHub", 200)
    assert request["body"]["hubId"] == HUB
    assert world.ACME_KEY not in str(log)


def test_a_hub_is_changed_behind_the_api(control, acme, sandbox):
    fields = {"status": "Claimed", "orgId": world.OTHER_ORG_ID, "siteId": "s", "online": False}
    assert control("POST", f"hubs/{HUB}", fields)[0] == 200
    found = acme.hub_status(HUB)
    assert (found.status, found.org_id, found.site_id) == ("Claimed", world.OTHER_ORG_ID, "s")
    assert found.online is False
    assert found.claimed_at is not None
    assert sandbox.state.event_log == []


def test_a_reset_restores_the_first_state(control, acme, sandbox):
    acme.claim_hub(HUB, site_id="site-1", user_id="somebody")
    sandbox.faults.add(action={"status": 500})
    sandbox.state.keys.revoke("acme")
    assert control("POST", "reset")[0] == 200
    assert acme.hub_status(HUB).status == "Provisioned"
    assert sandbox.state.event_log == []
    assert len(sandbox.state.requests) == 1


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "faults", {"action": {"explode": 1}}, 400),
        ("POST", "faults", {"action": "explode"}, 400),
        ("POST", "faults", {"actoin": {}}, 400),
        ("POST", "faults", ["status"], 400),
        ("POST", "faults", None, 400),
        ("POST", "faults/unheard-of", None, 404),
        ("POST", "keys/revoke", {"key": "nobody"}, 404),
        ("POST", "keys/revoke", {}, 400),
        ("POST", "keys/forge", {"key": "acme"}, 404),
        ("POST", "keys/add", {"key": "acme", "orgId": "acme-properties"}, 400),
        ("POST", "keys/add", {"key": "north"}, 400),
        ("POST", "outage", {"seconds": 0}, 400),
        ("POST", "outage", {"seconds": True}, 400),
        ("POST", "outage", {"seconds": 1e9}, 400),
        ("POST", "hubs/nowhere", {"online": True}, 404),
        ("POST", f"hubs/{HUB}", {"online": "yes"}, 400),
        ("POST", f"hubs/{HUB}", {"status": "Lost"}, 400),
        ("POST", f"hubs/{HUB}", {"serial": "1"}, 400),
        ("GET", "faults", None, 404),
        ("POST", "nothing", {}, 404),
    ],
)
def test_nonsense_is_refused(control, method, path, body, status):
    assert control(method, path, body)[0] == status


def test_only_the_same_machine_controls():
    request = Request("POST", "/_control/reset", ("_control", "reset"), {}, {}, b"")
    sandbox = Sandbox()
    assert sandbox.answer(request, is_local=True).status == 200
    assert sandbox.answer(request, is_local=False).status == 404


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "localhost:8787"}, 200),
        ({"Host": "[::1]:8787", "Origin": "http://127.0.0.1:8000"}, 200),
        ({"Host": "evil.example"}, 403),
        ({"Host": "127.0.0.1.evil.example"}, 403),
        ({"Host": "localhost@evil.example"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://["}, 403),
    ],
)
def test_a_page_of_elsewhere_controls_nothing(headers, status, sandbox):
    answer = requests.get(f"{sandbox.url}/_control/log", headers=headers, timeout=60)

    assert answer.status_code == status


def test_faults_do_not_apply_to_the_control_endpoint(control, sandbox):
    sandbox.faults.add(action={"status": 500})
    assert control("GET", "log")[0] == 200
