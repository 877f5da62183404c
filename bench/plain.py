"""A connection that asks for the same thing again and again, at next to no cost of its own.

Client and portal share the processors here: what asking costs weighs on whatever is compared, and
draws every ratio towards 1.
"""

import socket
from collections.abc import Mapping
from http import HTTPStatus
from types import TracebackType
from typing import Self

from bench.browser import Page, headers_of

PATIENCE_SECONDS = 30
WITHOUT_BODY = {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED}


class PlainBrowser:
    """One connection to 127.0.0.1, kept open, with a person's session: for GET alone."""

    def __init__(self, port: int, cookie: str) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS)
        self._answers = self._socket.makefile("rb")
        self._usual = _lines({"Host": f"127.0.0.1:{port}"} | headers_of(cookie))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._answers.close()
        self._socket.close()

    def get(self, path: str, headers: Mapping[str, str]) -> Page:
        """Return what the portal answers at the path.

        Raises RuntimeError for an answer whose end is not told by its head.
        """
        head = f"GET {path} HTTP/1.1\r\n{self._usual}{_lines(headers)}\r\n"
        self._socket.sendall(head.encode("ascii"))
        status = int(self._answers.readline().split()[1])
        found = dict(self._header_lines())
        if status in WITHOUT_BODY:
            return Page(status, found, b"")
        if "content-length" not in found:
            raise RuntimeError("the answer does not say how long it is")
        return Page(status, found, self._answers.read(int(found["content-length"])))

    def _header_lines(self) -> list[tuple[str, str]]:
        lines = iter(self._answers.readline, b"\r\n")
        pairs = (line.decode("latin-1").partition(":") for line in lines)
        return [(name.lower(), value.strip()) for name, _, value in pairs]


def _lines(headers: Mapping[str, str]) -> str:
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items())
