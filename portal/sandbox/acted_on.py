"""The magic hubs of an organisation's own: what becomes of a command to each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from portal.sandbox import shapes

SLOW_SECONDS: Final = 8.0
SILENT_SECONDS: Final = 60.0
_EACH = "(move, role, suspension, command, commissioning)"
_FIRST = f"the first command to it {_EACH}"
_LOST: Final = {"drop": "after"}


@dataclass(frozen=True, slots=True)
class ActedOn:
    """A hub and what happens to the first `times` commands (None: to all), as `MagicHub` has it.

    `number` ends its id.
    """

    number: int
    title: str
    what_it_does: str
    on_command: Mapping[str, Any] = field(default_factory=dict)
    times: int | None = 1
    then: Mapping[str, str] = field(default_factory=dict)
    then_read: Mapping[str, Any] = field(default_factory=dict)


ACTED_ON: Final[Mapping[str, ActedOn]] = {
    "ours": ActedOn(200, "Yours", "does what it is told"),
    "ours_side_effects": ActedOn(
        500,
        "Yours, side effects failed",
        f"{_FIRST} takes effect; the answer is 500 `SideEffectError`",
        {
            "status": 500,
            "body": shapes.flat("SideEffectError", "Event applied but side effects failed"),
            "effect": True,
        },
    ),
    "ours_answer_lost": ActedOn(
        1057,
        "Yours, answer lost",
        f"{_FIRST} takes effect, but the connection closes without an answer",
        _LOST,
    ),
    "ours_gateway": ActedOn(
        5020,
        "Yours, gateway error",
        f"{_FIRST} takes effect; a gateway answers with an HTML 502",
        {"status": 502, "body": shapes.GATEWAY_PAGE, "effect": True},
    ),
    "ours_slow": ActedOn(
        8,
        "Yours, slow",
        f"every command takes {SLOW_SECONDS:.0f} seconds and succeeds",
        {"latency": SLOW_SECONDS},
        None,
    ),
    "ours_never_answered": ActedOn(
        60,
        "Yours, never answered",
        f"{_FIRST} takes effect, and is never answered",
        {"hang": SILENT_SECONDS, "effect": True},
    ),
    "ours_never_done": ActedOn(
        2000,
        "Yours, never done",
        "every command is answered with 200, and has no effect",
        {"status": 200, "body": '{"success": true, "aggregateId": "", "version": 2}'},
        None,
    ),
    "ours_offline_at_first": ActedOn(
        5021,
        "Yours, offline at first",
        f"{_FIRST} is answered with the API's own 502, the hub is offline; the next is done",
        {
            "status": 502,
            "body": shapes.flat("Bad Gateway", "Hub offline: the hub is not connected"),
        },
    ),
    "ours_not_passed_on": ActedOn(
        502,
        "Yours, not passed on",
        "every command is answered with 502: it could not be passed on",
        {"status": 502, "body": shapes.flat("Bad Gateway", "Could not be passed on")},
        None,
    ),
    "ours_restarting": ActedOn(
        503,
        "Yours, restarting",
        f"{_FIRST} is answered with 503 and `Retry-After: 2`, without effect",
        {
            "status": 503,
            "headers": {"Retry-After": "2"},
            "body": shapes.flat("Service Unavailable", "Restarting"),
        },
    ),
    "ours_rate_limited": ActedOn(
        429,
        "Yours, rate-limited",
        f"{_FIRST} is answered with 429 and `Retry-After: 2`",
        {
            "status": 429,
            "headers": {"Retry-After": "2"},
            "body": shapes.flat("Too Many Requests", "Rate limit exceeded"),
        },
    ),
    "ours_competing": ActedOn(
        409,
        "Yours, changed by somebody else",
        f"{_FIRST} is answered with 409 `VersionConflictError`",
        {
            "status": 409,
            "headers": shapes.NAMED,
            "body": shapes.named("VersionConflictError", 409, "Expected version 2"),
        },
    ),
    "ours_refused": ActedOn(
        400,
        "Yours, refused",
        "every command is refused with 400",
        {"status": 400, "body": shapes.flat("Bad Request", "Business rule violated")},
        None,
    ),
    "ours_forbidden": ActedOn(
        403,
        "Yours, forbidden",
        "every command is answered with 403; its status can be read",
        {"status": 403, "body": shapes.flat("Forbidden", "This key may not do that")},
        None,
    ),
    "ours_missing": ActedOn(
        404,
        "Yours, not found",
        "every command is answered with 404; its status can be read",
        {"status": 404, "body": shapes.flat("Not Found", "Hub not found")},
        None,
    ),
    "ours_missing_once": ActedOn(
        4040,
        "Yours, not found in between",
        f"{_FIRST} takes effect, but the connection closes without an answer, and the next read of "
        "its status is answered with 404",
        _LOST,
        then_read={"status": 404, "body": shapes.listed(404, "Hub not found")},
    ),
    "ours_handed_over": ActedOn(
        7000,
        "Yours, handed over in between",
        f"{_FIRST} takes effect, but the connection closes without an answer, and from then on it "
        "belongs to another organisation",
        _LOST,
        then={"orgId": "someone-else", "siteId": "their-site"},
    ),
}
"""Name -> hub. They are among `portal.sandbox.world.MAGIC`."""
