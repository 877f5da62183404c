"""What goes over the wire for each call."""

import json
import re
import uuid

import pytest

from portal import spkey
from tests.spkey import people
from tests.spkey.people import BASE_URL, CLAIM, HUB, USER

DONE = {"success": True, "aggregateId": HUB, "version": 3, "event": None}
COMMANDS = [
    ("ClaimHub", "claim_hub", CLAIM, {"siteId": "site-1", "userId": USER}),
    (
        "ClaimHub",
        "claim_hub",
        CLAIM | {"org_id": "acme"},
        {"siteId": "site-1", "userId": USER, "orgId": "acme"},
    ),
    (
        "ReClaimHub",
        "reclaim_hub",
        {"new_org_id": "o", "new_site_id": "s", "reason": "moved", "user_id": USER},
        {"newOrgId": "o", "newSiteId": "s", "reason": "moved", "userId": USER},
    ),
    (
        "SetHubRole",
        "set_hub_role",
        {"is_primary": False, "user_id": USER},
        {"isPrimary": False, "userId": USER},
    ),
    (
        "SuspendHub",
        "suspend_hub",
        {"reason": "stolen", "user_id": USER},
        {"reason": "stolen", "userId": USER},
    ),
    ("SendHubCommand", "send_hub_command", {"command": "get_nodes"}, {"command": "get_nodes"}),
    (
        "SendHubCommand",
        "send_hub_command",
        {"command": "set_wifi_credentials", "args": {"ssid": "Γραφείο"}},
        {"command": "set_wifi_credentials", "args": {"ssid": "Γραφείο"}},
    ),
    (
        "CommissionDevice",
        "commission_device",
        {"commissioning_code": "MT:Y.K9042C00KA0648G00"},
        {"commissioningCode": "MT:Y.K9042C00KA0648G00"},
    ),
]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[1])
def test_a_command_posts_the_hub_and_its_parameters(api, client, command):
    name, method, arguments, expected = command
    api.post(f"{BASE_URL}/hubs/{HUB}/{name}", json=DONE)
    answer = getattr(client, method)(HUB, **arguments)
    request = api.calls[0].request
    assert json.loads(request.body) == {"hubId": HUB} | expected
    assert request.headers["Content-Type"] == "application/json"
    assert (answer.aggregate_id, answer.version, answer.event) == (HUB, 3, None)


def test_a_status_read_has_no_body_and_no_query(api, client):
    api.get(people.STATUS_URL, json=people.status_json())
    client.hub_status(HUB)
    request = api.calls[0].request
    assert request.body is None
    assert request.url == people.STATUS_URL
    assert "Content-Type" not in request.headers


def test_a_user_is_only_ever_searched_for(api, client):
    api.get(
        f"{BASE_URL}/users/by-email",
        json={"uuid": USER, "email": "a+b@acme.example", "created_at": "2024-01-15T10:30:00.000Z"},
    )
    user = client.find_user_by_email("a+b@acme.example")
    assert api.calls[0].request.params == {"email": "a+b@acme.example", "searchOnly": "true"}
    assert (user.uuid, user.email) == (USER, "a+b@acme.example")
    assert user.created_at == "2024-01-15T10:30:00.000Z"


def test_every_call_carries_the_key_the_token_and_our_own_id(api, client):
    api.get(people.STATUS_URL, json=people.status_json())
    first = client.hub_status(HUB)
    second = client.hub_status(HUB)
    sent = [call.request.headers for call in api.calls]
    assert all(headers["X-API-Key"] == people.key() for headers in sent)
    assert all(headers["Authorization"] == f"Bearer {people.token()}" for headers in sent)
    assert [headers["X-Request-Id"] for headers in sent] == [
        first.meta.request_id,
        second.meta.request_id,
    ]
    assert first.meta.request_id != second.meta.request_id
    assert re.fullmatch("[0-9a-f]{32}", first.meta.request_id)
    assert sent[0]["User-Agent"] == "spkey-portal/0.1"
    internal = {"X-Org-Id", "X-User-Id", "X-User-Email", "X-Is-Admin", "X-Super-Access"}
    assert not {"Cookie", *internal} & set(sent[0])


def test_without_a_key_the_token_is_sent_alone(api):
    api.get(people.STATUS_URL, json=people.status_json())
    with spkey.Client(BASE_URL, None, people.token()) as client:
        client.hub_status(HUB)
    headers = api.calls[0].request.headers
    assert "X-API-Key" not in headers
    assert headers["Authorization"] == f"Bearer {people.token()}"


def test_with_neither_there_is_no_client():
    with pytest.raises(ValueError, match="needed"):
        spkey.Client(BASE_URL, None)


def test_without_a_token_there_is_no_authorization_header(api):
    api.get(people.STATUS_URL, json=people.status_json())
    with spkey.Client(BASE_URL, people.key(), user_agent="fitters/2") as client:
        client.hub_status(HUB)
    headers = api.calls[0].request.headers
    assert "Authorization" not in headers
    assert headers["User-Agent"] == "fitters/2"


@pytest.mark.parametrize("spelt", [HUB.upper(), uuid.UUID(HUB.upper()), HUB], ids=str)
def test_a_hub_id_is_sent_as_it_is_spelt_for_capitals_matter_there(api, client, spelt):
    api.post(people.CLAIM_URL.replace(HUB, str(spelt)), json=DONE)
    client.claim_hub(spelt, **CLAIM)
    assert json.loads(api.calls[0].request.body)["hubId"] == str(spelt)


def test_an_answer_may_spell_the_hubs_id_otherwise(api, client):
    api.get(people.STATUS_URL.replace(HUB, HUB.upper()), json=people.status_json())
    assert client.hub_status(HUB.upper()).hub_id == HUB


def test_a_base_url_may_have_a_path_and_a_last_slash(api):
    api.get(f"{BASE_URL}/v1/hubs/{HUB}/status", json=people.status_json())
    with spkey.Client(f"{BASE_URL}/v1/", people.key()) as client:
        assert client.hub_status(HUB).hub_id == HUB


def test_arguments_that_are_not_json_are_refused_before_anything_is_sent(api, client):
    with pytest.raises(ValueError, match="JSON"):
        client.send_hub_command(HUB, command="x", args={"level": float("nan")})
    assert not api.calls


@pytest.mark.parametrize(
    "url",
    [
        "http://api.spkey.co",
        "http://127.0.0.1.example.com",
        "http://localhost.example.com",
        "ftp://localhost",
        "https://",
        "api.spkey.co",
        "https://user:word@api.spkey.co",
        "https://@api.spkey.co",
        "https://api.spkey.co/?a=b",
        "https://api.spkey.co/#a",
        "https://api.spkey.co\r\nX-Org-Id: 1",
        "https://api.spkey.co:port",
        "",
    ],
)
def test_a_base_url_that_could_take_the_key_elsewhere_is_refused(url):
    with pytest.raises(ValueError, match="base URL"):
        spkey.Client(url, people.key())


@pytest.mark.parametrize(
    "url", ["https://api.spkey.co", "http://localhost:8787", "http://127.0.0.1", "http://[::1]:1"]
)
def test_https_anywhere_and_http_at_home_are_accepted(url):
    assert repr(spkey.Client(url, people.key())) == f"Client({url!r})"


@pytest.mark.parametrize("agent", ["a\r\nX-Org-Id: 1", " padded", "Γ", "nul\0"])
def test_a_user_agent_that_is_no_header_value_is_refused(agent):
    with pytest.raises(ValueError, match="User-Agent"):
        spkey.Client(BASE_URL, people.key(), user_agent=agent)
