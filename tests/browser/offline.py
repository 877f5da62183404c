"""The way between the browser and the portal, which a test cuts, blocks, or robs of its answers.

A browser's own offline switch is one thing, what travels is another: `navigator.onLine` stays true
beside a router that leads nowhere, and an answer may get lost once the action is done. So the
portal is reached through a proxy on this machine, by the fixture `line`:

    page = tablet(ira, **through(line))
    page.goto("/claims/new/")
    ready_for_offline(page)

    line.cut()                             # nothing gets through: as without a network
    line.hang()                            # everything is accepted, nothing is answered
    line.refuse()                          # 503 to everything: no portal behind its proxy
    line.lose_answers("POST /claims/tray/")  # the portal does it, and nobody hears of it
    line.stand_between(gate(), "GET /health/")  # something else answers in the portal's place
    line.restore()

`go_offline(page, line)` and `go_online(page, line)` turn the browser's switch as well.
Chromium sends a request again by itself, a POST too, when a connection that it used before ends
without an answer: of one lost answer the portal may see two requests, as in the field.
"""

import contextlib
import socket
import socketserver
import struct
import threading
from typing import Any

from playwright.sync_api import Page

# Sent with the last word, a connection ends at once, and not with a farewell.
RESET = struct.pack("ii", 1, 0)
CHUNK = 65_536
REFUSAL = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
GATE_PAGE = "<!doctype html><html><h1>Welcome to our hotel</h1><form>Room number</form></html>"
IS_SERVED = "() => Boolean(navigator.serviceWorker.controller)"
# Milliseconds: on a machine that is busy with something else all files take a while.
PATIENCE = 120_000


def gate(
    status: str = "200 OK", body: str = GATE_PAGE, kind: str = "text/html", more: str = ""
) -> bytes:
    """Return what a hotel's gate, a filter or a sign-in proxy answers to whatever is asked."""
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body.encode())}\r\n"
    return f"{head}{more}Connection: close\r\n\r\n{body}".encode()


class Line(socketserver.ThreadingTCPServer):
    """A proxy to the web server at `host` and `port`; `url` is where browsers reach it.

    `lost` holds the first line of every request whose answer was lost.
    """

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, host: str, port: int) -> None:
        super().__init__(("localhost", 0), Call)
        self.url = f"http://localhost:{self.server_address[1]}"
        self.lost: list[str] = []
        self.is_cut = self.is_hanging = self.is_refusing = False
        self._target = (host, port)
        self._losing: tuple[bytes, ...] = ()
        self._between: tuple[bytes, tuple[bytes, ...]] = (b"", ())
        self._calls: set[socket.socket] = set()
        self._lock = threading.Lock()

    def cut(self) -> None:
        """Let nothing through; what is under way ends without an answer."""
        self._turn(cut=True)

    def hang(self) -> None:
        """Take what is sent, and pass none of it on; what is under way ends."""
        self._turn(hang=True)

    def refuse(self) -> None:
        """Answer 503 to everything, as a proxy does while there is no portal behind it."""
        self._turn(refuse=True)

    def lose_answers(self, *requests: str) -> None:
        """Pass on everything, but no answer to a request that begins so ("POST /claims/")."""
        self._turn(losing=tuple(request.encode() for request in requests))

    def stand_between(self, answer: bytes, *requests: str) -> None:
        """Answer requests that begin so, all where none is named, without passing them on."""
        self._turn(between=(answer, tuple(each.encode() for each in requests or ("",))))

    def restore(self) -> None:
        """Let everything through again; what hangs ends, and may be asked for again."""
        self._turn()

    def lead_to(self, host: str, port: int) -> None:
        """Lead to another web server from now on, as after a deployment."""
        self._target = (host, port)
        self._turn()

    def _turn(
        self,
        cut: bool = False,
        hang: bool = False,
        refuse: bool = False,
        losing: tuple[bytes, ...] = (),
        between: tuple[bytes, tuple[bytes, ...]] = (b"", ()),
    ) -> None:
        self.is_cut, self.is_hanging, self.is_refusing, self._losing = cut, hang, refuse, losing
        self._between = between
        with self._lock:
            calls, self._calls = self._calls, set()
        for call in calls:
            end(call)

    def connect(self) -> socket.socket:
        portal = socket.create_connection(self._target)
        portal.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return portal

    def remember(self, call: socket.socket) -> None:
        with self._lock:
            self._calls.add(call)

    def forget(self, call: socket.socket) -> None:
        with self._lock:
            self._calls.discard(call)

    def answer_between(self, sent: bytes) -> bytes:
        """What something between answers to what begins so; nothing where it is passed on."""
        answer, requests = self._between
        return answer if requests and sent.startswith(requests) else b""

    def is_to_lose(self, sent: bytes) -> bool:
        """Whether this begins a request whose answer shall be lost; it is noted then."""
        if not sent.startswith(self._losing or (b"\0",)):
            return False
        self.lost.append(sent.partition(b"\r\n")[0].decode("ascii", "replace"))
        return True


class Call(socketserver.StreamRequestHandler):
    """One connection of the browser."""

    # What travels in pieces must not wait until the piece before was acknowledged.
    disable_nagle_algorithm = True
    server: Line
    request: socket.socket

    def handle(self) -> None:
        self.is_lossy = False
        self.server.remember(self.request)
        with contextlib.suppress(OSError):
            if self.server.is_cut:
                end(self.request)
            elif self.server.is_hanging:
                while self.request.recv(CHUNK):
                    pass
            elif self.server.is_refusing:
                self.request.recv(CHUNK)
                self.request.sendall(REFUSAL)
            else:
                self._converse()

    def finish(self) -> None:
        self.server.forget(self.request)
        super().finish()

    def _converse(self) -> None:
        with self.server.connect() as portal:
            answers = threading.Thread(target=self._answer, args=(portal,), daemon=True)
            answers.start()
            try:
                while sent := self.request.recv(CHUNK):
                    if answer := self.server.answer_between(sent):
                        self.request.sendall(answer)
                        while self.request.recv(CHUNK):
                            pass
                        break
                    self.is_lossy = self.is_lossy or self.server.is_to_lose(sent)
                    portal.sendall(sent)
            finally:
                end(portal)
                answers.join()

    def _answer(self, portal: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while answer := portal.recv(CHUNK):
                if self.is_lossy:
                    break
                self.request.sendall(answer)
        end(self.request)


def end(connection: socket.socket) -> None:
    """End a connection at once, for its readers as well."""
    with contextlib.suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        connection.shutdown(socket.SHUT_RDWR)


def through(line: Line) -> dict[str, Any]:
    """Return what a `tablet` needs to reach the portal by this line, with service workers."""
    return {"base_url": line.url, "service_workers": "allow"}


def ready_for_offline(page: Page) -> None:
    """Wait until the service worker has fetched what it keeps and serves this page."""
    page.wait_for_function(IS_SERVED, timeout=PATIENCE)


def go_offline(page: Page, line: Line) -> None:
    """Take the network away, and let the browser know."""
    line.cut()
    page.context.set_offline(True)


def go_online(page: Page, line: Line) -> None:
    """Give the network back, and let the browser know."""
    line.restore()
    page.context.set_offline(False)
