"""`manage.py check_spkey` reads a document, within bounds, and fails where it matters."""

import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from portal.spkey import documents
from portal.spkey.wire import Limits
from tests.spkey.servers import Server, answer, drip, respond_and_close


def check(where: object) -> tuple[str, CommandError | None]:
    out = StringIO()
    try:
        call_command("check_spkey", str(where), stdout=out)
    except CommandError as error:
        return out.getvalue(), error
    return out.getvalue(), None


@pytest.fixture
def serve():
    """Serve what a behaviour says; returns the address."""
    servers = []

    def started(behave) -> str:
        servers.append(Server(behave))
        return servers[-1].url + "/openapi.json"

    yield started
    for each in servers:
        each.close()


EMPTY = json.dumps({"openapi": "3.1.0", "paths": {}}).encode()


def test_what_breaks_is_marked_and_the_command_fails(tmp_path):
    path = tmp_path / "openapi.json"
    path.write_bytes(EMPTY)
    told, error = check(path)

    assert "! POST /hubs/{id}/ClaimHub is gone.\n" in told
    assert error is not None
    assert error.returncode == 1


def test_what_breaks_nothing_is_told_and_the_command_succeeds(tmp_path, monkeypatch):
    monkeypatch.setattr("portal.spkey.drift.CALLS", ())
    monkeypatch.setattr("portal.spkey.drift.SECURITY", set())
    path = tmp_path / "openapi.json"
    path.write_text(json.dumps({"paths": {"/new\u202e\n": {"get": {}}}}))
    told, error = check(path)

    assert told == "  GET /new\\u202e\\n is new.\n"
    assert error is None

    path.write_text(json.dumps({"paths": {}}))
    assert check(path) == ("Nothing has changed that the client knows of.\n", None)


@pytest.mark.parametrize("content", [b"", b"<html>", b"[1]", b"{}", b"\xff", b"[" * 100_000])
def test_what_is_no_document_is_said(content, tmp_path):
    path = tmp_path / "openapi.json"
    path.write_bytes(content)
    told, error = check(path)
    assert told == ""
    assert error is not None
    assert error.returncode == 2


def test_a_file_that_is_missing_or_too_large_is_said(tmp_path):
    path = tmp_path / "openapi.json"
    assert "cannot be read" in str(check(path)[1])
    path.write_bytes(b" " * 1_000_001)
    assert "more than" in str(check(path)[1])
    assert "cannot be read" in str(check(tmp_path)[1])


def test_a_document_is_fetched_from_this_machine_without_any_credential(serve):
    servers = []

    def behave(connection):
        servers.append(True)
        connection.sendall(answer(EMPTY))

    told, error = check(serve(behave))
    assert "ClaimHub is gone" in told
    assert error is not None
    assert servers == [True]


@pytest.mark.parametrize(
    "address",
    [
        "http://api.spkey.co/openapi.json",
        "http://192.0.2.1/",
        "http://127.0.0.1.example/",
        "ftp://localhost/openapi.json",
        "file:///etc/passwd",
        "https://",
        "https://user:secret@localhost/",
        "http://[::1",
    ],
)
def test_other_addresses_are_not_asked(address):
    told, error = check(address)
    assert "https" in str(error)
    assert (told, error.returncode) == ("", 2)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (answer(b"no", "404 Not Found"), "404"),
        (answer(b"", "302 Found", "Location: http://localhost:1/"), "302"),
        (answer(EMPTY, "500 Oh"), "500"),
        (answer(b" " * 1_200_000), "too large"),
        (b"nonsense\r\n\r\n", "no whole answer"),
    ],
)
def test_an_address_that_gives_no_document_is_said(content, said, serve):
    told, error = check(serve(respond_and_close(content)))
    assert said in str(error)
    assert (told, error.returncode) == ("", 2)


def test_an_answer_that_drips_for_ever_is_given_up(serve, monkeypatch):
    monkeypatch.setattr(documents, "LIMITS", Limits(connect=1.0, read=0.5, total=0.5))
    _, error = check(serve(drip(answer(EMPTY))))
    assert "no whole answer" in str(error)
