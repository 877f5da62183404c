"""One HTTP exchange with every limit kept: time, size, and where it may go.

A read timeout is no deadline: a server that sends one byte now and then resets it for ever. So the
connections here read through a reader that shrinks the socket's timeout to what is left of the
call. The deadline covers the body and the headers. What it cannot interrupt is the operating
system's name look-up and the connection attempts (`connect` seconds per address): when those have
used up the time, nothing is sent.
"""

import http.client
import io
import socket
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Any
from urllib.parse import urlencode

import certifi
from urllib3 import BaseHTTPResponse, Timeout
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError, SSLError
from urllib3.util import Retry, parse_url

from portal.spkey.credentials import Credentials

LARGEST_BODY = 1_000_000  # bytes, decoded
POOLED_CONNECTIONS = 32
_READ_SIZE = 16_384
_ONCE = Retry(total=False)  # what fails is raised as it is


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds: to connect (per address), between two reads, and for the whole exchange."""

    connect: float
    read: float
    total: float


class Fault(Enum):
    """Why there is no whole answer."""

    TLS = auto()
    LOST = auto()
    TOO_LARGE = auto()


@dataclass(frozen=True, slots=True)
class Reply:
    """What one exchange brought: an answer, or the fault that took its place, or part of both.

    `may_have_reached` is False only when not one byte of the request was sent; `duration` is in
    seconds; `is_named_error`: the framework behind the API marked it as an error of its own;
    `body` is decoded, at most LARGEST_BODY bytes, and free of our credentials.
    """

    request_id: str
    is_command: bool
    duration: float = 0.0
    may_have_reached: bool = True
    fault: Fault | None = None
    http_status: int | None = None
    content_type: str = ""
    reference: str = ""
    retry_after: str = ""
    date: str = ""
    is_named_error: bool = False
    body: bytes = b""


@dataclass(slots=True)
class _Call:
    ends_at: float
    may_have_reached: bool = True

    def seconds_left(self) -> float:
        left = self.ends_at - time.monotonic()
        if left <= 0:
            raise TimeoutError("the call's deadline has passed")
        return left


_current: ContextVar[_Call] = ContextVar("spkey_call")


class _DeadlineReader(io.RawIOBase):
    """Reads a socket, no longer than its own timeout at a time and never beyond the call's end."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket) -> None:
        self._raw = raw
        self._sock = sock
        self._call = _current.get()
        self._longest_pause = sock.gettimeout() or float("inf")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(min(self._longest_pause, self._call.seconds_left()))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Response(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp = io.BufferedReader(_DeadlineReader(self.fp.detach(), sock))


class _Connection(HTTPConnection):
    response_class = _Response
    debuglevel = 0  # http.client would print headers, and so the key, if somebody raised its own

    def connect(self) -> None:
        _current.get().may_have_reached = False
        super().connect()

    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()
        call = _current.get()
        self.sock.settimeout(call.seconds_left())
        call.may_have_reached = True
        super().send(data)


class _TlsConnection(_Connection, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


class Wire:
    """A pool of connections to one base URL, for one set of credentials; may be shared by threads.

    They come straight from urllib3, which does nothing that it was not told to: no redirects, no
    retries, no cookies, and nothing from the environment. What `requests` does around it costs as
    much again as the whole call, of which a worker makes hundreds a second.
    """

    def __init__(self, base_url: str, credentials: Credentials, user_agent: str) -> None:
        address = parse_url(base_url)
        self._path = address.path or ""
        self._credentials = credentials
        self._headers = {
            "User-Agent": user_agent,
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "Connection": "keep-alive",
        }
        self._pool = (
            _TlsPool(
                address.hostname or "",
                address.port,
                maxsize=POOLED_CONNECTIONS,
                cert_reqs="CERT_REQUIRED",
                ca_certs=certifi.where(),
            )
            if address.scheme == "https"
            else _Pool(address.hostname or "", address.port, maxsize=POOLED_CONNECTIONS)
        )

    def exchange(
        self, method: str, path: str, body: bytes | None, query: Mapping[str, str], limits: Limits
    ) -> Reply:
        """Send one request, once; never raises for what the network or the server does."""
        reply = Reply(request_id=uuid.uuid4().hex, is_command=method != "GET")
        asked = f"?{urlencode(query)}" if query else ""
        started = time.monotonic()
        call = _Call(ends_at=started + limits.total)
        token = _current.set(call)
        try:
            sent = self._send(method, path + asked, body, limits, reply.request_id)
            with _closing(sent) as response:
                reply = self._with_head(reply, response)
                reply = self._with_body(reply, response)
        except SSLError:
            reply = replace(reply, fault=Fault.TLS)
        # ValueError too: what we send is encoded before, so only an answer can be behind one.
        except (HTTPError, http.client.HTTPException, OSError, ValueError):
            reply = replace(reply, fault=Fault.LOST)
        finally:
            _current.reset(token)
        return replace(
            reply,
            duration=time.monotonic() - started,
            may_have_reached=call.may_have_reached,
        )

    def close(self) -> None:
        """Close the pooled connections."""
        self._pool.close()

    def _send(
        self, method: str, path: str, body: bytes | None, limits: Limits, request_id: str
    ) -> BaseHTTPResponse:
        more = {"X-Request-Id": request_id}
        if body is not None:
            more["Content-Type"] = "application/json"
        return self._pool.urlopen(
            method,
            self._path + path,
            body=body,
            headers=self._headers | more | self._credentials.headers(),
            timeout=Timeout(connect=min(limits.connect, limits.total), read=limits.read),
            retries=_ONCE,
            redirect=False,
            preload_content=False,
        )

    def _with_head(self, reply: Reply, response: BaseHTTPResponse) -> Reply:
        def header(name: str) -> str:
            value = response.headers.get(name, "").encode("latin-1", "replace")
            return self._credentials.hide_in(value).decode("latin-1")

        return replace(
            reply,
            http_status=response.status,
            content_type=header("Content-Type"),
            reference=header("CF-Ray"),
            retry_after=header("Retry-After"),
            is_named_error=bool(header("X-Ceves-Error")),
            date=header("Date"),
        )

    def _with_body(self, reply: Reply, response: BaseHTTPResponse) -> Reply:
        if 300 <= response.status < 400:
            return reply
        body = bytearray()
        for piece in response.stream(_READ_SIZE):
            body += piece
            if len(body) > LARGEST_BODY:
                return replace(reply, fault=Fault.TOO_LARGE)
        return replace(reply, body=self._credentials.hide_in(bytes(body)))


@contextmanager
def _closing(response: BaseHTTPResponse) -> Iterator[BaseHTTPResponse]:
    """Give the connection back to its pool: closed, where the answer was not read to its end."""
    try:
        yield response
    finally:
        if not response.closed:
            response.close()
        response.release_conn()
