"""The log of production: one line of JSON an event, which says in answering whom it happened.

Nobody can write a line of their own into it, or a secret: what is not printable is escaped, of the
links that e-mails hold, paths show no key, and what looks like a secret is left out.
"""

import json
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from django.core.signals import request_finished

EXTRAS: Final = ("status", "view", "person", "organisation", "claim", "account")
"""What a call to the logger may say in `extra`."""

# Ids have 36 characters; what is longer is a link's key, or nonsense.
KEY_IN_PATH: Final = re.compile(r"[^/]{37,}")
SECRETS: Final = (
    # Whatever a header says of who asks, to its end.
    (re.compile(r"(?i)\b((?:set-)?cookie|(?:proxy-)?authorization)\b(['\"]?\s*[:=]).*"), r"\1\2 …"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{8,}"), r"\1 …"),
    # The password in an address.
    (re.compile(r"(://[^\s/:@]*):[^\s/@]+@"), r"\1:…@"),
    (
        re.compile(
            r"(?i)\b([\w-]*(?:password|passwd|secret|api[-_ ]?key|token))(['\"]?\s*[:=]\s*['\"]?)"
            r"[^\s'\",;&]+"
        ),
        r"\1\2…",
    ),
    # A key of SpKey, and what signs or encrypts: ids are shorter, and names have no digits.
    (re.compile(r"(?<![^\W_])[^\W_]{40}(?![^\W_])", re.ASCII), "…"),
    (re.compile(r"(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{40,}=*", re.ASCII), "…"),
)
"""What looks like a secret, and what is written in its place."""

security: Final = logging.getLogger("portal.security")
"""Where sign-ins and refusals are told of."""


@dataclass(slots=True)
class Origin:
    """The request that is being answered, and for whom."""

    request: str
    address: str
    method: str
    path: str
    person: UUID | None = None
    organisation: UUID | None = None
    claim: UUID | None = None
    # In which the person acts, in that organisation or as an operator of the portal.
    role: str = ""


@dataclass(slots=True)
class Subject:
    """The claim that is being worked on, and whose it is, as soon as that is known."""

    claim: UUID
    organisation: UUID | None = None


_origin: ContextVar[Origin | None] = ContextVar("origin", default=None)
_subject: ContextVar[Subject | None] = ContextVar("subject", default=None)


def begin(origin: Origin) -> None:
    """Have what is logged from now on belong to this request, until it is finished."""
    _origin.set(origin)


def current() -> Origin | None:
    """Return the request that is being answered; the worker answers none."""
    return _origin.get()


def note(
    *,
    person: UUID | None = None,
    organisation: UUID | None = None,
    claim: UUID | None = None,
    role: str = "",
) -> None:
    """Keep for whom the request is answered, in which role, and about which claim, once known."""
    if origin := _origin.get():
        origin.person = person or origin.person
        origin.organisation = organisation or origin.organisation
        origin.claim = claim or origin.claim
        origin.role = role or origin.role
    if at_work := _subject.get():
        at_work.organisation = organisation or at_work.organisation


@contextmanager
def about(*, claim: UUID, organisation: UUID | None = None) -> Iterator[None]:
    """Have what is logged inside say about which claim it is."""
    token = _subject.set(Subject(claim, organisation))
    try:
        yield
    finally:
        _subject.reset(token)


def subject() -> Subject | None:
    """Return what is being worked on, where that is a claim."""
    return _subject.get()


def _finish(**_: object) -> None:
    _origin.set(None)


request_finished.connect(_finish, dispatch_uid="logs")


class JsonFormatter(logging.Formatter):
    """Makes a record one line of JSON: see docs/operating.md for its fields."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        origin = _origin.get()
        fields: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": self._message(record, origin),
            **(_fields_of(origin) if origin else {}),
            **_fields_of_subject(),
            **{name: record.__dict__[name] for name in EXTRAS if name in record.__dict__},
        }
        if record.exc_info:
            fields["exception"] = printable(
                without_secrets(self.formatException(record.exc_info)), but="\n"
            )
        return json.dumps({name: value for name, value in fields.items() if value}, default=str)

    @staticmethod
    def _message(record: logging.LogRecord, origin: Origin | None) -> str:
        message = record.getMessage()
        if origin:
            message = message.replace(origin.path, without_keys(origin.path))
        return printable(without_secrets(message))


class PlainFormatter(logging.Formatter):
    """Makes a record text for somebody who reads along, as free of secrets as the JSON is."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the text: one line, and those of a traceback."""
        return printable(without_secrets(super().format(record)), but="\n")


def _fields_of(origin: Origin) -> dict[str, Any]:
    return {
        "request": origin.request,
        "address": printable(origin.address),
        "method": printable(origin.method),
        "path": printable(without_keys(origin.path)),
        "person": origin.person,
        "organisation": origin.organisation,
        "claim": origin.claim,
    }


def _fields_of_subject() -> dict[str, Any]:
    at_work = _subject.get()
    if at_work is None:
        return {}
    fields: dict[str, Any] = {"claim": at_work.claim, "organisation": at_work.organisation}
    return {name: value for name, value in fields.items() if value}


def without_secrets(text: str) -> str:
    """Return the text with an ellipsis for whatever looks like a secret."""
    for pattern, instead in SECRETS:
        text = pattern.sub(instead, text)
    return text


def without_keys(path: str) -> str:
    """Return a path without the keys of links that it may hold."""
    return KEY_IN_PATH.sub("…", path)


def printable(text: str, but: str = "") -> str:
    """Return the text with whatever ends lines, hides or turns others round as an escape."""
    return "".join(
        each if each.isprintable() or each in but else ascii(each)[1:-1] for each in text
    )
