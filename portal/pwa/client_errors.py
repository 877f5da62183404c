"""What failed unexpectedly on a device, as its scripts report it: see static/js/page/report.js.

A report names an error and its place in our scripts, and nobody. Scripts take ids and addresses
out of the message; what a stranger sends in a script's place is treated alike.
"""

import json
import logging
import re
from dataclasses import dataclass
from typing import Any, Final

logger = logging.getLogger(__name__)

MOST_BYTES: Final = 2048
LONGEST: Final = 200
MOST_LINES: Final = 1_000_000
# Ids of people, hubs and claims; and the query of an address.
IDS: Final = re.compile(
    r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}|[\w.+-]+@[\w.-]+|\d{5,}", re.IGNORECASE
)
QUERIES: Final = re.compile(r"[?#][^\s:)]*")
SCRIPT: Final = re.compile(r"(/[\w./-]*)?", re.ASCII)
RELEASE: Final = re.compile(r"\w{0,32}", re.ASCII)


class MalformedReportError(ValueError):
    """That is no report."""


@dataclass(frozen=True, slots=True)
class ClientError:
    """An error's name and message, the script's path and the line, and the release of the page."""

    name: str
    message: str
    script: str
    line: int
    release: str


def parse(body: bytes) -> ClientError:
    """Return what is reported. Raises MalformedError."""
    if len(body) > MOST_BYTES:
        raise MalformedReportError
    try:
        reported = json.loads(body)
        error = ClientError(
            name=_text(reported["name"]),
            message=_text(reported["message"]),
            script=_like(SCRIPT, reported["script"]),
            line=_number(reported["line"]),
            release=_like(RELEASE, reported["release"]),
        )
    except (ValueError, LookupError, TypeError, RecursionError):
        raise MalformedReportError from None
    return error


def log(error: ClientError) -> None:
    """Tell those who run the portal."""
    logger.warning(
        "On a device: %s: %s (%s, line %d, release %s)",
        error.name,
        error.message,
        error.script or "no script",
        error.line,
        error.release or "unknown",
    )


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise MalformedReportError
    scrubbed = IDS.sub("…", QUERIES.sub("", value))
    return "".join(character if character.isprintable() else " " for character in scrubbed)[
        :LONGEST
    ]


def _like(pattern: re.Pattern[str], value: Any) -> str:
    if not isinstance(value, str) or len(value) > LONGEST or not pattern.fullmatch(value):
        raise MalformedReportError
    return value


def _number(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MOST_LINES:
        raise MalformedReportError
    return value
