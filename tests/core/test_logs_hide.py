"""Whatever is handed to the log, no secret comes out of it, and what is none stays."""

import base64
import json
import logging
import sys
from uuid import uuid4

import pytest

from portal.core import logs
from portal.orgs.encryption import Secret

# As Fernet makes them: always the same one, or processes would collect different tests.
FERNET = base64.urlsafe_b64encode(bytes(range(200, 232))).decode()
KEY = "canaryKeyCanaryKeyCanaryKeyCanaryKey0001"


def written(message: str, *args: object, plain: bool = False) -> str:
    record = logging.LogRecord("portal.x", logging.INFO, "x.py", 1, message, args, None)
    if plain:
        return logs.PlainFormatter("%(levelname)s %(name)s %(message)s").format(record)
    return json.loads(logs.JsonFormatter().format(record))["message"]


@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize(
    ("secret", "message"),
    [
        (KEY, "asked with %s"),
        (KEY, "X-API-Key: %s"),
        (KEY, "{'x-api-key': '%s'}"),
        ("s3cr3t-token.of.mine", "Authorization: Bearer %s"),
        ("dXNlcjpwYXNzd29yZA==", "authorization='Basic %s'"),
        ("abc123", "Cookie: portal_session=%s; other=1"),
        ("abc123", "Set-Cookie: portal_csrf=%s"),
        ("pa55word", "postgres://portal:%s@db.example:5432/portal"),
        ("hunter2", "password=%s"),
        ("hunter2", "{'new_password': '%s'}"),
        ("hunter2", "PORTAL_SECRET_KEY is set, client_secret=%s"),
        (FERNET, "key %s"),
        ("1abcdefghij-d5k2m1-0123456789abcdef0123456789abcdef", "link %s was used"),
    ],
)
def test_a_secret_in_what_is_logged_is_not_written(secret, message, plain):
    assert secret in message % secret
    assert secret not in written(message, secret, plain=plain)


def test_a_secret_of_ours_does_not_show_itself():
    assert written("the key %s, %r", Secret(KEY), Secret(KEY)) == "the key <Secret>, <Secret>"


@pytest.mark.parametrize(
    "text",
    [
        "claim 598414e3-4440-4828-80ab-7233141224b9: an attempt failed",
        "4a5f5928-6070-499d-b8fe-fe47f9129597 and 71329a53-8952-4b69-a50b-79770d111910",
        "organisation 3f2a9c1e-7b54-4d0e-9a61-0c3d77f01a2b has nobody to tell: key_refused",
        "refused: 404 GET /hubs/3f2a9c1e-7b54-4d0e-9a61-0c3d77f01a2b/photos/",
        "On a device: x (/static/sync.0123456789ab.js, line 12, release 0123456789abcdef)",
        "test_what_a_script_or_a_form_sends_in_clear_is_refused_and_not_led_on",
        "https://api.spkey.co/hubs answers again",
        "notice 12 was not sent: SMTPServerDisconnected",
    ],
)
def test_what_is_no_secret_is_written_as_it_is(text):
    assert written("%s", text) == text


def test_a_secret_in_a_traceback_is_not_written():
    try:
        raise ValueError(f"Invalid header value {KEY!r}")
    except ValueError:
        record = logging.LogRecord("portal.x", 40, "x.py", 1, "broken", (), sys.exc_info())

    for line in (logs.JsonFormatter().format(record), logs.PlainFormatter().format(record)):
        assert KEY not in line
        assert "ValueError: Invalid header value" in line


def test_what_the_worker_does_with_a_claim_says_which_and_whose():
    claim, organisation = uuid4(), uuid4()
    record = logging.LogRecord("portal.x", logging.INFO, "x.py", 1, "held", (), None)
    with logs.about(claim=claim):
        logs.note(organisation=organisation)
        inside = json.loads(logs.JsonFormatter().format(record))
    after = json.loads(logs.JsonFormatter().format(record))

    assert (inside["claim"], inside["organisation"]) == (str(claim), str(organisation))
    assert "claim" not in after


def test_what_is_logged_for_a_claims_page_says_which(as_person, ira, claim, monkeypatch):
    found = []
    monkeypatch.setattr(
        "portal.claims.web.polling.watch_hub", lambda _claim, _who: found.append(logs.current())
    )
    as_person(ira).get(f"/claims/{claim.pk}/")

    assert [origin.claim for origin in found] == [claim.pk]
