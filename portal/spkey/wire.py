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
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, replace
from enum import Enum, auto
from http.cookiejar import DefaultCookiePolicy
from typing import Any, Protocol

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError

LARGEST_BODY = 1_000_000  # bytes, decoded
POOLED_CONNECTIONS = 32
_READ_SIZE = 16_384


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


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> None:
        """Nowhere: even unfollowed, requests would otherwise read a redirect's whole body."""


class Proof(Protocol):
    """What is added to a request to prove who we are, and hidden in what comes back."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Add it."""

    def hide_in(self, content: bytes) -> bytes:
        """Return the content without it."""


class Wire:
    """A pooled session for one base URL and one set of credentials; may be shared by threads."""

    def __init__(self, credentials: Proof, user_agent: str) -> None:
        self._credentials = credentials
        self._session = _Session()
        self._session.trust_env = False  # no proxies, .netrc or CA bundles from the environment
        self._session.auth = credentials
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._session.headers.update(
            {
                "User-Agent": user_agent,
                "Accept": "application/json",
                "Accept-Encoding": "identity",
            }
        )
        adapter = _Adapter(pool_connections=1, pool_maxsize=POOLED_CONNECTIONS, max_retries=0)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)

    def exchange(
        self, method: str, url: str, body: bytes | None, query: Mapping[str, str], limits: Limits
    ) -> Reply:
        """Send one request, once; never raises for what the network or the server does."""
        reply = Reply(request_id=uuid.uuid4().hex, is_command=method != "GET")
        started = time.monotonic()
        call = _Call(ends_at=started + limits.total)
        token = _current.set(call)
        try:
            with self._session.request(
                method,
                url,
                params=query,
                data=body,
                headers=_headers(reply.request_id, body),
                timeout=(min(limits.connect, limits.total), limits.read),
                allow_redirects=False,
                stream=True,
            ) as response:
                reply = self._with_head(reply, response)
                reply = self._with_body(reply, response)
        except requests.exceptions.SSLError:
            reply = replace(reply, fault=Fault.TLS)
        # ValueError too: what we send is encoded before, so only an answer can be behind one.
        except (
            requests.RequestException,
            HTTPError,
            http.client.HTTPException,
            OSError,
            ValueError,
        ):
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
        self._session.close()

    def _with_head(self, reply: Reply, response: requests.Response) -> Reply:
        def header(name: str) -> str:
            value = response.headers.get(name, "").encode("latin-1", "replace")
            return self._credentials.hide_in(value).decode("latin-1")

        return replace(
            reply,
            http_status=response.status_code,
            content_type=header("Content-Type"),
            reference=header("CF-Ray"),
            retry_after=header("Retry-After"),
            is_named_error=bool(header("X-Ceves-Error")),
            date=header("Date"),
        )

    def _with_body(self, reply: Reply, response: requests.Response) -> Reply:
        if 300 <= response.status_code < 400:
            return reply
        body = bytearray()
        for piece in response.iter_content(_READ_SIZE):
            body += piece
            if len(body) > LARGEST_BODY:
                return replace(reply, fault=Fault.TOO_LARGE)
        return replace(reply, body=self._credentials.hide_in(bytes(body)))


def _headers(request_id: str, body: bytes | None) -> dict[str, str]:
    headers = {"X-Request-Id": request_id}
    if body is not None:
        headers["Content-Type"] = "application/json"
    return headers
