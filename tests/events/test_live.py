"""By real HTTP: the sandbox tells, the portal takes it, and a worker does what it asks for."""

import json
import socket
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import requests
from django.utils import timezone

from portal.claims.models import Claim, State
from portal.core.leasing import due_at
from portal.events import receivers
from portal.events.models import Delivery, Result
from portal.hubs.models import Hub
from portal.sandbox import world
from portal.sandbox.webhooks import Webhook
from tests.conftest import work
from tests.events.conftest import KEY, address, event
from tests.hubs.own_hubs import make_own_hub
from tests.running import running, until

HUB = world.hub_id(0)
SECRET = "s" * 43

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def told(sandbox, acme, live_server):
    """Let the sandbox tell the portal of Acme's events, in some manner."""

    def set_up(**manner: object) -> None:
        receiver = receivers.replace(acme, None, KEY)
        receivers.add_secret(receiver, None, SECRET)
        sandbox.webhooks.set(
            world.ACME_ORG_ID, Webhook(live_server.url + address(), SECRET, **manner)
        )
        until(lambda: Delivery.objects.filter(result=Result.NO_EVENT).exists(), within=20)

    yield set_up
    sandbox.webhooks.clear()


@pytest.mark.parametrize("manner", [{}, {"twice": True, "disordered": True}, {"late": 0.5}])
def test_a_claim_that_waits_for_its_hub_goes_on_within_seconds(manner, told, sandbox, claim):
    sandbox.state.set_hub(HUB, {"online": False})
    assert work(claim).state == State.WAITING
    now = timezone.now()
    rested = {"contacted_at": now - timedelta(minutes=1), **due_at(now + timedelta(hours=1))}
    Claim.objects.update(**rested)
    told(**manner)
    with running():
        sandbox.state.set_hub(HUB, {"online": True})
        until(lambda: Claim.objects.get().state == State.CLAIMED, within=20)


def test_a_hub_that_nobody_looks_at_is_shown_as_it_is_within_seconds(told, sandbox, mill_court):
    bound = {"orgId": world.ACME_ORG_ID, "siteId": "mill-court", "status": "Claimed"}
    sandbox.state.set_hub(HUB, bound)
    make_own_hub(mill_court, hub_id=HUB, read_at=timezone.now() - timedelta(minutes=2))
    told()
    with running():
        key = {"X-API-Key": world.ACME_KEY}
        body = {"hubId": HUB, "reason": "Lost", "userId": world.USERS["admin@acme.example"]}
        answer = requests.post(
            f"{sandbox.url}/hubs/{HUB}/SuspendHub", json=body, headers=key, timeout=10
        )
        assert answer.status_code == 200
        until(lambda: Hub.objects.get().status == "Suspended", within=20)


def test_who_sends_a_body_slowly_keeps_nobody_else_waiting(told, live_server, sandbox):
    told()
    parts = urlsplit(live_server.url)
    whole = json.dumps(event("HubClaimed", HUB)).encode()
    head = (
        f"POST {address()} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {SECRET}\r\nContent-Length: {len(whole)}\r\n\r\n"
    )
    slow = [socket.create_connection((parts.hostname, parts.port)) for _ in range(3)]
    for each in slow:
        each.sendall(head.encode() + whole[:10])
    answer = requests.post(
        live_server.url + address(),
        json=event("HubRoleSet", HUB),
        headers={"X-Webhook-Secret": SECRET},
        timeout=10,
    )
    assert answer.status_code == 202
    slow[0].sendall(whole[10:])
    assert b" 202 " in slow[0].recv(100)
    for each in slow:
        each.close()
    types = Delivery.objects.exclude(result=Result.NO_EVENT).values_list("type", flat=True)
    assert sorted(types) == ["HubClaimed", "HubRoleSet"]


def test_the_answer_names_nothing_and_sets_nothing(told, live_server, sandbox):
    told()
    answer = requests.post(
        live_server.url + address(),
        data=b"verify",
        headers={"Authorization": f"Bearer {SECRET}"},
        timeout=10,
        allow_redirects=False,
    )
    assert (answer.status_code, answer.text) == (202, "Accepted\n")
    assert "Set-Cookie" not in answer.headers
