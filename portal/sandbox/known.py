"""Faults with a name: every shape of an answer that the portal tells apart, and every broken one.

`POST /_control/faults/NAME` lets one happen.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from portal.sandbox import shapes
from portal.sandbox.shapes import NAMED

# The hub that a check of a key asks after: there is none with this id.
NO_HUB = "00000000-0000-0000-0000-000000000000"
CLAIM = {"method": "POST", "path_contains": "/ClaimHub"}
READ = {"method": "GET", "path_contains": "/status"}
COMMAND = {"method": "POST", "path_contains": "/SendHubCommand"}
MOVE = {"method": "POST", "path_contains": "/ReClaimHub"}
CHECK = {"method": "GET", "hub_id": NO_HUB}
_OFFLINE = shapes.flat("Bad Gateway", "Hub offline: the hub is not connected")
_NOT_PASSED_ON = shapes.flat("Bad Gateway", "Could not be passed on")
_LIMITED = shapes.flat("Too Many Requests", "Rate limit exceeded")
_REFUSED = shapes.flat("Unauthorized", "Missing or invalid authentication credentials")
_FOREIGN = shapes.flat("Forbidden", "The API key belongs to another organisation")
_SIDE_EFFECTS = shapes.flat("SideEffectError", "Event applied but side effects failed")


@dataclass(frozen=True, slots=True)
class KnownFault:
    """A fault, and in `what_it_does` what people read of it; the rest is as for `Faults.add`."""

    what_it_does: str
    match: Mapping[str, Any]
    action: Mapping[str, Any] = field(default_factory=dict)
    times: int | None = 1


def _named(name: str, status: int) -> KnownFault:
    action = {"status": status, "body": shapes.named(name, status, "Refused"), "headers": NAMED}
    return KnownFault(f"the next claim is answered with {status} `{name}`", CLAIM, action)


def _claim(what: str, **action: Any) -> KnownFault:
    return KnownFault(f"the next claim {what}", CLAIM, action)


def _read(what: str, **action: Any) -> KnownFault:
    return KnownFault(f"the next read of a status {what}", READ, action)


def _way(way: str, what: str) -> KnownFault:
    action = {"status": 401, "body": _REFUSED}
    return KnownFault(
        f"{what} is answered with 401, until faults are cleared", {"way": way}, action, None
    )


KNOWN: Mapping[str, KnownFault] = {
    "aggregate-not-found": _named("AggregateNotFoundError", 404),
    "business-rule-violation": _named("BusinessRuleViolationError", 400),
    "command-validation": _named("CommandValidationError", 400),
    "unauthorized": _named("UnauthorizedError", 401),
    "forbidden": _named("ForbiddenError", 403),
    "version-conflict": _named("VersionConflictError", 409),
    "side-effects": _claim(
        "takes effect, and is answered with 500 `SideEffectError`",
        status=500,
        body=_SIDE_EFFECTS,
        effect=True,
    ),
    "validation": _claim(
        "is answered with 400: its field `siteId` does not validate",
        status=400,
        body=shapes.validation("Unknown site", "body", "siteId"),
    ),
    "validation-without-field": _claim(
        "is answered with 400: it does not validate, and no field is named",
        status=400,
        body=shapes.validation("Invalid input"),
    ),
    "details": _claim(
        "is answered with 400 and `details` of its field `siteId`",
        status=400,
        body=shapes.detailed("siteId", "Unknown site"),
    ),
    "refused": _claim(
        "is answered with 400 in the usual shape, which proves nothing",
        status=400,
        body=shapes.flat("Bad Request", "Hub is already claimed"),
    ),
    "hub-offline": _claim(
        "is answered with the API's own 502: the hub is offline", status=502, body=_OFFLINE
    ),
    "gateway-error": _claim(
        "is answered by a gateway with an HTML 502", status=502, body=shapes.GATEWAY_PAGE
    ),
    "claim-rate-limited": _claim(
        "is answered with 429 and `Retry-After: 30`",
        status=429,
        body=_LIMITED,
        headers={"Retry-After": "30"},
    ),
    "claim-restarting": _claim(
        "is answered with 503 and `Retry-After: 2`",
        status=503,
        body="",
        headers={"Retry-After": "2"},
    ),
    "read-not-found": _read(
        "is answered with 404 in a list", status=404, body=shapes.listed(404, "Hub not found")
    ),
    "read-forbidden": _read("is answered with 403", status=403, body=_FOREIGN),
    "read-refused": _read("is answered with 401", status=401, body=_REFUSED),
    "read-not-passed-on": _read(
        "is answered with the API's own 502, which says nothing of the hub",
        status=502,
        body=_NOT_PASSED_ON,
    ),
    "read-restarting": _read(
        "is answered with 503 and `Retry-After: 2`",
        status=503,
        body="",
        headers={"Retry-After": "2"},
    ),
    "check-rate-limited": KnownFault(
        "the next check of a key is answered with 429 and `Retry-After: 30`",
        CHECK,
        {"status": 429, "body": _LIMITED, "headers": {"Retry-After": "30"}},
    ),
    "command-not-passed-on": KnownFault(
        "the next SendHubCommand is answered with 502: it could not be passed on",
        COMMAND,
        {"status": 502, "body": _NOT_PASSED_ON},
    ),
    "move-side-effects": KnownFault(
        "the next move takes effect, and is answered with 500 `SideEffectError`",
        MOVE,
        {"status": 500, "body": _SIDE_EFFECTS, "effect": True},
    ),
    "move-lost": KnownFault(
        "the next move takes effect, and the connection closes without an answer",
        MOVE,
        {"drop": "after"},
    ),
    "key-alone-refused": _way("key", "what comes with the key alone"),
    "token-alone-refused": _way("token", "what comes with the token alone"),
    "both-refused": _way("both", "what comes with key and token together"),
    "slow": _claim("takes 8 seconds and succeeds", latency=8),
    "hang": _claim("takes effect, and is never answered", hang=60, effect=True),
    "drop": _claim("ends with the connection closed, without effect", drop="before"),
    "reset": _claim("takes effect, and its answer breaks off in the middle", reset="mid_body"),
    "drip": _claim("takes effect, and its answer drips at 5 bytes a second", drip=5),
    "oversize": _claim("takes effect, and its answer has 5 MB", oversize=5_000_000, effect=True),
    "redirect": _claim(
        "is answered with a redirection, which nobody must follow",
        redirect="https://elsewhere.example/",
    ),
    "malformed": _claim(
        "takes effect, and is answered with half a JSON document",
        status=200,
        body='{"success": true, "aggregateId": "bad5',
        effect=True,
    ),
}
"""Name -> fault. The second table in docs/sandbox.md is made from it by `portal.sandbox.table`."""
