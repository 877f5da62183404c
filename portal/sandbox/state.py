"""What the sandbox remembers: hubs, keys, users, and a log of what happened."""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Protocol

from portal.sandbox import world
from portal.sandbox.exchange import Json
from portal.sandbox.keys import Keys

REQUESTS_KEPT = 50_000
SETTABLE = frozenset({"online", "status", "orgId", "siteId"})
STATUSES = frozenset({"Provisioned", "Claimed", "Suspended", "Decommissioned"})
DAY = 86_400.0
DEVICE_TAKES = 4.0
"""Seconds until a device that is connected has carried a command out."""


@dataclass(slots=True)
class SandboxHub:
    """One hub. Times are epoch seconds; `version` counts the events of its aggregate.

    `is_hidden`: no other organisation's key may read or claim it. `online` overrides what time says
    (None: nothing is forced); `online_from` is when the hub first
    reports in; `offline_calls` counts down the calls for which a hub plays offline.
    """

    hub_id: str
    serial: str
    model: str
    thing_name: str
    provisioned_at: float
    status: str = "Provisioned"
    org_id: str = ""
    site_id: str = ""
    is_primary: bool = False
    is_hidden: bool = False
    claimed_at: float = 0.0
    version: int = 1
    online: bool | None = None
    online_from: float | None = None
    offline_calls: int = 0
    last_seen: float | None = None
    shadow_version: int = 0
    # What the device was told, secrets included: it is in no log.
    told: list[tuple[str, Json]] = field(default_factory=list, repr=False)

    def connected(self, now: float) -> bool | None:
        """Whether the hub is on the network at `now`; None where nothing is known yet."""
        if self.offline_calls:
            return False
        if self.online is not None:
            return self.online
        return True if self.online_from is not None and self.online_from <= now else None

    def note_call(self, now: float) -> None:
        """Count a call that a hub with `offline_calls` has just answered as offline."""
        if self.offline_calls:
            self.offline_calls -= 1
            if not self.offline_calls:
                self.online_from = now


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """One accepted change: the API's event `type` and `data`, the `version` it made, by which
    key (its name) and when (epoch seconds).
    """

    type: str
    hub_id: str
    version: int
    data: Json
    key: str
    at: float


@dataclass(slots=True)
class LoggedCommand:
    """A command for the device that was accepted; without what it was told.

    `answered_at` stays None until the device has carried it out: some seconds later, where it is
    connected, and else once it is (epoch seconds).
    """

    hub_id: str
    command: str
    key: str
    at: float
    answered_at: float | None = None


@dataclass(slots=True)
class LoggedRequest:
    """One request to the API, without secrets.

    `key` is the name of the key used, `unknown`, or None without one; `bearer` whether a bearer
    token came along. `body` is the parsed JSON where it is JSON, else text. `status` stays None
    until there is an answer, and for ever when the connection was dropped instead. `at` is the
    time of arrival in epoch seconds.
    """

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    key: str | None
    bearer: bool
    body: object
    at: float
    status: int | None = None


type Settle = Callable[[Mapping[str, SandboxHub], Keys, int, float], None]
"""Changes the first hubs and keys, of a world's seed, at a time: see `portal.sandbox.lived_in`."""


class Teller(Protocol):
    """Who tells others of what happens here: see `portal.sandbox.webhooks`."""

    def event(self, hub: SandboxHub, logged: LoggedEvent) -> None:
        """A command was accepted."""

    def shadow(self, hub: SandboxHub, *, after: float = 0.0) -> None:
        """A hub's device reports, after so many seconds."""

    def command(self, hub: SandboxHub, command: str, args: Json) -> None:
        """A device was told something."""


@dataclass
class SandboxState:
    """Everything that changes while the sandbox runs. Hold `lock` to change more than one thing.

    `settle`, when given, makes more of the world's first second than that all hubs are free.
    `teller`, when given, is told what happens.
    """

    seed: int = world.DEFAULT_SEED
    online_delay: float = 3.0
    clock: Callable[[], float] = time.time
    settle: Settle | None = None
    teller: Teller | None = field(default=None, repr=False)
    lock: threading.RLock = field(default_factory=threading.RLock, repr=False)
    hubs: dict[str, SandboxHub] = field(default_factory=dict, repr=False)
    users: dict[str, Json] = field(default_factory=dict, repr=False)
    keys: Keys = field(default_factory=Keys, repr=False)
    event_log: list[LoggedEvent] = field(default_factory=list, repr=False)
    command_log: list[LoggedCommand] = field(default_factory=list, repr=False)
    requests: deque[LoggedRequest] = field(
        default_factory=lambda: deque(maxlen=REQUESTS_KEPT), repr=False
    )

    def __post_init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Return to the first second of this world."""
        with self.lock:
            self.keys.reset()
            self.event_log.clear()
            self.command_log.clear()
            self.requests.clear()
            self.users.clear()
            for email, identity in world.USERS.items():
                self.users[email] = {
                    "uuid": identity,
                    "email": email,
                    "created_at": "2026-01-15T10:30:00.000Z",
                }
            self.hubs.clear()
            now = self.clock()
            self.hubs.update((hub.hub_id, hub) for hub in _first_hubs(self.seed, now))
            if self.settle is not None:
                self.settle(self.hubs, self.keys, self.seed, now)

    def status(self, hub: SandboxHub) -> Json:
        """`hub` as its status endpoint tells it, without what only a silent device would know."""
        now = self.clock()
        online = hub.connected(now)
        document: Json = {
            "hubId": hub.hub_id,
            "serial": hub.serial,
            "model": hub.model,
            "thingName": hub.thing_name,
            "status": hub.status,
            "orgId": hub.org_id,
            "siteId": hub.site_id,
            "isPrimary": hub.is_primary,
            "provisionedAt": milliseconds(hub.provisioned_at),
            "claimedAt": milliseconds(hub.claimed_at),
        }
        if online is None:
            return document
        if online:
            hub.online_from = now if hub.online_from is None else hub.online_from
            hub.last_seen = now
            document |= {
                "version": world.FIRMWARE,
                "uptimeSeconds": max(0, int(now - hub.online_from)),
            }
        if hub.last_seen is not None:
            document["lastSeen"] = milliseconds(hub.last_seen)
        return document | {"online": online}

    def record(self, hub: SandboxHub, event: str, data: Json, key: str) -> None:
        """Raise `hub`'s version and log `event`, which the key named `key` caused."""
        hub.version += 1
        logged = LoggedEvent(event, hub.hub_id, hub.version, data, key, self.clock())
        self.event_log.append(logged)
        if self.teller is not None:
            self.teller.event(hub, logged)

    def accept_command(self, hub: SandboxHub, command: str, args: Json, key: str) -> None:
        """Take a command for the device of `hub`, which the key named `key` sent."""
        hub.told.append((command, args))
        self.command_log.append(LoggedCommand(hub.hub_id, command, key, self.clock()))
        if self.teller is not None:
            self.teller.command(hub, command, args)

    def _let_devices_answer(self) -> None:
        now = self.clock()
        for command in self.command_log:
            is_due = command.answered_at is None and now - command.at >= DEVICE_TAKES
            if is_due and self.hubs[command.hub_id].connected(now):
                command.answered_at = now

    def set_hub(self, hub_id: str, fields: Mapping[str, object]) -> None:
        """Change a hub behind the API's back, without an event; but its device reports.

        `fields` has some of `online` (true, false, or None for what time says), `status`, `orgId`
        and `siteId`. Raises KeyError without such a hub, ValueError for another field or value.
        """
        if unknown := set(fields) - SETTABLE:
            raise ValueError(f"unknown fields: {', '.join(sorted(unknown))}")
        with self.lock:
            hub = self.hubs[hub_id]
            if "online" in fields:
                hub.online = _flag_or_none(fields["online"])
                hub.offline_calls = 0
            hub.status = _one_of(STATUSES, fields.get("status", hub.status))
            hub.org_id = _text(fields.get("orgId", hub.org_id))
            hub.site_id = _text(fields.get("siteId", hub.site_id))
            if hub.status == "Claimed" and not hub.claimed_at:
                hub.claimed_at = self.clock()
            if self.teller is not None and "online" in fields:
                self.teller.shadow(hub)

    def log(self) -> Json:
        """Events, commands and requests so far, oldest first, as JSON data."""
        with self.lock:
            self._let_devices_answer()
            return {
                "events": [asdict(event) for event in self.event_log],
                "commands": [asdict(command) for command in self.command_log],
                "requests": [asdict(request) for request in self.requests],
            }


def milliseconds(seconds: float) -> int:
    """Epoch seconds as the API's epoch milliseconds."""
    return round(seconds * 1000)


def _first_hubs(seed: int, now: float) -> Iterator[SandboxHub]:
    for n in range(world.HUB_COUNT):
        yield _new_hub(world.hub_id(n, seed), now - DAY * (30 + n))
    for magic in world.MAGIC.values():
        if magic.exists:
            yield _magic_hub(magic, now)


def _new_hub(hub_id: str, provisioned_at: float) -> SandboxHub:
    return SandboxHub(hub_id, world.serial(hub_id), world.model(hub_id), hub_id, provisioned_at)


def _magic_hub(magic: world.MagicHub, now: float) -> SandboxHub:
    hub = _new_hub(magic.id, now - 30 * DAY)
    hub.status, hub.org_id, hub.site_id = magic.status, magic.org_id, magic.site_id
    hub.is_hidden = magic.is_hidden
    if magic.status == "Claimed":
        hub.claimed_at, hub.online_from, hub.version = now - 2 * DAY, now - DAY, 2
    if magic.offline_calls is None:
        hub.online = False
    else:
        hub.offline_calls = magic.offline_calls
    return hub


def _flag_or_none(value: object) -> bool | None:
    if value is None or isinstance(value, bool):
        return value
    raise ValueError("online is true, false or null")


def _one_of(known: frozenset[str], value: object) -> str:
    if isinstance(value, str) and value in known:
        return value
    raise ValueError(f"status is one of {', '.join(sorted(known))}")


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    raise ValueError("orgId and siteId are texts")
