"""Faults: what can go wrong between a client and the SpKey API, on purpose."""

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from portal.sandbox.exchange import Answer, Request, json_answer
from portal.sandbox.keys import way_of

type Pause = Callable[[float], None]

_KINDS: Mapping[str, Any] = {
    "latency": int | float,
    "hang": int | float,
    "drip": int | float,
    "status": int,
    "oversize": int,
    "drop": str,
    "reset": str,
    "body": str,
    "redirect": str,
}
_PLACES = {"drop": ("before", "after"), "reset": ("before", "after", "mid_body")}


@dataclass(frozen=True, slots=True)
class FaultAction:
    """One thing that goes wrong. Usually one field is set.

    `effect` says whether the request still takes effect where that is open:

    - `latency`: seconds to wait, then all is well.
    - `drop`: the connection closes without an answer, `before` or `after` the effect.
    - `reset`: the same with a TCP reset; `mid_body` sends half the answer first.
    - `status`, `body`, `headers`: this answer, with `effect` (default: without).
    - `hang`: seconds of silence, then the connection closes; with `effect`, the effect comes first.
    - `drip`: the true answer, its body at so many bytes a second.
    - `oversize`: a 200 whose JSON body is that many bytes long.
    - `redirect`: a redirection to this address, with `status` (default 302).
    """

    latency: float | None = None
    drop: str | None = None
    reset: str | None = None
    status: int | None = None
    body: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    effect: bool = False
    hang: float | None = None
    drip: float | None = None
    oversize: int | None = None
    redirect: str | None = None

    def __post_init__(self) -> None:
        for name, kind in _KINDS.items():
            value = getattr(self, name)
            if value is not None and (isinstance(value, bool) or not isinstance(value, kind)):
                raise ValueError(f"{name} is not of the right kind")
            if not isinstance(value, str | None) and value < 0:
                raise ValueError(f"{name} is below 0")
        for name, places in _PLACES.items():
            if getattr(self, name) not in (None, *places):
                raise ValueError(f"{name} is one of {', '.join(places)}")
        if self.drip == 0:
            raise ValueError("drip is more than 0 bytes a second")
        if not all(isinstance(text, str) for pair in self.headers.items() for text in pair):
            raise ValueError("headers are names and texts")

    @property
    def takes_effect(self) -> bool:
        """Whether the request is carried out as if nothing were wrong."""
        if self.drop or self.reset:
            return "before" not in (self.drop, self.reset)
        if any(
            value is not None for value in (self.status, self.hang, self.oversize, self.redirect)
        ):
            return self.effect
        return True

    def play(self, perform: Callable[[], Answer], pause: Pause) -> Answer:
        """The answer to a request that `perform` would carry out; waits with `pause` (seconds)."""
        if self.latency:
            pause(self.latency)
        answer = perform() if self.takes_effect else Answer(200)
        if self.hang is not None:
            pause(self.hang)
            return replace(answer, delivery="close")
        if self.drop:
            return replace(answer, delivery="close")
        if self.reset:
            return replace(answer, delivery="cut" if self.reset == "mid_body" else "reset")
        if self.drip:
            return replace(answer, delivery="drip", rate=self.drip)
        return self._forged() or answer

    def _forged(self) -> Answer | None:
        if self.redirect is not None:
            return Answer(self.status or 302, b"", {"Location": self.redirect, **self.headers})
        if self.oversize is not None:
            padding = "x" * max(0, self.oversize - len('{"padding": ""}'))
            return json_answer(self.status or 200, {"padding": padding}, self.headers)
        if self.status is None:
            return None
        body = self.body
        if body is None:
            body = json.dumps(
                {"success": False, "error": "Fault", "message": f"Injected {self.status}"}
            )
        kind = "text/html" if body.lstrip().startswith("<") else "application/json"
        return Answer(self.status, body.encode(), {"Content-Type": kind, **self.headers})


@dataclass(frozen=True, slots=True)
class Match:
    """Which requests a fault meets; what is None meets all.

    `hub_id` ignores letter case, `key` is a key's name, `way` is how it was sent: `key`, `token` or
    `both`.
    """

    method: str | None = None
    path_contains: str | None = None
    hub_id: str | None = None
    key: str | None = None
    way: str | None = None

    def __post_init__(self) -> None:
        if not all(isinstance(getattr(self, known.name), str | None) for known in fields(self)):
            raise ValueError("match holds texts")

    def meets(self, request: Request, key: str | None) -> bool:
        """Whether `request`, sent with the key named `key`, is met."""
        return (
            (self.method is None or self.method.upper() == request.method)
            and (self.path_contains is None or self.path_contains in request.path)
            and (self.hub_id is None or self.hub_id.lower() == request.hub_id)
            and (self.key is None or self.key == key)
            and (self.way is None or self.way == way_of(request.headers))
        )


@dataclass(slots=True)
class _Fault:
    match: Match
    action: FaultAction
    times: int | None


class Faults:
    """The faults waiting to happen. The oldest that meets a request happens to it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[_Fault] = []

    def add(
        self,
        match: Mapping[str, Any] | None = None,
        *,
        action: Mapping[str, Any],
        times: int | None = None,
    ) -> None:
        """Let `action` (see Action) happen to the next `times` requests that meet `match`.

        Without `times`: until cleared. Raises ValueError for a field or value that is not known.
        """
        if times is not None and (
            isinstance(times, bool) or not isinstance(times, int) or times < 1
        ):
            raise ValueError("times is a number from 1 on, or null")
        fault = _Fault(_build(Match, match or {}), _build(FaultAction, action), times)
        with self._lock:
            self._waiting.append(fault)

    def clear(self) -> None:
        """Forget all faults."""
        with self._lock:
            self._waiting.clear()

    def take(self, request: Request, key: str | None) -> FaultAction | None:
        """The fault that happens to `request`, counted as used; None when there is none."""
        with self._lock:
            fault = next(
                (fault for fault in self._waiting if fault.match.meets(request, key)), None
            )
            if fault is None:
                return None
            if fault.times is not None:
                fault.times -= 1
                if not fault.times:
                    self._waiting.remove(fault)
            return fault.action


def _build[Shape: (Match, FaultAction)](shape: type[Shape], values: Mapping[str, Any]) -> Shape:
    if unknown := set(values) - {known.name for known in fields(shape)}:
        raise ValueError(f"unknown fields: {', '.join(sorted(unknown))}")
    return shape(**values)
