"""Slow, hanging, reset and refused connections: the claim ends as SpKey has it."""

import socket
from contextlib import closing

import pytest

from portal.claims.engine import calls
from portal.claims.models import Claim, State
from tests.claims.engine.faults.verdicts import READ, SEND, assert_claimed_once, sends
from tests.conftest import HELD, work
from tests.running import running, until


@pytest.mark.django_db(transaction=True)
def test_a_slow_answer_is_waited_for(sandbox, let_go, claim, page_text):
    sandbox.faults.add(SEND, action={"latency": HELD})
    sandbox.faults.add(READ, action={"latency": 0.1})

    with running():
        until(lambda: sends(sandbox, claim))
        under_way = page_text(claim)
        let_go()
        until(lambda: Claim.objects.get(pk=claim.pk).is_final)

    assert "Claiming the hub This takes a few seconds." in under_way
    done = Claim.objects.get(pk=claim.pk)
    assert_claimed_once(sandbox, done)
    assert len(sends(sandbox, done)) == 1


def test_a_hang_before_the_effect(impatient, in_doubt, ends_as_claimed):
    with impatient():
        in_doubt({"hang": 1})
    ends_as_claimed(after_sends=2)


def test_a_hang_after_the_effect(impatient, in_doubt, ends_as_claimed):
    with impatient():
        in_doubt({"hang": 1, "effect": True})
    ends_as_claimed(after_sends=1)


def test_a_reset_before_the_effect(in_doubt, ends_as_claimed):
    in_doubt({"reset": "before"})
    ends_as_claimed(after_sends=2)


def test_a_reset_after_the_effect(in_doubt, ends_as_claimed):
    in_doubt({"reset": "after"})
    ends_as_claimed(after_sends=1)


def test_a_reset_in_the_middle_of_the_body(in_doubt, ends_as_claimed):
    in_doubt({"reset": "mid_body"})
    ends_as_claimed(after_sends=1)


@pytest.fixture
def nobody():
    """An address of this machine at which connections are refused."""
    with closing(socket.socket()) as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"


def test_a_connection_refused_before_the_read(
    sandbox, claim, settings, nobody, waits_for_spkey, ends_as_claimed
):
    settings.SPKEY_BASE_URL = nobody
    waits_for_spkey(work(claim))
    settings.SPKEY_BASE_URL = sandbox.url
    ends_as_claimed(after_sends=1)


def test_a_connection_refused_before_the_send(
    sandbox, claim, monkeypatch, waits_for_spkey, live_through
):
    address, send = sandbox.url.rpartition(":")[2], calls.send

    def gone(*args, **kwargs):
        sandbox.stop()
        try:
            return send(*args, **kwargs)
        finally:
            sandbox.start(port=int(address))

    with monkeypatch.context() as patch:
        patch.setattr(calls, "send", gone)
        waiting = work(claim)

    waits_for_spkey(waiting)
    assert sends(sandbox, claim) == []
    done = live_through(claim, every=60)
    assert_claimed_once(sandbox, done)
    assert len(sends(sandbox, done)) == 1


def test_dns_that_knows_no_such_name(
    sandbox, claim, settings, monkeypatch, waits_for_spkey, ends_as_claimed
):
    def unknown(*_args, **_kwargs):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    settings.SPKEY_BASE_URL = "https://api.spkey.test"
    with monkeypatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", unknown)
        waits_for_spkey(work(claim))
    settings.SPKEY_BASE_URL = sandbox.url
    ends_as_claimed(after_sends=1)


def test_an_open_send_is_not_sent_again_while_nobody_answers(
    sandbox, claim, settings, nobody, in_doubt, page_text, clock, ends_as_claimed
):
    in_doubt({"reset": "after"})
    settings.SPKEY_BASE_URL = nobody
    clock.shift(7200)
    silent = work(claim)

    assert silent.state == State.VERIFYING
    assert "SmartphoneKey is not answering" in page_text(silent)
    assert "The claim was sent and we keep asking what became of it." in page_text(silent)
    settings.SPKEY_BASE_URL = sandbox.url
    ends_as_claimed(after_sends=1)
