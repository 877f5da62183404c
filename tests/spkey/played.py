"""An API that is played in this process: the client's own pool hands it what it would send."""

import io
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qsl, urlsplit

from urllib3 import HTTPHeaderDict, HTTPResponse

from portal.spkey import wire


@dataclass(frozen=True, slots=True)
class Sent:
    """A request as it would have gone out."""

    method: str
    url: str
    body: bytes | None
    headers: HTTPHeaderDict

    @property
    def path_url(self) -> str:
        """The path with the query."""
        return self.url.removeprefix("https://").partition("/")[2].join(("/", ""))

    @property
    def params(self) -> dict[str, str]:
        """The query."""
        return dict(parse_qsl(urlsplit(self.url).query, keep_blank_values=True))


@dataclass(slots=True)
class PlayedApi:
    """Answers as it is told: to each address the same."""

    calls: list[Sent] = field(default_factory=list)
    _answers: dict[tuple[str, str], tuple[int, bytes, HTTPHeaderDict]] = field(default_factory=dict)
    _asked: set[tuple[str, str]] = field(default_factory=set)

    def get(self, url: str, **answer: Any) -> None:
        """Answer a GET of this address so."""
        self._answers["GET", url] = _answer(**answer)

    def post(self, url: str, **answer: Any) -> None:
        """Answer a POST to this address so."""
        self._answers["POST", url] = _answer(**answer)

    def reset(self) -> None:
        """Forget all answers and calls."""
        self.calls.clear()
        self._answers.clear()
        self._asked.clear()

    @property
    def unasked(self) -> set[tuple[str, str]]:
        """What was told and never asked for."""
        return self._answers.keys() - self._asked

    def answer(self, sent: Sent) -> HTTPResponse:
        """Answer a request; one that nobody told of is not found."""
        self.calls.append(sent)
        asked = sent.method, sent.url.partition("?")[0]
        self._asked.add(asked)
        status, body, headers = self._answers.get(asked, (404, b"", HTTPHeaderDict()))
        return HTTPResponse(io.BytesIO(body), headers, status, preload_content=False)


def _answer(
    *,
    status: int = 200,
    body: bytes | str = b"",
    headers: Mapping[str, str] | None = None,
    content_type: str | None = None,
    **more: object,
) -> tuple[int, bytes, HTTPHeaderDict]:
    if "json" in more:
        body = json.dumps(more["json"])
    if content_type is None:
        content_type = "application/json" if "json" in more else "text/plain"
    given = HTTPHeaderDict({"Content-Type": content_type} | dict(headers or {}))
    return status, body.encode() if isinstance(body, str) else body, given


@contextmanager
def playing() -> Iterator[PlayedApi]:
    """Play the API at any https address."""
    api = PlayedApi()

    def make_request(
        pool: wire._TlsPool, _connection: object, method: str, url: str, **request: Any
    ) -> HTTPResponse:
        sent = Sent(
            method,
            f"https://{pool.host}{url}",
            request.get("body"),
            HTTPHeaderDict(request["headers"]),
        )
        return api.answer(sent)

    with patch.object(wire._TlsPool, "_make_request", make_request):
        yield api
