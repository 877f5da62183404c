"""The control endpoint: tests and demos bend the sandbox through it. For the same machine only."""

import ipaddress
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from portal.sandbox import bodies
from portal.sandbox.exchange import Answer, Json, Refusal, Request, json_answer, refusal
from portal.sandbox.faults import Faults
from portal.sandbox.known import KNOWN
from portal.sandbox.state import SandboxState
from portal.sandbox.webhooks import Webhook, Webhooks

PREFIX = "_control"
LONGEST_OUTAGE = 3600.0  # seconds


class Control:
    """Carries out what arrives under `/_control/`.

    `reset` restarts the whole sandbox; `outage` lets nobody in for so many seconds.
    """

    def __init__(
        self,
        state: SandboxState,
        faults: Faults,
        webhooks: Webhooks,
        reset: Callable[[], None],
        outage: Callable[[float], None],
    ) -> None:
        self._state = state
        self._faults = faults
        self._webhooks = webhooks
        self._reset = reset
        self._outage = outage

    def answer(self, request: Request) -> Answer:
        """The answer to a control `request`.

        200, 400 for nonsense, 403 for what a page of elsewhere sends, 404 for an unknown name.
        """
        if not _is_from_here(request):
            return refusal(403, "Forbidden", "Only this machine controls the sandbox").answer
        try:
            return json_answer(200, self._route(request))
        except Refusal as refused:
            return refused.answer
        except (TypeError, ValueError) as problem:
            return refusal(400, "Bad Request", str(problem)).answer
        except KeyError as missing:
            return refusal(404, "Not Found", f"Nothing is called {missing}").answer

    def _route(self, request: Request) -> Json:
        match request.method, request.segments[1:]:
            case "POST", ("faults",):
                self._add_fault(_body(request))
            case "POST", ("faults", name):
                known = KNOWN[name]
                self._faults.add(known.match, action=known.action, times=known.times)
            case "DELETE", ("faults",):
                self._faults.clear()
            case "POST", ("keys", "add"):
                return {"key": self._state.keys.add(_name(request), _text(request, "orgId"))}
            case "POST", ("keys", what):
                return self._change_key(what, _name(request))
            case "POST", ("outage",):
                self._outage(_seconds(request))
            case "GET", ("log",):
                return self._state.log()
            case "GET", ("webhooks",):
                return self._webhooks.log()
            case "POST", ("webhooks",):
                self._webhooks.set(_text(request, "orgId"), _webhook(_body(request)))
            case "POST", ("reset",):
                self._reset()
            case "POST", ("hubs", hub_id):
                self._state.set_hub(hub_id, _body(request))
            case _:
                raise refusal(404, "Not Found", "No such control")
        return {"success": True}

    def _change_key(self, what: str, name: str) -> Json:
        keys = self._state.keys
        match what:
            case "revoke":
                keys.revoke(name)
            case "restore":
                keys.restore(name)
            case "rotate":
                return {"key": keys.rotate(name)}
            case _:
                raise refusal(404, "Not Found", "No such control")
        return {"success": True}

    def _add_fault(self, body: dict[str, Any]) -> None:
        if unknown := set(body) - {"match", "times", "action"}:
            raise ValueError(f"unknown fields: {', '.join(sorted(unknown))}")
        match, action = body.get("match") or {}, body.get("action")
        if not isinstance(match, dict) or not isinstance(action, dict):
            raise ValueError("match and action are objects")
        self._faults.add(match, action=action, times=body.get("times"))


def _is_from_here(request: Request) -> bool:
    """Whether the names in the request are this machine's.

    A browser takes orders from any page: it says whose (Origin), and which name the page called
    this machine by (Host). Other clients need say neither.
    """
    origin, host = (request.headers.get(name) for name in ("origin", "host"))
    return all(_is_loopback(address) for address in (origin, host and f"http://{host}") if address)


def _is_loopback(address: str) -> bool:
    try:
        name = urlsplit(address).hostname or ""
    except ValueError:
        return False
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"


def _body(request: Request) -> dict[str, Any]:
    body = bodies.parse(request.body)
    if not isinstance(body, dict):
        raise ValueError("the body is a JSON object")
    return body


def _name(request: Request) -> str:
    return _text(request, "key")


def _text(request: Request, field: str) -> str:
    text = _body(request).get(field)
    if not isinstance(text, str) or not text:
        raise ValueError(f"{field} is a text")
    return text


def _webhook(body: dict[str, Any]) -> Webhook | None:
    """Return what organisations are told by, None for an address that is null."""
    given = {name: value for name, value in body.items() if name != "orgId"}
    if given.get("url") is None:
        return None
    return Webhook(**given)


def _seconds(request: Request) -> float:
    seconds = _body(request).get("seconds")
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise ValueError("seconds is a number")
    if not 0 < seconds <= LONGEST_OUTAGE:
        raise ValueError(f"an outage lasts at most {LONGEST_OUTAGE:.0f} seconds")
    return float(seconds)
