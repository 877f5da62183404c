"""The log of production: one line of JSON an event, which says in answering whom it happened.

Nobody can write a line of their own into it, or a secret: what is not printable is escaped, and of
the links that e-mails hold, paths show no key.
"""

import json
import logging
import re
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from django.core.signals import request_finished

EXTRAS: Final = ("status", "view", "person", "organisation", "account")
"""What a call to the logger may say in `extra`."""

# Ids have 36 characters; what is longer is a link's key, or nonsense.
KEY_IN_PATH: Final = re.compile(r"[^/]{37,}")

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
    # In which the person acts, in that organisation or as an operator of the portal.
    role: str = ""


_origin: ContextVar[Origin | None] = ContextVar("origin", default=None)


def begin(origin: Origin) -> None:
    """Have what is logged from now on belong to this request, until it is finished."""
    _origin.set(origin)


def current() -> Origin | None:
    """Return the request that is being answered; the worker answers none."""
    return _origin.get()


def note(*, person: UUID | None = None, organisation: UUID | None = None, role: str = "") -> None:
    """Keep for whom the request is answered, and in which role, as soon as that is known."""
    if origin := _origin.get():
        origin.person = person or origin.person
        origin.organisation = organisation or origin.organisation
        origin.role = role or origin.role


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
            **{name: record.__dict__[name] for name in EXTRAS if name in record.__dict__},
        }
        if record.exc_info:
            fields["exception"] = printable(self.formatException(record.exc_info), but="\n")
        return json.dumps({name: value for name, value in fields.items() if value}, default=str)

    @staticmethod
    def _message(record: logging.LogRecord, origin: Origin | None) -> str:
        message = record.getMessage()
        if origin:
            message = message.replace(origin.path, without_keys(origin.path))
        return printable(message)


def _fields_of(origin: Origin) -> dict[str, Any]:
    return {
        "request": origin.request,
        "address": printable(origin.address),
        "method": printable(origin.method),
        "path": printable(without_keys(origin.path)),
        "person": origin.person,
        "organisation": origin.organisation,
    }


def without_keys(path: str) -> str:
    """Return a path without the keys of links that it may hold."""
    return KEY_IN_PATH.sub("…", path)


def printable(text: str, but: str = "") -> str:
    """Return the text with whatever ends lines, hides or turns others round as an escape."""
    return "".join(
        each if each.isprintable() or each in but else ascii(each)[1:-1] for each in text
    )
