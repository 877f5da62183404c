"""The key and the token are nowhere to be seen: not in reprs, errors, tracebacks or logs."""

import copy
import http.client
import json
import logging
import pickle
import traceback

import pytest

from portal import spkey
from portal.spkey.credentials import Credentials
from tests.spkey import people
from tests.spkey.certificates import self_signed, server_context
from tests.spkey.people import CLAIM, HUB
from tests.spkey.servers import answer, drip, hang, respond, respond_and_close, respond_and_reset

STATUS = json.dumps(people.status_json()).encode()


def assert_hidden(text: str) -> None:
    for canary in ("canaryKey", "canaryToken"):
        assert canary not in text


def listen_to_everything(caplog) -> None:
    """Whatever level the settings give the libraries, hear them at their loudest."""
    for name in (None, "urllib3", "requests"):
        caplog.set_level(logging.DEBUG, logger=name)


def echo(connection) -> None:
    """A server that says back, in every place it can, what it was told."""
    message = f"{people.key()} and {people.token()}"
    details = [{"field": people.key(), "message": message}]
    body = json.dumps({"error": "no", "message": message, "code": 400, "details": details}).encode()
    headers = (f"CF-Ray: {people.key()}", f"Retry-After: {people.key()}")
    connection.sendall(answer(body, "400 Bad Request", *headers))


FAULTS = {
    "hang": hang,
    "drip": drip(b"HTTP/1.1 200 OK\r\nX: a"),
    "closed": respond_and_close(b""),
    "reset": respond_and_reset(b""),
    "reset in the body": respond_and_reset(answer(STATUS)[:-20]),
    "no HTTP": respond_and_close(b"\0\1\r\n\r\n"),
    "malformed": respond(answer(b"{")),
    "HTML": respond(answer(b"<p>", "502 Bad Gateway", "Content-Type: text/html")),
    "401": respond(answer(b'{"success": false, "message": "Revoked"}', "401 Unauthorized")),
    "429": respond(answer(b"", "429 Slow Down")),
    "redirect": respond(answer(b"", "302 Found", "Location: http://127.0.0.1:1/")),
    "oversized": respond_and_close(answer(b" " * 2_000_000)),
    "echo": echo,
}


def assert_error_hides_all(error: BaseException) -> None:
    assert_hidden(repr(error) + str(error) + repr(vars(error)) + repr(error.args))
    assert (error.__cause__, error.__context__) == (None, None)
    report = traceback.TracebackException.from_exception(error, capture_locals=True)
    assert_hidden("".join(report.format()))


@pytest.mark.parametrize("fault", FAULTS)
def test_no_fault_shows_the_credentials(serve, client_of, caplog, fault):
    listen_to_everything(caplog)
    timeouts = people.QUICK if fault in {"hang", "drip"} else people.PATIENT
    client = client_of(serve(FAULTS[fault]).url, timeouts)
    with pytest.raises(spkey.SpkeyError) as caught:
        client.claim_hub(HUB, **CLAIM)
    assert_error_hides_all(caught.value)
    assert_hidden(caplog.text)


def test_no_failed_connection_shows_the_credentials(serve, client_of, tmp_path, caplog):
    listen_to_everything(caplog)
    tls = serve(respond(answer(STATUS)), tls=server_context(self_signed(tmp_path)))
    for url in (tls.url, "http://127.0.0.1:1", "https://no-such-host.invalid:99999"):
        client = client_of(url)
        with pytest.raises(spkey.Unreachable) as caught:
            client.hub_status(HUB)
        assert_error_hides_all(caught.value)
    assert_hidden(caplog.text)


def test_a_success_logs_no_credentials(serve, client_of, caplog, capfd, monkeypatch):
    listen_to_everything(caplog)
    monkeypatch.setattr(http.client.HTTPConnection, "debuglevel", 1)
    status = client_of(serve(respond(answer(STATUS))).url).hub_status(HUB)
    assert_hidden(caplog.text + repr(status) + "".join(capfd.readouterr()))
    assert "/status" in caplog.text  # so that the log was really listened to


def test_an_echoed_key_does_not_reach_a_record(serve, client_of):
    body = json.dumps(people.status_json(serial=people.key(), model=people.token())).encode()
    status = client_of(serve(respond(answer(body))).url).hub_status(HUB)
    assert (status.serial, status.model) == ("[hidden]", "[hidden]")


def test_the_client_and_its_parts_do_not_show_the_credentials(client):
    parts = [client, *vars(client).values(), *vars(client._wire).values()]
    session = client._wire._session
    parts += [session.auth, session.headers, vars(session)]
    assert_hidden("".join(f"{part!r}{part!s}" for part in parts))
    assert repr(client) == f"Client({people.BASE_URL!r})"


@pytest.mark.parametrize("serialise", [pickle.dumps, copy.copy, copy.deepcopy])
def test_credentials_are_not_serialised(serialise):
    credentials = Credentials(people.key(), people.token())
    with pytest.raises(TypeError) as caught:
        serialise(credentials)
    assert_hidden(str(caught.value))


def malformed_keys() -> list[object]:
    key = people.key()
    return [
        key[:-1],
        key + "a",
        key[:-1] + "\n",
        key + "\n",
        key[:-1] + "-",
        key[:-1] + "é",
        key[:-1] + "٣",
        " " + key[1:],
        "",
        key.encode(),
    ]


def malformed_tokens() -> list[object]:
    token = people.token()
    return [token + "\n", token + " x", token + "é", "canaryToken\r\nX: 1", token + "a" * 5_000]


def assert_refused_in_silence(check) -> None:
    with pytest.raises(ValueError, match="letters") as caught:
        check()
    assert_hidden(str(caught.value))
    # Our own frames only: the test's frames, like any caller's, hold what they pass.
    frames = [
        frame
        for frame in traceback.TracebackException.from_exception(
            caught.value, capture_locals=True
        ).stack
        if "/portal/spkey/" in frame.filename
    ]
    assert frames
    assert_hidden(repr([frame.locals for frame in frames]))


@pytest.mark.parametrize("index", range(len(malformed_keys())))
def test_a_malformed_key_is_refused_without_being_quoted(index):
    assert_refused_in_silence(lambda: spkey.check_key_alphabet(malformed_keys()[index]))
    assert_refused_in_silence(lambda: spkey.Client(people.BASE_URL, malformed_keys()[index]))


@pytest.mark.parametrize("index", range(len(malformed_tokens())))
def test_a_malformed_token_is_refused_without_being_quoted(index):
    token = malformed_tokens()[index]
    assert_refused_in_silence(lambda: spkey.check_bearer_alphabet(token))
    assert_refused_in_silence(lambda: spkey.Client(people.BASE_URL, people.key(), token))


def test_a_base_url_that_is_refused_shows_no_credentials():
    with pytest.raises(ValueError, match="https") as caught:
        spkey.Client("http://api.spkey.co", people.key(), people.token())
    report = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    assert_hidden("".join(report.format()))


def test_well_formed_credentials_are_handed_back_as_they_are():
    assert spkey.check_key_alphabet(people.key()) == people.key()
    assert spkey.check_bearer_alphabet(people.token()) == people.token()
    assert spkey.check_bearer_alphabet("aA0-_.~+/==") == "aA0-_.~+/=="
