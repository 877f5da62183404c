"""A browser's connection to the portal, as a proxy that ends TLS would pass it on."""

import gzip
import http.client
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from types import MappingProxyType, TracebackType
from typing import Self
from urllib.parse import urlencode

from django.conf import settings

TOKEN = "b" * 32  # Any 32 characters are a token: what counts is that cookie and header agree.


@dataclass(frozen=True, slots=True)
class Page:
    """An answer: its status, its headers by lower-case name, and its body as it was sent."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def content(self) -> bytes:
        """What the body says, which may have been sent compressed."""
        if self.headers.get("content-encoding") == "gzip":
            return gzip.decompress(self.body)
        return self.body


def headers_of(cookie: str) -> dict[str, str]:
    """Return what a proxy that ends TLS passes on with each request of a person's browser."""
    return {
        "Cookie": f"{cookie}; {settings.CSRF_COOKIE_NAME}={TOKEN}",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-For": "127.0.0.1",
        # As from a page of the portal's: compressing it is a part of what an answer costs.
        "Accept-Encoding": "gzip",
        "Sec-Fetch-Site": "same-origin",
    }


class Browser:
    """One connection to 127.0.0.1, kept open, with a person's session."""

    def __init__(self, port: int, cookie: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self._origin = f"https://127.0.0.1:{port}"
        self._headers = headers_of(cookie)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._connection.close()

    def get(self, path: str, headers: dict[str, str] | None = None) -> Page:
        """Return what the portal answers at the path."""
        self._connection.request("GET", path, headers={**self._headers, **(headers or {})})
        return self._page()

    def post(self, path: str, fields: dict[str, str]) -> Page:
        """Return what the portal answers to a form."""
        headers = {
            **self._headers,
            "Content-Type": "application/x-www-form-urlencoded",
            "Origin": self._origin,
            "X-CSRFToken": TOKEN,
        }
        self._connection.request("POST", path, urlencode(fields), headers)
        return self._page()

    def upload(
        self, path: str, name: str, content: bytes, fields: Mapping[str, str] = MappingProxyType({})
    ) -> Page:
        """Return what the portal answers to a form with one file, and other fields."""
        disposition = "Content-Disposition: form-data; name="
        others = "".join(
            f'--{TOKEN}\r\n{disposition}"{field}"\r\n\r\n{value}\r\n'
            for field, value in fields.items()
        )
        head = f'{others}--{TOKEN}\r\n{disposition}"{name}"; filename="{name}"\r\n\r\n'
        body = b"".join((head.encode(), content, f"\r\n--{TOKEN}--\r\n".encode()))
        headers = {
            **self._headers,
            "Content-Type": f"multipart/form-data; boundary={TOKEN}",
            "Origin": self._origin,
            "X-CSRFToken": TOKEN,
        }
        self._connection.request("POST", path, body, headers)
        return self._page()

    def _page(self) -> Page:
        answer = self._connection.getresponse()
        headers = {name.lower(): value for name, value in answer.getheaders()}
        return Page(answer.status, headers, answer.read())


def expect(page: Page, status: HTTPStatus) -> Page:
    """Return the page. Raises RuntimeError when it came with another status: nothing is measured
    then that anybody wants to know.
    """
    if page.status != status:
        raise RuntimeError(f"the portal answered {page.status} where {status.value} was expected")
    return page
