"""The sandbox as a running HTTP server, in threads of this process."""

import hashlib
import itertools
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from types import TracebackType
from typing import Self

from portal.sandbox import bodies, world
from portal.sandbox import lived_in as settled
from portal.sandbox.api import Api
from portal.sandbox.control import PREFIX, Control
from portal.sandbox.exchange import Answer, Request
from portal.sandbox.faults import Faults, Pause
from portal.sandbox.listener import HttpServer
from portal.sandbox.state import LoggedRequest, SandboxState
from portal.sandbox.webhooks import Webhooks

_MOMENT = 0.1  # seconds
_SECRET_HEADERS = frozenset({"x-api-key", "authorization", "cookie", "proxy-authorization"})


class Sandbox:
    """A SpKey API in this process.

    `latency` (seconds) is added to every API call; a claimed hub comes online `online_delay`
    seconds after its claim. `clock` gives epoch seconds and `pause` waits for seconds; tests
    replace them. `report`, when given, gets one line a request, without secrets. `lived_in` begins
    with hubs that stand at sites already. The world is kept when the server stops and starts again.
    """

    def __init__(
        self,
        seed: int = world.DEFAULT_SEED,
        latency: float = 0.0,
        online_delay: float = 3.0,
        *,
        clock: Callable[[], float] = time.time,
        pause: Pause | None = None,
        report: Callable[[str], None] | None = None,
        lived_in: bool = False,
    ) -> None:
        settle = settled.settle if lived_in else None
        self.state = SandboxState(seed, online_delay, clock, settle)
        self.faults = Faults()
        self.latency = latency
        self._stopping = threading.Event()
        self._pause = pause or self._wait
        self._report = report
        self._api = Api(self.state, self._pause)
        self.webhooks = self.state.teller = Webhooks(self.state)
        self._control = Control(self.state, self.faults, self.webhooks, self.reset, self.outage)
        self._rays = itertools.count(1)
        self._server: HttpServer | None = None

    def start(self, port: int = 0, host: str = "127.0.0.1") -> None:
        """Serve on `host` and `port` (0: any free one) until `stop`.

        Raises OSError when the port is taken.
        """
        if self._server is not None:
            raise RuntimeError("the sandbox is running already")
        self._stopping.clear()
        self._server = HttpServer((host, port), self.answer, self._wait)
        threading.Thread(
            target=self._server.serve_forever, args=(0.02,), name="sandbox", daemon=True
        ).start()

    def stop(self) -> None:
        """Stop serving; open connections are closed, waiting answers are given up."""
        if self._server is not None:
            self._stopping.set()
            self._server.close()
            self._server = None

    def __enter__(self) -> Self:
        if self._server is None:
            self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """The base URL, without a slash at its end. Raises RuntimeError while nothing is served."""
        if self._server is None:
            raise RuntimeError("the sandbox is not running")
        host, port = self._server.server_address[:2]
        return f"http://{host!s}:{port}"

    def reset(self) -> None:
        """Return to the first second: hubs, keys, users, logs, no faults and no webhooks."""
        self.faults.clear()
        self.webhooks.clear()
        self.state.reset()
        self._api.reset()

    def outage(self, seconds: float) -> None:
        """In a moment, close every connection and refuse new ones for so long; then go on.

        The world stays as it is. The moment lets the answer to this very request get out.
        """
        threading.Thread(target=self._away, args=(seconds,), name="outage", daemon=True).start()

    def _away(self, seconds: float) -> None:
        time.sleep(_MOMENT)
        if self._server is None:
            return
        host, port = self._server.server_address[:2]
        self.stop()
        time.sleep(seconds)
        self._return(int(port), str(host))

    def _return(self, port: int, host: str) -> None:
        """Serve at the same port, as soon as nobody else's connection sits on it."""
        for _ in range(100):
            try:
                return self.start(port, host)
            except OSError:
                time.sleep(_MOMENT)
        raise RuntimeError("the sandbox could not return to its port")

    def answer(self, request: Request, is_local: bool) -> Answer:
        """The answer to `request`; only one from this machine (`is_local`) may control."""
        if request.segments[:1] == (PREFIX,) and is_local:
            return self._control.answer(request)
        key = self.state.keys.name_of(request.headers)
        logged = self._log(request, key)
        self._pause(self.latency)
        fault = self.faults.take(request, key)
        answer = (
            fault.play(lambda: self._api.answer(request), self._pause)
            if fault
            else self._api.answer(request)
        )
        logged.status = None if answer.delivery in ("close", "reset") else answer.status
        if self._report:
            self._report(
                f"{request.method} {ascii(request.path)[1:-1]} {logged.status or '-'} {key or '-'}"
            )
        return replace(answer, headers={**answer.headers, "CF-Ray": self._ray()})

    def _log(self, request: Request, key: str | None) -> LoggedRequest:
        headers = {
            name: value for name, value in request.headers.items() if name not in _SECRET_HEADERS
        }
        logged = LoggedRequest(
            request.method,
            request.path,
            request.query,
            headers,
            key,
            request.headers.get("authorization", "").startswith("Bearer "),
            _logged_body(request),
            self.state.clock(),
        )
        with self.state.lock:
            self.state.requests.append(logged)
        return logged

    def _ray(self) -> str:
        """A reference shaped like a Cloudflare Ray ID (16 hex digits, a place), never repeated."""
        count = f"{self.state.seed}:{id(self)}:{next(self._rays)}"
        return f"{hashlib.sha256(count.encode()).hexdigest()[:16]}-SBX"

    def _wait(self, seconds: float) -> None:
        if seconds > 0:
            self._stopping.wait(seconds)


def _logged_body(request: Request) -> object:
    """Return the body without what is told to a device in confidence."""
    body, command = _readable(request.body), request.segments[-1:]
    if command == ("CommissionDevice",):
        return bodies.hidden(body, "commissioningCode")
    if command == ("SendHubCommand",) and not _is_open_command(body):
        return bodies.hidden(body, "args")
    return body


def _is_open_command(body: object) -> bool:
    return isinstance(body, dict) and body.get("command") in bodies.OPEN_COMMANDS


def _readable(raw: bytes) -> object:
    if not raw:
        return None
    try:
        return bodies.parse(raw)
    except ValueError:
        return raw.decode(errors="replace")
