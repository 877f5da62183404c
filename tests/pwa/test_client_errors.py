"""What fails on a device is told to those who run the portal, and nothing of a person with it."""

import json
import logging

import pytest
from django.test import Client

from portal.pwa import client_errors
from portal.pwa.web import views

ADDRESS = "/client-errors/"
SCRIPT = "/static/js/tray/sync.0123456789ab.js"
REPORT = {
    "name": "TypeError",
    "message": "rows is not iterable",
    "script": SCRIPT,
    "line": 12,
    "release": "0123456789abcdef",
}
HUB = "3f2a9c1e-7b54-4d0e-9a61-0c3d77f01a2b"
pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def logged(caplog):
    """What was logged of devices so far."""
    caplog.set_level(logging.WARNING, logger=client_errors.__name__)
    name = client_errors.__name__
    return lambda: [record.getMessage() for record in caplog.records if record.name == name]


def send(client: Client, report: object = None, **more) -> int:
    body = report if isinstance(report, (str, bytes)) else json.dumps(report or REPORT)
    how = {"content_type": "application/json", **more}
    return client.post(ADDRESS, body, **how).status_code


def test_a_report_is_logged_with_its_place_and_release(client, logged):
    assert send(client) == 204
    [line] = logged()
    assert line.startswith("On a device: TypeError: rows is not iterable")
    assert line.endswith(f"({SCRIPT}, line 12, release 0123456789abcdef)")


def test_a_report_is_taken_from_everybody_and_needs_no_token(as_person, ira, logged):
    strict = Client(enforce_csrf_checks=True)
    assert send(strict) == 204
    assert send(as_person(ira)) == 204
    assert len(set(logged())) == 1


def test_nothing_that_names_a_person_or_a_thing_is_logged(client, logged):
    message = f"{HUB} ira@acme.example /claims/?q=Ira#top serial 0041799"
    assert send(client, {**REPORT, "message": message}) == 204
    [line] = logged()
    assert "… … /claims/ serial …" in line
    for secret in (HUB, "ira@", "q=Ira", "41799"):
        assert secret not in line


def test_a_report_cannot_write_a_line_of_its_own_into_the_log(client, logged):
    forged = {**REPORT, "name": "A\nWARNING forged", "message": "\x1b[2J\u202e"}
    assert send(client, forged) == 204
    [line] = logged()
    assert line.isprintable()


@pytest.mark.parametrize(
    "report",
    [
        "",
        "[]",
        '"TypeError"',
        b"\xff",
        "[" * 2000,
        "x" * 4000,
        {**REPORT, "line": "12"},
        {**REPORT, "line": -1},
        {**REPORT, "line": True},
        {**REPORT, "line": 10**9},
        {**REPORT, "name": None},
        {**REPORT, "message": ["a"]},
        {**REPORT, "script": "https://elsewhere.example/x.js"},
        {**REPORT, "script": "/static/x.js?person=Ira"},
        {**REPORT, "release": "of Ira's"},
        {key: value for key, value in REPORT.items() if key != "release"},
    ],
)
def test_what_is_no_report_is_not_logged(client, logged, report):
    assert send(client, report or "") == 400
    assert logged() == []


def test_a_form_of_another_site_is_no_report(client, logged):
    body = json.dumps(REPORT)
    for kind in ("text/plain", "application/x-www-form-urlencoded"):
        assert send(client, body, content_type=kind) == 400
    assert client.get(ADDRESS).status_code == 405
    assert logged() == []


def test_a_long_message_is_cut(client, logged):
    assert send(client, {**REPORT, "message": "x" * 1500}) == 204
    assert "x" * client_errors.LONGEST in logged()[0]
    assert "x" * (client_errors.LONGEST + 1) not in logged()[0]


def test_the_reports_of_one_device_are_limited_a_minute_and_others_are_not(
    client, logged, time_machine
):
    time_machine.move_to(1_800_000_000, tick=False)
    most = views.ERRORS_OF_ONE.most
    assert [send(client) for _ in range(most + 1)] == [204] * most + [429]
    assert send(client, REMOTE_ADDR="192.0.2.7") == 204
    time_machine.shift(60)
    assert send(client) == 204
    assert len(logged()) == most + 2


def test_the_reports_of_all_devices_together_are_limited_a_minute(client, logged, time_machine):
    time_machine.move_to(1_800_000_000, tick=False)
    most = views.ERRORS_OF_ALL.most
    answers = [send(client, REMOTE_ADDR=f"192.0.2.{n}") for n in range(most + 1)]
    assert answers == [204] * most + [429]


def test_devices_behind_a_trusted_proxy_are_counted_separately(
    client, logged, settings, time_machine
):
    time_machine.move_to(1_800_000_000, tick=False)
    settings.TRUSTED_PROXIES = 1
    one = {"X-Forwarded-For": "10.9.9.9, 192.0.2.1"}
    for _ in range(views.ERRORS_OF_ONE.most + 1):
        last = send(client, headers=one)
    assert last == 429
    # What the device itself says of its address counts for nothing.
    assert send(client, headers={"X-Forwarded-For": "10.1.1.1, 192.0.2.1"}) == 429
    assert send(client, headers={"X-Forwarded-For": "10.9.9.9, 192.0.2.2"}) == 204


def test_a_report_does_not_keep_a_session_alive(as_person, ira, time_machine):
    time_machine.move_to(1_800_000_000, tick=False)
    client = as_person(ira)
    client.get("/")
    before = dict(client.session)
    time_machine.shift(3600)
    assert send(client) == 204
    assert dict(client.session) == before
