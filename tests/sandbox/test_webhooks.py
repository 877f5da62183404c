"""The sandbox tells of events: to this machine alone, late, twice and disordered if asked."""

import json
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest
import requests

from portal.sandbox import webhooks, world
from portal.sandbox.server import Sandbox
from portal.sandbox.webhooks import Webhook
from tests.running import until

HUB = world.hub_id(0)
CLAIM = {"hubId": HUB, "siteId": "mill-court", "userId": world.USERS["admin@acme.example"]}


class Heard:
    """Somebody who is told: what was posted, and what the next ones are answered with."""

    def __init__(self) -> None:
        self.bodies: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.answers: list[int] = []
        heard = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                heard.bodies.append(json.loads(self.rfile.read(length)))
                heard.headers.append(dict(self.headers))
                self.send_response(heard.answers.pop(0) if heard.answers else 202)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/events/key"
        Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def events(self) -> list[dict[str, Any]]:
        return [body for body in self.bodies if "detail" in body]

    def types(self) -> list[str]:
        return [event["detail-type"] for event in self.events]


@pytest.fixture
def heard() -> Iterator[Heard]:
    each = Heard()
    yield each
    each.close()


@pytest.fixture
def sandbox(monkeypatch) -> Iterator[Sandbox]:
    monkeypatch.setattr(webhooks, "RETRY_AFTER", (0.05, 0.05))
    with Sandbox(online_delay=0.2) as each:
        yield each


@pytest.fixture
def act(sandbox) -> Callable[..., requests.Response]:
    def sent(name: str, hub: str = HUB, **body: object) -> requests.Response:
        key = {"X-API-Key": world.ACME_KEY}
        whole = {"hubId": hub, **body}
        address = f"{sandbox.url}/hubs/{hub}/{name}"
        return requests.post(address, json=whole, headers=key, timeout=10)

    return sent


def test_a_new_address_is_tried_with_what_is_no_event(sandbox, heard):
    sandbox.webhooks.set(world.ACME_ORG_ID, Webhook(heard.url))
    until(lambda: heard.bodies == [{"verification": True}])


def test_a_claim_and_that_its_hub_is_online_are_told(sandbox, heard, act):
    sandbox.webhooks.set(world.ACME_ORG_ID, Webhook(heard.url, "secret"))
    assert act("ClaimHub", **CLAIM).status_code == 200
    until(lambda: heard.types() == ["HubClaimed", "Shadow Update"])

    claimed, report = heard.events
    assert claimed["source"] == "spk.api"
    assert claimed["detail"]["partnerId"] == world.ACME_ORG_ID
    assert claimed["detail"]["aggregateId"] == HUB
    assert claimed["detail"]["version"] == 2
    assert json.loads(report["detail"]["reportedState"])["online"] is True
    assert heard.headers[-1]["Authorization"] == "Bearer secret"


def test_nobody_else_is_told(sandbox, heard, act):
    sandbox.webhooks.set(world.HARBOUR_ORG_ID, Webhook(heard.url))
    act("ClaimHub", **CLAIM)
    sandbox.webhooks.set(world.ACME_ORG_ID, Webhook(heard.url))
    act("SuspendHub", reason="Lost", userId="u")
    until(lambda: "HubSuspended" in heard.types())
    assert "HubClaimed" not in heard.types()


def test_a_move_is_told_to_the_organisation_from_before(sandbox, heard):
    hub = world.MAGIC["ours"].id
    sandbox.webhooks.set(world.ACME_ORG_ID, Webhook(heard.url))
    body = {"newOrgId": world.HARBOUR_ORG_ID, "newSiteId": "s", "reason": "r", "userId": "u"}
    key = {"X-API-Key": world.SUPPORT_KEY}
    address = f"{sandbox.url}/hubs/{hub}/ReClaimHub"
    assert requests.post(address, json={"hubId": hub} | body, headers=key, timeout=9).ok
    until(lambda: heard.types() == ["HubReClaimed"])
    assert heard.events[0]["detail"]["partnerId"] == world.ACME_ORG_ID


def test_a_device_that_carried_out_a_command_repeats_what_it_was_told(
    sandbox, heard, act, monkeypatch
):
    monkeypatch.setattr(webhooks, "DEVICE_TAKES", 0.1)
    sandbox.webhooks.set(world.ACME_ORG_ID, Webhook(heard.url))
    wifi = {"ssid": "Home", "credentials": "wifi-password"}
    act("SendHubCommand", world.MAGIC["ours"].id, command="set_wifi_credentials", args=wifi)
    until(lambda: heard.types() == ["Shadow Update"])

    detail = heard.events[0]["detail"]
    assert json.loads(detail["reportedState"])["lastCommand"] == "set_wifi_credentials"
    assert "wifi-password" in detail["desiredState"]
    assert "wifi-password" not in json.dumps(sandbox.webhooks.log())


def test_a_hub_that_goes_offline_reports(sandbox, heard):
    hub = world.MAGIC["ours"].id
    sandbox.webhooks.set(world.ACME_ORG_ID, Webhook(heard.url))
    for online in (False, True):
        sandbox.state.set_hub(hub, {"online": online})
    until(lambda: len(heard.events) == 2)
    assert [event["detail"]["version"] for event in heard.events] == [1, 2]


def test_each_event_comes_twice_with_one_id(sandbox, heard, monkeypatch):
    monkeypatch.setattr(webhooks, "SECOND_COPY_AFTER", 0.05)
    sandbox.webhooks.set(world.ACME_ORG_ID, Webhook(heard.url, twice=True))
    sandbox.state.set_hub(world.MAGIC["ours"].id, {"online": False})
    until(lambda: len(heard.events) == 2)
    assert heard.events[0] == heard.events[1]


def test_out_of_order_the_first_comes_last(sandbox, heard, monkeypatch):
    monkeypatch.setattr(webhooks, "OVERTAKEN_BY", 0.3)
    sandbox.webhooks.set(world.ACME_ORG_ID, Webhook(heard.url, disordered=True))
    key, hub = "acme", sandbox.state.hubs[world.MAGIC["ours"].id]
    for number in range(2):
        sandbox.state.record(hub, f"Event{number}", {}, key)
    until(lambda: len(heard.events) == 2)
    assert heard.types() == ["Event1", "Event0"]
    assert [event["detail"]["version"] for event in heard.events] == [4, 3]


def test_late_means_later(sandbox, heard):
    sandbox.webhooks.set(world.ACME_ORG_ID, Webhook(heard.url, late=0.4))
    at = sandbox.state.clock()
    sandbox.state.set_hub(world.MAGIC["ours"].id, {"online": False})
    until(lambda: heard.events)
    assert sandbox.state.clock() - at >= 0.4


def test_a_5xx_is_told_again_and_a_4xx_never(sandbox, heard):
    sandbox.webhooks.set(world.ACME_ORG_ID, Webhook(heard.url))
    until(lambda: heard.bodies)
    heard.answers = [503, 500, 202, 404]
    for online in (False, True):
        sandbox.state.set_hub(world.MAGIC["ours"].id, {"online": online})
        until(lambda: not heard.answers or len(heard.answers) == 1)
    until(lambda: not heard.answers)
    assert len({event["id"] for event in heard.events}) == 2
    assert len(heard.events) == 4


def test_it_is_set_and_read_by_the_control_endpoint(sandbox, heard):
    control = f"{sandbox.url}/_control/webhooks"
    body = {"orgId": world.ACME_ORG_ID, "url": heard.url, "twice": True}
    assert requests.post(control, json=body, timeout=10).status_code == 200
    until(lambda: requests.get(control, timeout=10).json()["posted"])
    assert requests.get(control, timeout=10).json()["posted"][0]["status"] == 202

    none = {"orgId": world.ACME_ORG_ID, "url": None}
    assert requests.post(control, json=none, timeout=10).status_code == 200
    sandbox.state.set_hub(world.MAGIC["ours"].id, {"online": False})
    assert not heard.events


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "http://portal.example/events/key"},
        {"url": "https://127.0.0.1/events/key"},
        {"url": "file:///etc/passwd"},
        {"url": 5},
        {"url": "http://localhost/", "often": True},
        {"url": "http://localhost/", "late": -1},
        {"url": "http://localhost/", "late": "soon"},
        {"url": "http://localhost/", "secret": None},
    ],
)
def test_an_address_elsewhere_or_an_odd_wish_is_refused(wrong, sandbox):
    control = f"{sandbox.url}/_control/webhooks"
    body = {"orgId": world.ACME_ORG_ID} | wrong
    assert requests.post(control, json=body, timeout=10).status_code == 400
