"""What a Sentry is told: the error and its place, by a transport of our own; no secret, no name."""

import logging
from uuid import uuid4

import pytest

sentry_sdk = pytest.importorskip("sentry_sdk")
from sentry_sdk.transport import Transport  # noqa: E402

from portal.core import logs  # noqa: E402
from portal.monitoring import error_reporting  # noqa: E402

KEY = "canaryKeyCanaryKeyCanaryKeyCanaryKey0001"


class Kept(Transport):
    """Keeps what would be sent."""

    def __init__(self):
        super().__init__({"dsn": None})
        self.events: list[dict] = []

    def capture_envelope(self, envelope) -> None:
        self.events += [event for event in [envelope.get_event()] if event]


@pytest.fixture
def told():
    kept = Kept()
    error_reporting.begin("https://public@sentry.example/1", transport=kept)
    yield kept.events
    sentry_sdk.get_client().close(timeout=0)
    sentry_sdk.init(dsn=None, default_integrations=False)


def test_an_error_is_told_with_its_place_and_ids_and_no_secret(told):
    organisation, claim = uuid4(), uuid4()
    logs.begin(logs.Origin("1234567890abcdef", "192.0.2.7", "POST", "/x/", claim=claim))
    logs.note(organisation=organisation)
    try:
        password = KEY
        raise RuntimeError(f"X-API-Key: {password} and Bearer {KEY}")
    except RuntimeError:
        logging.getLogger("portal.x").exception(
            "call of %s failed with %s",
            "Cookie: portal_session=abc",
            KEY,
            extra={"request": {"headers": KEY, "body": KEY}, "person": "ada@acme.example"},
        )
    finally:
        logs.begin(None)

    [event] = told
    assert event["tags"] == {
        "request": "1234567890abcdef",
        "organisation": str(organisation),
        "claim": str(claim),
    }
    [error] = event["exception"]["values"]
    assert error["type"] == "RuntimeError"
    assert error["stacktrace"]["frames"][-1]["function"].startswith("test_an_error_is_told")
    for secret in (KEY, "ada@", "portal_session=abc", "192.0.2.7", "vars"):
        assert secret not in str(event)


@pytest.mark.parametrize(
    "part",
    [
        {"request": {"headers": {"Cookie": KEY}, "data": KEY, "query_string": KEY, "url": "/x"}},
        {"user": {"email": "ada@acme.example", "ip_address": "192.0.2.7"}},
        {"extra": {"sys.argv": [KEY]}},
        {"breadcrumbs": {"values": [{"message": KEY}]}},
        {"contexts": {"state": KEY}},
        {"logentry": {"message": "%s", "params": [KEY], "formatted": KEY}},
        {"something_new": KEY},
    ],
)
def test_nothing_is_sent_that_is_not_allowed(part):
    said = str(error_reporting.scrubbed({"level": "error", **part}, {}))

    for secret in (KEY, "ada@", "192.0.2.7"):
        assert secret not in said


def test_what_is_no_error_is_not_told(told):
    logging.getLogger("portal.x").warning("only a warning")

    assert told == []
