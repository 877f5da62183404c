"""Connections that fail: what may have reached the server, and what surely has not."""

import json
import socket
import time

import pytest

from portal import spkey
from tests.running import until
from tests.spkey import people
from tests.spkey.certificates import self_signed, server_context
from tests.spkey.people import CLAIM, HUB, QUICK
from tests.spkey.servers import answer, respond, respond_and_close, respond_and_reset

STATUS = json.dumps(people.status_json()).encode()
CLAIMED = answer(json.dumps(people.claimed_json()).encode())


def failure_of_claim(client) -> spkey.SpkeyError:
    with pytest.raises(spkey.SpkeyError) as caught:
        client.claim_hub(HUB, **CLAIM)
    return caught.value


def assert_surely_not_sent(error, kind) -> None:
    assert type(error) is kind
    assert (error.may_have_reached, error.outcome_unknown) == (False, False)
    assert (error.http_status, error.reference) == (None, None)
    assert len(error.request_id) == 32


def assert_open(error) -> None:
    assert type(error) is spkey.Unreachable
    assert (error.may_have_reached, error.outcome_unknown) == (True, True)


def test_a_name_that_does_not_resolve(client_of, monkeypatch):
    def unknown(*args, **kwargs):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert_surely_not_sent(failure_of_claim(client_of(people.BASE_URL)), spkey.Unreachable)


def test_a_refused_connection_has_surely_sent_nothing(client_of):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    error = failure_of_claim(client_of(f"http://127.0.0.1:{port}"))
    assert_surely_not_sent(error, spkey.Unreachable)


def test_a_connection_that_is_never_accepted_is_given_up(client_of):
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        waiting = [_knock(listener) for _ in range(3)]
        error = failure_of_claim(client_of(f"http://127.0.0.1:{listener.getsockname()[1]}", QUICK))
        for knocking in waiting:
            knocking.close()
    assert_surely_not_sent(error, spkey.Unreachable)
    assert 0.18 < error.duration < 2.9


def _knock(listener: socket.socket) -> socket.socket:
    knocking = socket.socket()
    knocking.setblocking(False)
    knocking.connect_ex(listener.getsockname())
    return knocking


def test_nothing_is_sent_after_a_name_lookup_that_took_all_the_time(serve, client_of, monkeypatch):
    server = serve(respond(CLAIMED))
    look_up = socket.getaddrinfo

    def slowly(*args, **kwargs):
        time.sleep(0.25)
        return look_up(*args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", slowly)
    client = client_of(server.url, spkey.Timeouts(post_total=0.2))
    assert_surely_not_sent(failure_of_claim(client), spkey.Unreachable)
    assert server.requests == []


@pytest.mark.parametrize(
    ("behave", "status"),
    [
        (respond_and_close(b""), None),
        (respond_and_reset(b""), None),
        (respond_and_reset(b"HTTP/1.1 20"), None),
        (respond_and_reset(b"HTTP/1.1 200 OK\r\nContent-Type: appl"), None),
        (respond_and_reset(CLAIMED[:-20]), 200),
        (respond_and_close(CLAIMED[:-20]), 200),
        (respond_and_reset(CLAIMED.replace(b"200 OK", b"400 Bad")[:-20]), 400),
    ],
    ids=[
        "closed",
        "reset",
        "reset in the status line",
        "reset in the headers",
        "reset in the body",
        "closed in the body",
        "reset in a refusal",
    ],
)
def test_a_connection_that_breaks_after_the_request_leaves_the_claim_open(
    serve, client_of, behave, status
):
    server = serve(behave)
    error = failure_of_claim(client_of(server.url))
    assert_open(error)
    assert error.http_status == status
    assert len(server.requests) == 1  # and nobody sends it a second time


def test_a_body_without_length_that_ends_early_is_unusable(serve, client_of):
    head, _, body = CLAIMED.partition(b"\r\n\r\n")
    head = b"\r\n".join(line for line in head.split(b"\r\n") if b"Length" not in line)
    server = serve(respond_and_close(head + b"\r\n\r\n" + body[:-5]))
    assert type(failure_of_claim(client_of(server.url))) is spkey.UnusableAnswer


@pytest.mark.parametrize(
    "content",
    [
        b"\0\1\2 no HTTP at all\r\n\r\n",
        b"HTTP/1.1 abc OK\r\n\r\n",
        b"HTTP/9.9 200 OK\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1, 2\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
        b"HTTP/1.1 204 No Content\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: http://[::bad\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: \xff\xfe\xc3\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nSet-Cookie: \xff=\xfe; Domain=\xc3\r\nContent-Length: 1\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\n\xff\xfe: \xc3\r\n no colon\r\nContent-Length: 1\r\n\r\n{",
    ],
    ids=lambda content: repr(content[:45]),
)
def test_an_answer_that_is_hardly_http_leaves_the_claim_open(serve, client_of, content):
    error = failure_of_claim(client_of(serve(respond_and_close(content)).url))
    assert type(error) in {spkey.Unreachable, spkey.UnusableAnswer}
    assert (error.may_have_reached, error.outcome_unknown) == (True, True)


@pytest.mark.parametrize("trouble", ["self-signed", "expired", "another host's"])
def test_an_untrusted_certificate_ends_the_call_before_anything_is_sent(
    serve, client_of, tmp_path, monkeypatch, trouble
):
    host = "elsewhere.example" if trouble == "another host's" else "localhost"
    pem = self_signed(tmp_path, host=host, days=-1 if trouble == "expired" else 1)
    server = serve(respond(CLAIMED), tls=server_context(pem))
    client = client_of(server.url)
    if trouble == "self-signed":
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(pem))
        monkeypatch.setenv("CURL_CA_BUNDLE", str(pem))
    else:
        client._wire._session.verify = str(pem)
    error = failure_of_claim(client)
    assert_surely_not_sent(error, spkey.TlsFailed)
    assert isinstance(error, spkey.Unreachable)
    assert server.requests == []


def test_a_certificate_signed_by_a_trusted_authority_is_accepted(serve, client_of, tmp_path):
    pem = self_signed(tmp_path)
    client = client_of(serve(respond(CLAIMED), tls=server_context(pem)).url)
    client._wire._session.verify = str(pem)
    assert client.claim_hub(HUB, **CLAIM).event.type == "HubClaimed"


def test_a_server_that_speaks_no_tls(client_of, serve):
    server = serve(respond(CLAIMED))
    error = failure_of_claim(client_of(server.url.replace("http:", "https:"), QUICK))
    assert isinstance(error, spkey.Unreachable)
    assert not error.may_have_reached


def test_a_tls_handshake_that_never_ends(client_of):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        error = failure_of_claim(client_of(f"https://localhost:{silent.getsockname()[1]}", QUICK))
    assert_surely_not_sent(error, spkey.Unreachable)
    assert error.duration < 2.9  # The default would be 3 seconds.


def test_a_pooled_connection_that_the_server_has_closed_is_not_used_again(serve, client_of):
    server = serve(respond_and_close(answer(STATUS)))
    client = client_of(server.url)
    for _ in range(3):
        assert client.hub_status(HUB).hub_id == HUB
        until(lambda: server.closed == server.connections)
    assert server.connections == 3
