"""HTTP/1.1 for the sandbox: delivers answers whole, cut, slowly or not at all."""

import ipaddress
import socket
import socketserver
import struct
import sys
import threading
from collections.abc import Callable, Iterator
from email.utils import formatdate
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote

from portal.sandbox.exchange import Answer, Refusal, Request, refusal

BODY_LIMIT = 1_000_000
IDLE_SECONDS = 60.0
# Lingering, but for no time at all: the kernel then sends RST instead of FIN on close.
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)

type Respond = Callable[[Request, bool], Answer]


class HttpServer(ThreadingHTTPServer):
    """Serves `respond(request, is_local)`, a thread a connection.

    `pause` (seconds) paces a body that drips.
    """

    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def __init__(
        self, address: tuple[str, int], respond: Respond, pause: Callable[[float], None]
    ) -> None:
        self.respond = respond
        self.pause = pause
        self._open: set[socket.socket] = set()
        self._open_lock = threading.Lock()
        super().__init__(address, _Handler)

    def server_bind(self) -> None:
        """Bind without asking the name service who we are, as the base class would."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = (
            str(self.server_address[0]),
            int(self.server_address[1]),
        )

    def close(self) -> None:
        """Stop listening and close every connection."""
        self.shutdown()
        self.server_close()
        with self._open_lock:
            for connection in self._open:
                _hang_up(connection)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remember the connection, so that `close` can end it."""
        with self._open_lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Close the connection; one that is to be reset must not say goodbye first."""
        with self._open_lock:
            self._open.discard(request)
        if (
            request.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER, len(_RESET_ON_CLOSE))
            == _RESET_ON_CLOSE
        ):
            self.close_request(request)
        else:
            super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is nothing to report; anything else is."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = IDLE_SECONDS
    server: HttpServer
    connection: socket.socket

    def _handle(self) -> None:
        try:
            request = self._read()
        except Refusal as refused:
            self.close_connection = True
            self._send(refused.answer)
            return
        self._send(
            self.server.respond(request, ipaddress.ip_address(self.client_address[0]).is_loopback)
        )

    def __getattr__(self, name: str) -> Callable[[], None]:
        """Every method comes here: which one an address knows is not for the listener to say."""
        if name.startswith("do_"):
            return self._handle
        raise AttributeError(name)

    def _read(self) -> Request:
        path, _, query = self.path.partition("?")
        return Request(
            method=self.command,
            path=path,
            segments=tuple(unquote(part) for part in path.removeprefix("/").split("/")),
            query=dict(parse_qsl(query, keep_blank_values=True)),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(self._length()),
        )

    def _length(self) -> int:
        if "Transfer-Encoding" in self.headers:
            raise refusal(411, "Length Required", "Send a Content-Length")
        length = self.headers.get("Content-Length", "0")
        if not (length.isascii() and length.isdigit()):
            raise refusal(400, "Bad Request", "Content-Length is not a number")
        if len(length) > 12 or int(length) > BODY_LIMIT:
            raise refusal(413, "Content Too Large", "The body is too large")
        return int(length)

    def _send(self, answer: Answer) -> None:
        match answer.delivery:
            case "whole":
                self.wfile.write(
                    self._head(answer) + (b"" if self.command == "HEAD" else answer.body)
                )
            case "drip":
                self.wfile.write(self._head(answer))
                for part, seconds in _drops(answer.body, answer.rate):
                    self.wfile.write(part)
                    self.server.pause(seconds)
            case "close":
                self.close_connection = True
            case "reset":
                self._reset()
            case "cut":
                self.wfile.write(self._head(answer) + answer.body[: len(answer.body) // 2])
                # Without a moment between them the reset could overtake what was sent.
                self.server.pause(0.05)
                self._reset()

    def _head(self, answer: Answer) -> bytes:
        phrase = HTTPStatus(answer.status).phrase if answer.status in HTTPStatus else "Fault"
        lines = [f"HTTP/1.1 {answer.status} {phrase}", f"Date: {formatdate(usegmt=True)}"]
        lines += [f"{name}: {value}" for name, value in answer.headers.items()]
        if not any(name.lower() == "content-length" for name in answer.headers):
            lines.append(f"Content-Length: {len(answer.body)}")
        if self.close_connection:
            lines.append("Connection: close")
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", errors="replace")

    def _reset(self) -> None:
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)

    def log_message(self, *_: object) -> None:
        """Say nothing here: the sandbox reports each request itself, without secrets."""


def _drops(body: bytes, rate: float) -> Iterator[tuple[bytes, float]]:
    size = max(1, int(rate / 20))
    for start in range(0, len(body), size):
        yield body[start : start + size], size / rate


def _hang_up(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        connection.close()
