"""Wi-Fi credentials and commissioning codes are sent once, and stand nowhere, come what may."""

import json
import logging
import pickle
from uuid import uuid4

import pytest
from django.core import serializers
from django.core.serializers.json import DjangoJSONEncoder

from portal.core import worker
from portal.core.logs import JsonFormatter
from portal.core.turns import BusyError
from portal.hubs.actions import calls as action_calls
from portal.hubs.actions import direct
from portal.hubs.actions.asking import ActionRequest
from portal.hubs.actions.confidential import Confidential, is_commissioning_code
from portal.hubs.actions.models import HubAction, Kind
from tests.hubs.actions.conftest import ending, work
from tests.hubs.actions.ways import (
    CODE,
    PASSWORD,
    SECRETS,
    SSID,
    WIFI,
    everything_stored,
    send_in_this_thread,
)


@pytest.fixture
def at_once(monkeypatch):
    """Let what is handed to the thread be done in this one."""
    send_in_this_thread(monkeypatch)

    def submit(request: ActionRequest, **values: str) -> HubAction:
        action = direct.submit(request, Confidential(**values))
        action.refresh_from_db()
        return action

    return submit


@pytest.fixture
def wifi(ours, ada):
    return ActionRequest(ada, ours, Kind.COMMAND, uuid4(), command="set_wifi_credentials")


@pytest.fixture
def commission(ours, ada):
    return ActionRequest(ada, ours, Kind.COMMISSION, uuid4())


def test_wifi_credentials_reach_the_device_once(at_once, wifi, ours, sandbox):
    action = at_once(wifi, **WIFI)

    assert ending(action) == ("accepted", "")
    assert sandbox.state.hubs[str(ours.hub_id)].told == [("set_wifi_credentials", WIFI)]


def test_a_commissioning_code_reaches_the_device_once(at_once, commission, ours, sandbox):
    action = at_once(commission, code=CODE)

    assert ending(action) == ("accepted", "")
    assert sandbox.state.hubs[str(ours.hub_id)].told == [("CommissionDevice", {"code": CODE})]


ECHO = json.dumps(
    {
        "error": "Bad",
        "message": f"{SSID} {PASSWORD} {CODE}",
        "code": 400,
        "details": [{"field": PASSWORD, "message": CODE}, {"field": "args", "message": SSID}],
    }
)
FAULTS = {
    "nothing wrong": None,
    "what was sent comes back in a 400": {"status": 400, "body": ECHO},
    "what was sent comes back in a 403": {"status": 403, "body": ECHO},
    "what was sent comes back from a gateway": {"status": 502, "body": f"<p>{PASSWORD} {CODE}"},
    "not passed on": {"status": 502, "body": json.dumps({"success": False, "error": PASSWORD})},
    "side effects": {"status": 500, "body": '{"success": false, "error": "SideEffectError"}'},
    "lost": {"drop": "after"},
    "broken off": {"reset": "mid_body"},
    "refused key": {"status": 401},
    "too many": {"status": 429, "body": ECHO},
    "busy": {"status": 409, "body": ECHO},
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_no_answer_leaves_a_trace_of_what_was_sent(
    fault, at_once, wifi, sandbox, caplog, commission
):
    for library in (None, "urllib3", "requests"):
        caplog.set_level(logging.DEBUG, library)
    if fault:
        sandbox.faults.add({"method": "POST"}, action=fault)
    actions = [at_once(wifi, **WIFI), at_once(commission, code=CODE)]
    worker.run_once()

    assert all(action.is_final and action.sends <= 1 for action in actions)
    lines = "".join(map(JsonFormatter().format, caplog.records))
    dumped = serializers.serialize("json", actions)
    traces = [caplog.text, lines, dumped, everything_stored(), repr(sandbox.state)]
    traces += [repr(sandbox.state.hubs), json.dumps(sandbox.state.log(), cls=DjangoJSONEncoder)]
    for secret in SECRETS:
        assert [where for where in traces if secret in where] == []


def test_an_error_that_nobody_foresaw_is_logged_without_its_words(
    at_once, wifi, monkeypatch, caplog
):
    def failing(_client, _action, _body, confidential):
        raise RuntimeError(dict(confidential.reveal()))

    monkeypatch.setattr(action_calls, "send", failing)
    action = at_once(wifi, **WIFI)

    assert action.outcome_unknown_since is not None or action.is_final
    assert "RuntimeError" in caplog.text
    lines = "".join(map(JsonFormatter().format, caplog.records))
    assert PASSWORD not in caplog.text + lines + everything_stored()


class Killed(BaseException):
    """Represents the end of the process."""


def test_a_process_that_ends_before_it_has_sent_has_sent_nothing(
    at_once, wifi, monkeypatch, clock, sandbox
):
    monkeypatch.setattr(direct, "_start", lambda *_args: direct._places.release())
    action = at_once(wifi, **WIFI)
    assert ending(work(action)) == ("queued", "")  # It is leased: no worker takes it.
    clock.shift(HubAction.LEASE.total_seconds() + 1)

    assert ending(work(action)) == ("not_sent", "interrupted")
    assert PASSWORD not in everything_stored()


def test_a_process_that_ends_while_it_sends_leaves_it_unknown_and_unsent_again(
    at_once, wifi, monkeypatch, clock, wire
):
    send = action_calls.send

    def dying(*args):
        send(*args)
        raise Killed

    monkeypatch.setattr(action_calls, "send", dying)
    with pytest.raises(Killed):
        at_once(wifi, **WIFI)
    action = HubAction.objects.get()
    clock.shift(HubAction.LEASE.total_seconds() + 1)

    assert ending(work(action)) == ("unknown", "interrupted")
    assert len(wire("SendHubCommand")) == 1


def test_what_cannot_be_sent_now_is_not_kept_for_later(at_once, wifi, sandbox, wire):
    sandbox.faults.add({"path_contains": "/status"}, action={"status": 503})
    action = at_once(wifi, **WIFI)

    assert ending(action) == ("not_sent", "unreachable")
    assert wire("SendHubCommand") == []


def test_a_form_sent_twice_sends_once(at_once, wifi, wire):
    assert at_once(wifi, **WIFI) == at_once(wifi, **WIFI)
    assert len(wire("SendHubCommand")) == 1


def test_few_are_sent_at_a_time_and_the_next_is_asked_to_come_again(wifi, monkeypatch):
    for _ in range(direct.AT_ONCE):
        direct._places.acquire()
    try:
        with pytest.raises(BusyError):
            direct.submit(wifi, Confidential(**WIFI))
    finally:
        for _ in range(direct.AT_ONCE):
            direct._places.release()
    assert not HubAction.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_thread_sends_it_and_the_request_does_not_wait(wifi, sandbox, ours):
    action = direct.submit(wifi, Confidential(**WIFI))
    direct._threads().submit(lambda: None).result()
    direct._threads().shutdown(wait=True)
    direct._threads.cache_clear()
    action.refresh_from_db()

    assert ending(action) == ("accepted", "")


def test_what_is_confidential_shows_itself_to_nobody():
    secret = Confidential(**WIFI)

    assert PASSWORD not in f"{secret!r} {secret} {[secret]}"
    for way in (pickle.dumps, json.dumps):
        with pytest.raises(TypeError):
            way(secret)


@pytest.mark.parametrize(
    ("text", "is_code"),
    [
        ("34970112332", True),
        ("3" * 21, True),
        ("MT:Y.K9042C00KA0648G00", True),
        ("MT:", False),
        ("3497-011-2332", False),
        ("٣" * 11, False),
        ("1" * 12, False),
        ("34970112332\n", False),
        ("MT:a\nb", False),
    ],
)
def test_a_commissioning_code_is_known_by_its_form(text, is_code):
    assert is_commissioning_code(text) == is_code
