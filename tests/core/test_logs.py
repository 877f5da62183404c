"""A line of production's log can be parsed, whatever somebody wants to have in it."""

import json
import logging
import sys
from uuid import uuid4

import pytest

from portal.core import logs

EVENT = logging.LogRecord(
    "portal.x", logging.WARNING, "x.py", 1, "%s is lost", ("A\n\u202eB",), None
)


def line(record: logging.LogRecord = EVENT) -> dict[str, object]:
    text = logs.JsonFormatter().format(record)
    assert text.isascii()
    assert text.isprintable()
    return json.loads(text)


@pytest.fixture
def origin():
    """A request that is being answered."""
    made = logs.Origin("1234567890abcdef", "192.0.2.7", "GET", "/claims/\u202e\x1b/")
    logs.begin(made)
    yield made
    logs.begin(None)


def test_an_event_of_the_worker_says_when_what_and_where_from():
    assert line() == {
        "time": line()["time"],
        "level": "WARNING",
        "logger": "portal.x",
        "message": "A\\n\\u202eB is lost",
    }
    assert str(line()["time"]).endswith("+00:00")


def test_an_event_of_a_request_says_whose_it_is_as_far_as_is_known(origin):
    person, organisation = uuid4(), uuid4()
    before = line()
    logs.note(person=person)
    logs.note(organisation=organisation)

    assert (
        before.items()
        >= {
            "request": "1234567890abcdef",
            "address": "192.0.2.7",
            "method": "GET",
            "path": "/claims/\\u202e\\x1b/",
        }.items()
    )
    assert line().items() >= {"person": str(person), "organisation": str(organisation)}.items()
    assert "person" not in before


def test_an_exception_is_one_field():
    try:
        raise RuntimeError("first\n\u2028second")
    except RuntimeError:
        record = logging.LogRecord(
            "portal.x", logging.ERROR, "x.py", 1, "broken", (), sys.exc_info()
        )

    said = line(record)
    assert said["message"] == "broken"
    assert str(said["exception"]).endswith("RuntimeError: first\n\\u2028second")


@pytest.mark.parametrize("path", ["/accounts/password/reset/key/{}/", "/x/{}"])
def test_the_key_of_a_link_is_neither_in_the_path_nor_in_the_message(path, origin):
    secret = "1abcdefghij-d5k2m1-0123456789abcdef0123456789abcdef"
    origin.path = path.format(secret)
    record = logging.LogRecord("django.request", 30, "x", 1, "Not Found: %s", (origin.path,), None)

    assert line(record)["path"] == path.format("…")
    assert secret not in json.dumps(line(record))


def test_an_id_stays_in_the_path(origin):
    origin.path = f"/claims/{uuid4()}/live/"

    assert line()["path"] == origin.path
