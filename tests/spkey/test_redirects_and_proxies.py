"""The key goes to the base URL and nowhere else: no redirect, no proxy, no .netrc, no cookie."""

import json

import pytest

from portal import spkey
from tests.spkey import people
from tests.spkey.people import CLAIM, HUB
from tests.spkey.servers import answer, respond

STATUS = answer(json.dumps(people.status_json()).encode())
CLAIMED = answer(json.dumps(people.claimed_json()).encode())


@pytest.mark.parametrize("status", [300, 301, 302, 303, 304, 307, 308])
def test_a_redirect_is_never_followed(serve, client_of, status):
    elsewhere = serve(respond(CLAIMED))
    content = answer(b"", f"{status} Moved", f"Location: {elsewhere.url}/hubs/{HUB}/ClaimHub")
    server = serve(respond(content))
    client = client_of(server.url)
    for ask in (lambda: client.claim_hub(HUB, **CLAIM), lambda: client.hub_status(HUB)):
        with pytest.raises(spkey.UnusableAnswer) as caught:
            ask()
        assert (caught.value.http_status, caught.value.may_have_reached) == (status, True)
    assert len(server.requests) == 2
    assert (elsewhere.connections, elsewhere.requests) == (0, [])


def test_a_redirected_claim_is_open_and_a_redirected_read_is_not(serve, client_of):
    client = client_of(serve(respond(answer(b"", "302 Found", "Location: /elsewhere"))).url)
    with pytest.raises(spkey.UnusableAnswer) as claim:
        client.claim_hub(HUB, **CLAIM)
    with pytest.raises(spkey.UnusableAnswer) as read:
        client.hub_status(HUB)
    assert (claim.value.outcome_unknown, read.value.outcome_unknown) == (True, False)


def test_the_body_of_a_redirect_is_not_waited_for(serve, client_of):
    head = b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 5000000\r\n\r\n"
    with pytest.raises(spkey.UnusableAnswer) as caught:
        client_of(serve(respond(head)).url).hub_status(HUB)
    assert caught.value.duration < people.PATIENT.get_read


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_proxies_in_the_environment_are_ignored(serve, client_of, monkeypatch, scheme):
    proxy, server = serve(respond(STATUS)), serve(respond(STATUS))
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, proxy.url)
        monkeypatch.setenv(name.upper(), proxy.url)
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    client = client_of(server.url.replace("http", scheme, 1), spkey.Timeouts(connect=0.5))
    if scheme == "http":
        assert client.hub_status(HUB).hub_id == HUB
    else:  # the server speaks no TLS, but it is the server that we went to
        with pytest.raises(spkey.Unreachable):
            client.hub_status(HUB)
    assert (proxy.connections, server.connections) == (0, 1)


def test_a_netrc_file_is_ignored(serve, monkeypatch, tmp_path):
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine localhost login thief password word\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(netrc))
    server = serve(respond(STATUS))
    with spkey.Client(server.url, people.key()) as client:
        client.hub_status(HUB)
    assert b"authorization" not in server.requests[0].lower()


def test_a_cookie_is_not_brought_back(serve, client_of):
    content = STATUS.replace(b"OK\r\n", b"OK\r\nSet-Cookie: __cf_bm=tracked; Path=/\r\n", 1)
    server = serve(respond(content))
    client = client_of(server.url)
    client.hub_status(HUB)
    client.hub_status(HUB)
    assert b"cookie" not in server.requests[1].lower()


def test_the_request_on_the_wire_is_the_one_documented(serve, client_of):
    server = serve(respond(CLAIMED))
    client_of(server.url).claim_hub(HUB, **CLAIM)
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    line, *headers = head.decode().split("\r\n")
    names = {header.partition(":")[0].lower() for header in headers}
    assert line == f"POST /hubs/{HUB}/ClaimHub HTTP/1.1"
    assert names == {
        "host",
        "user-agent",
        "accept-encoding",
        "accept",
        "connection",
        "content-length",
        "content-type",
        "x-request-id",
        "x-api-key",
        "authorization",
    }
    assert json.loads(body) == {"hubId": HUB, "siteId": "site-1", "userId": people.USER}


def test_a_call_is_sent_once_however_it_ends(serve, client_of):
    server = serve(respond(answer(b"", "503 Service Unavailable", "Retry-After: 0")))
    with pytest.raises(spkey.Unreachable):
        client_of(server.url).claim_hub(HUB, **CLAIM)
    assert len(server.requests) == 1
