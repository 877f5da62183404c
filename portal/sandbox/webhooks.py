"""What the sandbox tells by itself: events, posted to the webhooks of organisations.

In the envelope and with the habits of the real thing: at least once, in no sure order, again after
a 5xx and never after a 4xx, and stamped with the organisation from before the event. Only to this
machine.
"""

import heapq
import http.client
import ipaddress
import itertools
import json
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit

from portal.sandbox.exchange import Json
from portal.sandbox.state import DEVICE_TAKES, LoggedEvent, SandboxHub, SandboxState, milliseconds

ANSWER_WITHIN: Final = 5.0
RETRY_AFTER: Final = (1.0, 2.0, 4.0, 8.0, 16.0)
SECOND_COPY_AFTER: Final = 0.5
OVERTAKEN_BY: Final = 1.5
SENT_KEPT: Final = 10_000


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where an organisation's events are posted, and how.

    `late`: so many seconds after they happened. `twice`: each in two copies. `disordered`: every
    other one waits until the next has overtaken it.
    """

    url: str
    secret: str = field(default="", repr=False)
    late: float = 0.0
    twice: bool = False
    disordered: bool = False

    def __post_init__(self) -> None:
        """Raise ValueError for an address that is not this machine's."""
        if not isinstance(self.url, str) or not isinstance(self.secret, str):
            raise TypeError("url and secret are texts")
        parts = urlsplit(self.url)
        if parts.scheme != "http" or not _is_loopback(parts.hostname or ""):
            raise ValueError("a webhook is http, and on this machine")
        if self.late < 0:
            raise ValueError("late is a number of seconds")


@dataclass(frozen=True, slots=True)
class Posted:
    """One copy that was posted. `status` is None where nothing answered."""

    org_id: str
    id: str
    type: str
    version: int | None
    status: int | None
    at: float


@dataclass(frozen=True, slots=True)
class _Letter:
    org_id: str
    make: Callable[[], Json]
    id: str
    tries: int = 0


class Webhooks:
    """Posts what happens in a `state` to the webhooks that organisations have, from a thread."""

    def __init__(self, state: SandboxState) -> None:
        self._state = state
        self._hooks: dict[str, Webhook] = {}
        self._waiting: list[tuple[float, int, _Letter]] = []
        self._numbers = itertools.count()
        self._happened = itertools.count()
        self._wake = threading.Condition()
        self._thread: threading.Thread | None = None
        self.posted: deque[Posted] = deque(maxlen=SENT_KEPT)

    def set(self, org_id: str, webhook: Webhook | None) -> None:
        """Post the events of this organisation there from now on; None posts them nowhere.

        As the vendor does, it tries a new address first, with something that is no event.
        """
        with self._wake:
            self._hooks.pop(org_id, None)
            if webhook is None:
                return
            self._hooks[org_id] = webhook
        self._put(_Letter(org_id, lambda: {"verification": True}, str(uuid.uuid4())), 0.0)

    def clear(self) -> None:
        """Forget what is not posted yet, and to whom."""
        with self._wake:
            self._waiting.clear()
            self._hooks.clear()
            self.posted.clear()

    def log(self) -> Json:
        """What was posted so far, oldest first, as JSON data."""
        return {"posted": [asdict(each) for each in list(self.posted)]}

    def event(self, hub: SandboxHub, logged: LoggedEvent) -> None:
        """Tell of an accepted command."""
        # The organisation from before. A hub that was nobody's has none: its claimer is told.
        org_id = logged.data.get("previousOrgId") or logged.data.get("orgId") or hub.org_id
        detail = {
            "partnerId": org_id,
            "aggregateType": "hub",
            "aggregateId": logged.hub_id,
            "version": logged.version,
            "timestamp": milliseconds(logged.at),
            "data": logged.data,
        }
        self._tell(org_id, lambda: _envelope("spk.api", logged.type, logged.at, detail))
        if logged.type == "HubClaimed":
            self.shadow(hub, after=self._state.online_delay)

    def shadow(self, hub: SandboxHub, *, after: float = 0.0) -> None:
        """Tell, after so many seconds, what the hub's device reports.

        Of a hub that is nobody's everybody is told: whose claim waits for it, the sandbox cannot
        know. Whether the vendor tells anybody of such a one, nothing says.
        """
        for org_id in [hub.org_id] if hub.org_id else list(self._hooks):
            self._tell(org_id, lambda: self._shadow_of(hub, {}), after)

    def command(self, hub: SandboxHub, command: str, args: Json) -> None:
        """Tell that the device has carried a command out, once it has."""
        told = {"command": command, "args": args}
        self._tell(hub.org_id, lambda: self._shadow_of(hub, told), DEVICE_TAKES)

    def _shadow_of(self, hub: SandboxHub, told: Json) -> Json:
        with self._state.lock:
            hub.shadow_version += 1
            now, reported = self._state.clock(), self._state.status(hub)
            reported |= {"lastCommand": told["command"]} if told else {}
            # As the vendor's does, it repeats what the device was told, secrets included.
            detail = {
                "partnerId": hub.org_id,
                "thingName": hub.thing_name,
                "version": hub.shadow_version,
                "reportedState": json.dumps(reported),
                "desiredState": json.dumps(told) if told else None,
                "deltaState": json.dumps(told),
                "metadata": "{}",
            }
        return _envelope("spk.iot.shadow", "Shadow Update", now, detail)

    def _tell(self, org_id: str, make: Callable[[], Json], after: float = 0.0) -> None:
        webhook = self._hooks.get(org_id)
        if webhook is None:
            return
        after += webhook.late
        if webhook.disordered and next(self._happened) % 2 == 0:
            after += OVERTAKEN_BY
        letter = _Letter(org_id, _once(make), str(uuid.uuid4()))
        self._put(letter, after)
        if webhook.twice:
            self._put(letter, after + SECOND_COPY_AFTER)

    def _put(self, letter: _Letter, after: float) -> None:
        with self._wake:
            due = time.monotonic() + after
            heapq.heappush(self._waiting, (due, next(self._numbers), letter))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="webhooks", daemon=True)
                self._thread.start()
            self._wake.notify()

    def _run(self) -> None:
        while True:
            self._post(self._next())

    def _next(self) -> _Letter:
        with self._wake:
            while True:
                left = self._waiting[0][0] - time.monotonic() if self._waiting else 60.0
                if left <= 0:
                    return heapq.heappop(self._waiting)[2]
                self._wake.wait(min(left, 60.0))

    def _post(self, letter: _Letter) -> None:
        webhook = self._hooks.get(letter.org_id)
        if webhook is None:
            return
        envelope = letter.make()
        if "detail" in envelope:
            envelope = {**envelope, "id": letter.id}
        status = _sent(webhook, envelope)
        version = envelope.get("detail", {}).get("version")
        kind = envelope.get("detail-type", "verification")
        self.posted.append(
            Posted(letter.org_id, letter.id, kind, version, status, self._state.clock())
        )
        if (status is None or status >= 500) and letter.tries < len(RETRY_AFTER):
            again = _Letter(letter.org_id, letter.make, letter.id, letter.tries + 1)
            self._put(again, RETRY_AFTER[letter.tries])


def _once(make: Callable[[], Json]) -> Callable[[], Json]:
    """Return the same as `make` returns first, each time: copies of an event are equal."""
    made: list[Json] = []

    def same() -> Json:
        if not made:
            made.append(make())
        return made[0]

    return same


def _envelope(source: str, kind: str, at: float, detail: Mapping[str, Any]) -> Json:
    moment = datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")
    return {
        "version": "0",
        "detail-type": kind,
        "source": source,
        "time": moment.replace("+00:00", "Z"),
        "region": "sandbox",
        "resources": [],
        "detail": dict(detail),
    }


def _sent(webhook: Webhook, envelope: Json) -> int | None:
    parts = urlsplit(webhook.url)
    connection = http.client.HTTPConnection(
        parts.hostname or "", parts.port or 80, timeout=ANSWER_WITHIN
    )
    headers = {"Content-Type": "application/json"}
    if webhook.secret:
        headers["Authorization"] = f"Bearer {webhook.secret}"
    try:
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", target, json.dumps(envelope).encode(), headers)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
