"""Every way in which the sandbox is told to fail, by name: whom it meets, and what happens."""

from email.utils import formatdate
from typing import Any

SEND = {"path_contains": "ClaimHub"}
READ = {"path_contains": "/status"}
LOOKUP = {"path_contains": "by-email"}

# A gateway gives up at this status, and what it passed on takes effect so much later (seconds).
GIVEN_UP = 504
LATER = 40.0

PAGE = "<html><body>Bad Gateway</body></html>"
FIELDS = '{"error": "Bad Request", "code": 400, "details": [{"field": "siteId", "message": "No"}]}'
NO_EVENT = '{"success": true, "aggregateId": "0", "version": 2}'

SIDE_EFFECTS = '{"success": false, "error": "SideEffectError", "aggregateId": "0", "version": 2}'
UNKNOWN_FIELD = '{"success": false, "errors": [{"code": 7001, "path": ["body", "siteId"]}]}'
BROKEN_RULE = '{"success": false, "__ceves": {"name": "BusinessRuleViolationError"}}'

ANY_CALL: dict[str, dict[str, Any]] = {
    "answer lost": {"drop": "before"},
    "reset": {"reset": "before"},
    "reset in mid body": {"reset": "mid_body"},
    "500": {"status": 500},
    "503 of a gateway": {"status": 503, "body": ""},
    "503 while it is deployed": {"status": 503, "headers": {"Retry-After": "2"}},
    "503 for a day": {"status": 503, "headers": {"Retry-After": "86400"}},
    "502 in HTML": {"status": 502, "body": PAGE},
    "502, hub offline": {"status": 502},
    "junk in a 200": {"status": 200, "body": "{ junk"},
    "401": {"status": 401},
    "403": {"status": 403},
    "403 of a gateway": {"status": 403, "body": PAGE},
    "404": {"status": 404},
    "404 of a gateway": {"status": 404, "body": PAGE},
    "429": {"status": 429},
    "429 with seconds": {"status": 429, "headers": {"Retry-After": "7"}},
    "429 with a day": {"status": 429, "headers": {"Retry-After": "86400"}},
    "429 with nonsense": {"status": 429, "headers": {"Retry-After": "soon"}},
    "429 with a date": {"status": 429, "headers": {"Retry-After": "a date"}},
    "redirect": {"redirect": "http://127.0.0.1:9/elsewhere"},
}
SEND_ONLY: dict[str, dict[str, Any]] = {
    "answer lost after the effect": {"drop": "after"},
    "reset after the effect": {"reset": "after"},
    "500 after the effect": {"status": 500, "effect": True},
    "502 in HTML after the effect": {"status": 502, "body": PAGE, "effect": True},
    "502, hub offline, after the effect": {"status": 502, "effect": True},
    "junk in a 200 after the effect": {"status": 200, "body": "{ junk", "effect": True},
    "200 without event": {"status": 200, "body": NO_EVENT, "effect": True},
    "200 without event or effect": {"status": 200, "body": NO_EVENT},
    "500, side effects failed": {"status": 500, "body": SIDE_EFFECTS, "effect": True},
    "503 after the effect": {"status": 503, "headers": {"Retry-After": "2"}, "effect": True},
    "400 by validation": {"status": 400, "body": UNKNOWN_FIELD},
    "400 by name": {"status": 400, "body": BROKEN_RULE},
    "400": {"status": 400},
    "400 after the effect": {"status": 400, "effect": True},
    "400 with details": {"status": 400, "body": FIELDS},
    "400 with details after the effect": {"status": 400, "body": FIELDS, "effect": True},
    "401 after the effect": {"status": 401, "effect": True},
    "403 after the effect": {"status": 403, "effect": True},
    "404 after the effect": {"status": 404, "effect": True},
    "409": {"status": 409},
    "409 after the effect": {"status": 409, "effect": True},
    "429 after the effect": {"status": 429, "effect": True},
    "redirect after the effect": {"redirect": "http://127.0.0.1:9/", "effect": True},
    "more than anybody reads": {"oversize": 1_100_000, "effect": True},
    "effect long after the answer": {"status": GIVEN_UP, "body": ""},
}

FAULTS: dict[str, tuple[dict[str, str], dict[str, Any]]] = {
    **{f"send: {name}": (SEND, action) for name, action in (ANY_CALL | SEND_ONLY).items()},
    **{f"read: {name}": (READ, action) for name, action in ANY_CALL.items()},
    **{f"lookup: {name}": (LOOKUP, action) for name, action in ANY_CALL.items()},
}


def action_of(name: str, now: float) -> dict[str, Any]:
    """Return the fault's action; a date in it is a minute after `now` (epoch seconds)."""
    action = FAULTS[name][1]
    if action.get("headers", {}).get("Retry-After") != "a date":
        return action
    return action | {"headers": {"Retry-After": formatdate(now + 60, usegmt=True)}}
