"""One request and its answer, and the shapes in which the SpKey API refuses."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

type Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """What came in.

    Header names are lower-case; `segments` is the path split at `/`, each part percent-decoded.
    """

    method: str
    path: str
    segments: tuple[str, ...]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def hub_id(self) -> str | None:
        """The lower-case hub id of a path under `/hubs/`, else None."""
        if len(self.segments) > 1 and self.segments[0] == "hubs":
            return self.segments[1].lower()
        return None


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes out, and how.

    `delivery`: `whole`, or `close` and `reset` (nothing is sent), `cut` (headers and half the
    body, then a reset), `drip` (the body at `rate` bytes a second).
    """

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    delivery: Literal["whole", "close", "reset", "cut", "drip"] = "whole"
    rate: float = 0.0


class Refusal(Exception):
    """Ends the handling of a request with `answer`."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


def json_answer(status: int, document: object, headers: Mapping[str, str] | None = None) -> Answer:
    """`document` as a JSON answer with `status` and, beside its content type, `headers`."""
    body = json.dumps(document).encode()
    return Answer(status, body, {"Content-Type": "application/json", **(headers or {})})


def refusal(
    status: int, error: str, message: str, headers: Mapping[str, str] | None = None
) -> Refusal:
    """The API's usual error shape."""
    return Refusal(
        json_answer(status, {"success": False, "error": error, "message": message}, headers)
    )


def not_found_in_list(message: str) -> Refusal:
    """404 in the shape that the reading endpoints use."""
    return Refusal(
        json_answer(404, {"success": False, "errors": [{"code": 404, "message": message}]})
    )


def invalid(problems: Iterable[tuple[str, str]]) -> Refusal:
    """400 for parameters that do not validate; `problems` holds pairs of field name and message.

    `success` is beside the documented fields of this shape, since the OpenAPI document
    requires it of every 400 of a hub command.
    """
    details = [{"field": name, "message": message} for name, message in problems]
    document = {
        "success": False,
        "error": "Bad Request",
        "message": "Invalid parameters",
        "code": 400,
    }
    return Refusal(json_answer(400, {**document, "details": details}))
