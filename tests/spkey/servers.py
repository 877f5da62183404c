"""Small real servers that answer well or badly, on a free loopback port."""

import contextlib
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator

Behaviour = Callable[[socket.socket], None]


class Server:
    """Hands every request it has read to `behave`; keeps the requests.

    Counts the connections, and those of them that it has closed.
    """

    def __init__(self, behave: Behaviour, tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[bytes] = []
        self.connections = 0
        self.closed = 0
        self._behave = behave
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.url = f"{'https' if tls else 'http'}://localhost:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        # Closing alone would leave a thread that waits in accept() where it is.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.connections += 1
                threading.Thread(target=self._serve, args=[connection], daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._tls:
                connection = self._tls.wrap_socket(connection, server_side=True)
            try:
                with connection:
                    while request := _read_request(connection):
                        self.requests.append(request)
                        self._behave(connection)
            finally:
                self.closed += 1


def _read_request(connection: socket.socket) -> bytes:
    request = b""
    while b"\r\n\r\n" not in request:
        piece = connection.recv(65_536)
        if not piece:
            return b""
        request += piece
    head, _, body = request.partition(b"\r\n\r\n")
    lengths = [
        int(line.split(b":")[1])
        for line in head.lower().split(b"\r\n")
        if line.startswith(b"content-length:")
    ]
    while lengths and len(body) < lengths[0]:
        body += connection.recv(65_536)
    return head + b"\r\n\r\n" + body


def answer(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    """A whole HTTP answer, as JSON unless `headers` name another type."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    if not any(line.lower().startswith("content-type") for line in headers):
        lines.append("Content-Type: application/json")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def respond(content: bytes) -> Behaviour:
    """Send `content` and keep the connection open."""

    def behave(connection: socket.socket) -> None:
        connection.sendall(content)

    return behave


def respond_and_close(content: bytes) -> Behaviour:
    """Send `content`, then end the connection in good order."""

    def behave(connection: socket.socket) -> None:
        connection.sendall(content)
        connection.shutdown(socket.SHUT_RDWR)
        connection.close()

    return behave


def respond_and_reset(content: bytes) -> Behaviour:
    """Send `content`, then reset the connection."""

    def behave(connection: socket.socket) -> None:
        connection.sendall(content)
        # Or the reset overtakes what was said: nobody can see whether it has been read.
        time.sleep(0.5 if content else 0)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()

    return behave


def drip(content: bytes, pause: float = 0.02) -> Behaviour:
    """Send `content` byte by byte, then its last byte again and again, for ever."""

    def behave(connection: socket.socket) -> None:
        for byte in _for_ever(content):
            connection.sendall(byte)
            time.sleep(pause)

    return behave


def respond_then_drip(content: bytes, dripped: bytes) -> Behaviour:
    """Send `content` at once, then `dripped` as `drip` does."""

    def behave(connection: socket.socket) -> None:
        connection.sendall(content)
        drip(dripped)(connection)

    return behave


def hang(connection: socket.socket) -> None:
    """Say nothing for longer than any test waits."""
    connection.recv(1)


def _for_ever(content: bytes) -> Iterator[bytes]:
    for index in range(len(content)):
        yield content[index : index + 1]
    while True:
        yield content[-1:]
