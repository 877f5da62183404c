"""Requests that no well-behaved client sends, and the shapes of the refusals."""

import socket
import uuid

import pytest
import requests

from portal.sandbox import world

HUB = world.hub_id(8)
PATH = f"/hubs/{HUB}/ClaimHub"
BODY = {"hubId": HUB, "siteId": "site-1", "userId": "somebody"}


@pytest.fixture
def send(sandbox):
    """A function that sends a request, with Acme's key unless told otherwise."""

    def send_it(method, path, key=world.ACME_KEY, headers=None, **options):
        credentials = {"X-API-Key": key} if key else {}
        return requests.request(
            method,
            sandbox.url + path,
            headers=credentials | (headers or {}),
            timeout=60,
            allow_redirects=False,
            **options,
        )

    return send_it


def raw(sandbox, text):
    """The first line of the answer to a hand-written request."""
    host, _, port = sandbox.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=60) as connection:
        connection.sendall(text.encode())
        return connection.makefile("rb").readline().decode()


@pytest.mark.parametrize("key", [None, "", "nonsense", world.REVOKED_KEY])
@pytest.mark.parametrize("path", [PATH, f"/hubs/{HUB}/status", "/users/by-email?email=a@b.example"])
def test_without_a_working_key_everything_is_401(send, key, path):
    method = "POST" if path == PATH else "GET"
    answer = send(method, path, key=key, json=BODY if method == "POST" else None)
    assert answer.status_code == 401
    assert answer.json().keys() == {"success", "error", "message"}
    assert answer.json()["success"] is False
    assert answer.headers["CF-Ray"]


def test_a_bearer_token_alone_is_not_enough_here(send):
    answer = send("GET", f"/hubs/{HUB}/status", key=None, headers={"Authorization": "Bearer a.b.c"})
    assert answer.status_code == 401


@pytest.mark.parametrize(
    "name", ["X-Org-Id", "X-User-Id", "X-User-Email", "X-Is-Admin", "X-Super-Access"]
)
def test_headers_that_claim_an_identity_are_rejected(send, name, sandbox):
    assert send("POST", PATH, json=BODY, headers={name: "x"}).status_code == 400
    assert send("GET", f"/hubs/{HUB}/status", headers={name: "x"}).status_code == 400
    assert sandbox.state.event_log == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"siteId": None}, "siteId"),
        ({"siteId": 5}, "siteId"),
        ({"userId": ["x"]}, "userId"),
        ({"orgId": None}, "orgId"),
        ({"hubId": str(uuid.uuid4())}, "hubId"),
        ({"hubId": 5}, "hubId"),
    ],
)
def test_a_wrong_field_is_named(send, change, field):
    answer = send("POST", PATH, json=BODY | change)
    assert answer.status_code == 400
    document = answer.json()
    assert (document["error"], document["code"]) == ("Bad Request", 400)
    assert [detail["field"] for detail in document["details"]] == [field]
    assert all(detail["message"] for detail in document["details"])


@pytest.mark.parametrize(
    ("command", "body", "field"),
    [
        ("ReClaimHub", {"newOrgId": "o", "newSiteId": "s", "reason": "", "userId": "u"}, "reason"),
        ("SetHubRole", {"isPrimary": 1, "userId": "u"}, "isPrimary"),
        ("SuspendHub", {"reason": "", "userId": "u"}, "reason"),
        ("SendHubCommand", {"command": ""}, "command"),
        ("SendHubCommand", {"command": "server_info", "args": ["x"]}, "args"),
        ("CommissionDevice", {"commissioningCode": 12345678901}, "commissioningCode"),
        ("ProvisionHub", {"serial": "", "model": "m"}, "serial"),
        ("ProvisionHub", {"serial": "s", "model": "m", "vendorName": 5}, "vendorName"),
    ],
)
def test_every_command_checks_its_own_fields(send, command, body, field):
    answer = send("POST", f"/hubs/{HUB}/{command}", json={"hubId": HUB} | body)
    assert answer.status_code == 400
    assert [detail["field"] for detail in answer.json()["details"]] == [field]


def test_every_missing_field_is_named(send):
    details = send("POST", PATH, json={}).json()["details"]
    assert [detail["field"] for detail in details] == ["hubId", "siteId", "userId"]


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b"NaN", b'{"a": NaN}', b"[" * 100_000, b"\xff\xfe\x00"]
)
def test_a_body_that_is_no_json_object_is_refused(send, body):
    assert send("POST", PATH, data=body).status_code == 400


def test_an_unknown_hub_is_answered_in_the_shape_of_each_endpoint(send):
    nobody = str(uuid.uuid4())
    read = send("GET", f"/hubs/{nobody}/status")
    assert (read.status_code, read.json()["errors"][0]["code"]) == (404, 404)
    claimed = send("POST", f"/hubs/{nobody}/ClaimHub", json=BODY | {"hubId": nobody})
    assert (claimed.status_code, claimed.json()["error"]) == (404, "Not Found")


def test_only_the_claim_takes_an_id_that_is_no_uuid(send):
    body = {"hubId": "front-door", "siteId": "s", "userId": "u", "reason": "r"}
    assert send("POST", "/hubs/front-door/ClaimHub", json=body).status_code == 404
    refused = send("POST", "/hubs/front-door/SuspendHub", json=body)
    assert refused.status_code == 400
    assert [detail["field"] for detail in refused.json()["details"]] == ["id"]


def test_a_hub_is_provisioned_once(send, sandbox):
    new = str(uuid.uuid4())
    body = {"hubId": new, "serial": "SK-1", "model": "One"}
    first = send("POST", f"/hubs/{new}/ProvisionHub", json=body)
    assert (first.status_code, first.json()["version"]) == (201, 1)
    assert first.json()["event"]["data"]["thingName"] == new
    again = send("POST", f"/hubs/{new}/ProvisionHub", json=body)
    assert (again.status_code, again.json()["event"]) == (200, None)
    assert len(sandbox.state.event_log) == 1
    assert send("GET", f"/hubs/{new}/status").json()["status"] == "Provisioned"


def test_a_person_is_created_unless_the_call_only_searches(send):
    path = "/users/by-email?email=New@acme.example"
    assert send("GET", f"{path}&searchOnly=true").status_code == 404
    made = send("GET", path).json()
    assert send("GET", f"{path}&searchOnly=true").json() == made
    assert send("GET", f"/users/{made['uuid']}/profile").json()["email"] == "new@acme.example"
    taken = send("GET", f"/users/by-email?email=other@acme.example&uuid={made['uuid']}")
    assert taken.status_code == 409


@pytest.mark.parametrize("query", ["", "?email=", "?email=x", "?email=a@b.example&searchOnly=yes"])
def test_a_search_without_an_address_is_refused(send, query):
    answer = send("GET", f"/users/by-email{query}")
    assert answer.status_code == 400
    assert isinstance(answer.json()["error"], str)


def test_an_unknown_person_has_no_profile(send):
    answer = send("GET", f"/users/{uuid.uuid4()}/profile")
    assert (answer.status_code, answer.json()["success"]) == (404, False)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "BREW"])
def test_another_method_is_not_allowed(send, method):
    answer = send(method, PATH)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert send("GET", f"/hubs/{HUB}/status").status_code == 200


@pytest.mark.parametrize(
    "path",
    ["/", "/hubs", f"/hubs/{HUB}", f"/hubs/{HUB}/Explode", f"/hubs/{HUB}/status/", "/_control"],
)
def test_an_unknown_address_is_404(send, path):
    assert send("GET", path).status_code == 404


def test_an_escaped_slash_stays_inside_the_id(send):
    answer = send("GET", "/hubs/a%2Fb/status")
    assert (answer.status_code, answer.json()["errors"][0]["message"]) == (404, "Hub not found")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ("Content-Length: -1\r\n", 400),
        ("Content-Length: many\r\n", 400),
        ("Content-Length: 99999999\r\n", 413),
        (f"Content-Length: {'9' * 5000}\r\n", 413),
        ("Transfer-Encoding: chunked\r\n", 411),
    ],
)
def test_a_body_of_unknown_or_huge_length_is_not_read(sandbox, headers, status):
    line = raw(sandbox, f"POST {PATH} HTTP/1.1\r\nHost: x\r\n{headers}\r\n")
    assert line.split()[1] == str(status)
