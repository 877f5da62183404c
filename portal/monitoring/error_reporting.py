"""Errors are told to a Sentry, where one is configured: what broke and where, and no more.

What is logged as an error is reported, by the web's processes and the worker's alike. Of the
request there is an id, by which the log tells the rest: no header, cookie, body or query, no
variable, and no name of a person. It is built from what is allowed, so that what a later version
of the library adds is left out as well.
"""

import logging
from typing import Any, Final

import sentry_sdk
from sentry_sdk.integrations.atexit import AtexitIntegration
from sentry_sdk.integrations.dedupe import DedupeIntegration
from sentry_sdk.integrations.logging import LoggingIntegration
from sentry_sdk.types import Event, Hint

from portal.core import logs

KEPT: Final = ("event_id", "timestamp", "level", "logger", "platform", "release", "environment")
OF_A_FRAME: Final = ("filename", "abs_path", "module", "function", "lineno", "in_app")


def begin(dsn: str, **more: Any) -> None:
    """Report errors to this address from now on."""
    sentry_sdk.init(
        dsn=dsn,
        default_integrations=False,
        auto_enabling_integrations=False,
        integrations=[
            LoggingIntegration(level=None, event_level=logging.ERROR),
            AtexitIntegration(callback=lambda _pending, _timeout: None),
            DedupeIntegration(),
        ],
        before_send=scrubbed,
        max_breadcrumbs=0,
        include_local_variables=False,
        include_source_context=False,
        max_request_body_size="never",
        send_default_pii=False,
        server_name="",
        auto_session_tracking=False,
        send_client_reports=False,
        **more,
    )


def scrubbed(event: Event, _hint: Hint) -> Event:
    """Return what is told of an error."""
    before: dict[str, Any] = dict(event)
    told: dict[str, Any] = {name: before[name] for name in KEPT if name in before}
    if message := _message_of(before):
        told["logentry"] = {"formatted": logs.without_secrets(message)}
    if values := (before.get("exception") or {}).get("values"):
        told["exception"] = {"values": [_exception(value) for value in values]}
    told["tags"] = _tags()
    return told  # type: ignore[return-value]  # built of an Event's own fields


def _message_of(event: dict[str, Any]) -> str:
    entry = event.get("logentry") or {}
    return str(entry.get("formatted") or entry.get("message") or event.get("message") or "")


def _exception(value: dict[str, Any]) -> dict[str, Any]:
    """Return an exception's type, place and words; a frame's variables are not among them."""
    frames = (value.get("stacktrace") or {}).get("frames") or []
    return {
        "type": value.get("type"),
        "module": value.get("module"),
        "value": logs.without_secrets(str(value.get("value") or "")),
        "stacktrace": {
            "frames": [
                {name: frame[name] for name in OF_A_FRAME if name in frame} for frame in frames
            ]
        },
    }


def _tags() -> dict[str, str]:
    """Return the ids by which the log tells more."""
    origin, subject = logs.current(), logs.subject()
    found: dict[str, object] = {}
    if origin:
        found |= {"request": origin.request, "organisation": origin.organisation}
        found |= {"claim": origin.claim}
    if subject:
        found |= {"claim": subject.claim, "organisation": subject.organisation}
    return {name: str(value) for name, value in found.items() if value}
