"""A call ends in time and within its size, whatever the server does."""

import gzip
import json
import threading
import time

import pytest

from portal import spkey
from tests.spkey import people
from tests.spkey.certificates import self_signed, server_context
from tests.spkey.people import CLAIM, HUB, QUICK
from tests.spkey.servers import answer, drip, hang, respond, respond_and_close, respond_then_drip

STATUS = json.dumps(people.status_json()).encode()
HEAD_OF_5_MB = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5000000\r\n\r\n"
)
# Seconds: what is given up in time ends long before, on a busy machine too.
ENDLESS = 20.0
CHUNKED = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
DRIPS = {
    "status line": drip(b"HTTP/1.1 200"),
    "header name": drip(b"HTTP/1.1 200 OK\r\nX-Long: a"),
    "headers": respond_then_drip(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n" * 1_000),
    "interim answers": respond_then_drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1_000),
    "body": respond_then_drip(HEAD_OF_5_MB, b" "),
    "body without length": respond_then_drip(
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n", b" "
    ),
    "chunks": respond_then_drip(CHUNKED, b"1\r\n \r\n" * 1_000),
    "chunk size": respond_then_drip(CHUNKED, b"0"),
    "error body": respond_then_drip(HEAD_OF_5_MB.replace(b"200 OK", b"400 Bad"), b" "),
}


def failure_of(ask) -> spkey.SpkeyError:
    with pytest.raises(spkey.SpkeyError) as caught:
        ask()
    return caught.value


@pytest.mark.parametrize("behave", DRIPS.values(), ids=DRIPS)
def test_a_drip_fed_answer_does_not_outlast_the_deadline(serve, client_of, behave):
    client = client_of(serve(behave).url, spkey.Timeouts(post_read=60, post_total=0.4))
    started = time.monotonic()
    error = failure_of(lambda: client.claim_hub(HUB, **CLAIM))
    assert 0.38 < time.monotonic() - started < ENDLESS
    assert type(error) is spkey.Unreachable
    assert (error.may_have_reached, error.outcome_unknown) == (True, True)
    assert 0.38 < error.duration < ENDLESS


def test_a_drip_fed_answer_over_tls_does_not_outlast_the_deadline(serve, client_of, tmp_path):
    pem = self_signed(tmp_path)
    server = serve(drip(b"HTTP/1.1 200 OK\r\nX: a"), tls=server_context(pem))
    client = client_of(server.url, spkey.Timeouts(connect=60, get_read=60, get_total=0.4))
    client._wire._session.verify = str(pem)
    error = failure_of(lambda: client.hub_status(HUB))
    assert 0.38 < error.duration < ENDLESS
    assert error.may_have_reached


def test_a_hanging_server_is_given_up_after_the_read_timeout(serve, client_of):
    client = client_of(serve(hang).url, spkey.Timeouts(post_read=0.2, post_total=60))
    error = failure_of(lambda: client.claim_hub(HUB, **CLAIM))
    assert type(error) is spkey.Unreachable
    assert 0.18 < error.duration < ENDLESS
    assert (error.http_status, error.may_have_reached, error.outcome_unknown) == (None, True, True)


def test_a_server_that_hangs_in_the_body_is_given_up_too(serve, client_of):
    client = client_of(
        serve(respond(HEAD_OF_5_MB + b"{")).url, spkey.Timeouts(post_read=0.3, post_total=60)
    )
    error = failure_of(lambda: client.claim_hub(HUB, **CLAIM))
    assert type(error) is spkey.Unreachable
    assert (error.http_status, error.outcome_unknown) == (200, True)


def test_a_read_that_hangs_leaves_nothing_open(serve, client_of):
    error = failure_of(lambda: client_of(serve(hang).url, QUICK).hub_status(HUB))
    assert (error.may_have_reached, error.outcome_unknown) == (True, False)


@pytest.mark.slow
def test_reads_and_commands_have_limits_of_their_own(serve, client_of):
    timeouts = spkey.Timeouts(get_read=0.1, post_read=1.5, get_total=60, post_total=60)
    client = client_of(serve(hang).url, timeouts)
    assert failure_of(lambda: client.hub_status(HUB)).duration < 1.4
    assert failure_of(lambda: client.claim_hub(HUB, **CLAIM)).duration > 1.4


def test_the_documented_limits_are_the_default():
    assert spkey.Timeouts() == spkey.Timeouts(
        connect=3.0, get_read=10.0, post_read=20.0, get_total=15.0, post_total=30.0
    )


@pytest.mark.parametrize(
    "content",
    [
        HEAD_OF_5_MB + b" " * 5_000_000,
        CHUNKED + b"10000\r\n" + b" " * 65_536 + b"\r\n" + (b"F4240\r\n" + b" " * 1_000_000) * 4,
        answer(b" " * 1_000_001),
        answer(b" " * 1_000_001, "400 Bad Request"),
    ],
    ids=["5 MB", "chunked", "one byte more", "as an error"],
)
def test_an_answer_of_more_than_a_megabyte_is_unusable(serve, client_of, content):
    client = client_of(serve(respond_and_close(content)).url)
    error = failure_of(lambda: client.claim_hub(HUB, **CLAIM))
    assert type(error) is spkey.UnusableAnswer
    assert (error.may_have_reached, error.outcome_unknown) == (True, True)


def test_a_compressed_answer_is_measured_after_decompression(serve, client_of):
    packed = gzip.compress(b" " * 20_000_000)
    content = answer(packed, "200 OK", "Content-Encoding: gzip")
    error = failure_of(lambda: client_of(serve(respond(content)).url).hub_status(HUB))
    assert type(error) is spkey.UnusableAnswer


def test_an_answer_of_exactly_a_megabyte_is_read(serve, client_of):
    body = STATUS + b" " * (1_000_000 - len(STATUS))
    assert client_of(serve(respond(answer(body))).url).hub_status(HUB).hub_id == HUB


def test_after_an_oversized_answer_the_next_call_works(serve, client_of):
    contents = iter([answer(b" " * 3_000_000), answer(STATUS)])
    client = client_of(serve(lambda connection: connection.sendall(next(contents))).url)
    failure_of(lambda: client.hub_status(HUB))
    assert client.hub_status(HUB).hub_id == HUB


def test_calls_share_a_connection_and_each_has_a_deadline_of_its_own(serve, client_of):
    def answer_slowly(connection) -> None:
        time.sleep(0.6)
        connection.sendall(answer(STATUS))

    server = serve(answer_slowly)
    client = client_of(server.url, spkey.Timeouts(get_total=1.7))
    for _ in range(3):
        client.hub_status(HUB)
    assert (server.connections, len(server.requests)) == (1, 3)


def test_threads_may_share_a_client(serve, client_of):
    server = serve(respond(answer(STATUS)))
    client = client_of(server.url)
    seen = []
    threads = [
        threading.Thread(target=lambda: seen.append(client.hub_status(HUB).hub_id))
        for _ in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [HUB] * 12
    assert len({request.split(b"X-Request-Id: ")[1][:32] for request in server.requests}) == 12
