"""Redirects, false servers, proxies and .netrc: the key goes to SpKey or to nobody."""

import json
from collections.abc import Iterator
from contextlib import closing

import pytest

from portal.claims.models import State
from portal.sandbox import world
from portal.sandbox.server import Sandbox
from tests.claims.engine.faults.verdicts import READ, assert_claimed_once
from tests.conftest import work
from tests.spkey.certificates import self_signed, server_context
from tests.spkey.servers import Server, answer, respond

REDIRECTS = (301, 302, 307, 308)


@pytest.fixture
def elsewhere() -> Iterator[Server]:
    """Another host, which would say yes to everything."""
    with closing(Server(respond(answer(json.dumps({"success": True}).encode())))) as server:
        yield server


def assert_untouched(server: Server) -> None:
    assert (server.connections, server.requests) == (0, [])


@pytest.mark.parametrize("status", REDIRECTS)
def test_a_redirected_send_that_took_effect(elsewhere, in_doubt, ends_as_claimed, status):
    in_doubt({"redirect": f"{elsewhere.url}/ClaimHub", "status": status, "effect": True})
    ends_as_claimed(after_sends=1)
    assert_untouched(elsewhere)


@pytest.mark.parametrize("status", REDIRECTS)
def test_a_redirected_send_without_an_effect(elsewhere, in_doubt, ends_as_claimed, status):
    in_doubt({"redirect": f"{elsewhere.url}/ClaimHub", "status": status})
    ends_as_claimed(after_sends=2)
    assert_untouched(elsewhere)


@pytest.mark.parametrize("status", REDIRECTS)
def test_a_read_follows_no_redirect(
    sandbox, claim, elsewhere, waits_for_spkey, ends_as_claimed, status
):
    action = {"redirect": f"{elsewhere.url}/status", "status": status}
    sandbox.faults.add(READ, action=action, times=1)
    waits_for_spkey(work(claim))
    ends_as_claimed(after_sends=1)
    assert_untouched(elsewhere)


def test_a_server_with_a_bad_certificate_is_sent_nothing_and_raises_an_alarm(
    sandbox, claim, settings, tmp_path, waits_for_spkey, ends_as_claimed, caplog
):
    pem = self_signed(tmp_path)
    with closing(Server(respond(answer(b"{}")), tls=server_context(pem))) as false:
        settings.SPKEY_BASE_URL = false.url
        waits_for_spkey(work(claim))

        assert false.connections == 1
        assert false.requests == []
    assert "ERROR" in [record.levelname for record in caplog.records]
    assert world.ACME_KEY not in caplog.text
    settings.SPKEY_BASE_URL = sandbox.url
    ends_as_claimed(after_sends=1)


class Overheard(Sandbox):
    """A sandbox that keeps the headers of what it was asked, secrets too."""

    def __init__(self) -> None:
        super().__init__(online_delay=0.2)
        self.heard: list[dict[str, str]] = []

    def answer(self, request, is_local):
        self.heard.append(dict(request.headers))
        return super().answer(request, is_local)


@pytest.fixture
def overheard(settings) -> Iterator[Overheard]:
    with Overheard() as sandbox:
        settings.SPKEY_BASE_URL = sandbox.url
        yield sandbox


def test_http_proxy_in_the_environment_is_ignored(overheard, claim, elsewhere, monkeypatch):
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, elsewhere.url)
        monkeypatch.setenv(name.upper(), elsewhere.url)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)

    assert_claimed_once(overheard, work(claim))
    assert_untouched(elsewhere)


def test_a_netrc_file_adds_no_credentials_and_replaces_none(
    overheard, claim, monkeypatch, tmp_path
):
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1 login thief password word\ndefault login a password b\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(netrc))

    done = work(claim)

    assert_claimed_once(overheard, done)
    assert {headers["x-api-key"] for headers in overheard.heard} == {world.ACME_KEY}
    assert [headers for headers in overheard.heard if "authorization" in headers] == []
    assert done.state == State.CLAIMED
