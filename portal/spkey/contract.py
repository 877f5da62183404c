"""What the client knows of the API's OpenAPI document, and what of it it relies on.

Written down so that another document can be compared with it: see `drift`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from portal.spkey.records import HUB_STATUSES


@dataclass(frozen=True, slots=True)
class Known:
    """A field of an answer, or of what is sent.

    `relied`: an answer without it cannot be used, or every call sends it. `values`: all that are
    known, where there are few.
    """

    type: str
    relied: bool = True
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Call:
    """One call: what is sent, what an answer of 200 holds, and which statuses are known.

    Names within others are joined by dots. `relied` are the statuses whose meaning the portal
    relies on.
    """

    method: str
    path: str
    answer: Mapping[str, Known]
    body: Mapping[str, Known] = field(default_factory=dict)
    query: Mapping[str, Known] = field(default_factory=dict)
    statuses: tuple[str, ...] = ("200", "400", "404", "502")
    relied: tuple[str, ...] = ("200",)

    def __str__(self) -> str:
        return f"{self.method.upper()} {self.path}"


_TEXT: Final = Known("string")
_TIME: Final = Known("number")
_FLAG: Final = Known("boolean")


def _command(
    name: str,
    body: Mapping[str, Known],
    event: str = "",
    data: Mapping[str, Known] | None = None,
    relied: tuple[str, ...] = ("200",),
) -> Call:
    answer = {"success": _FLAG, "aggregateId": _TEXT, "version": _TIME}
    answer["event"] = Known("object" if event else "null", relied=False)
    if event:
        answer["event.type"] = Known("string", values=(event,))
        answer["event.data"] = Known("object")
        answer |= {f"event.data.{each}": known for each, known in (data or {}).items()}
    body = {"hubId": _TEXT, **body}
    return Call("post", f"/hubs/{{id}}/{name}", answer, body=body, relied=relied)


CALLS: Final = (
    Call(
        "get",
        "/hubs/{id}/status",
        {
            "hubId": _TEXT,
            "serial": _TEXT,
            "model": _TEXT,
            "thingName": _TEXT,
            "status": Known("string", values=HUB_STATUSES),
            "orgId": _TEXT,
            "siteId": _TEXT,
            "isPrimary": _FLAG,
            "provisionedAt": _TIME,
            "claimedAt": _TIME,
            "online": Known("boolean", relied=False),
            "lastSeen": Known("number", relied=False),
            "version": Known("string", relied=False),
            "uptimeSeconds": Known("number", relied=False),
        },
        statuses=("200", "404"),
        relied=("200", "404"),
    ),
    _command(
        "ClaimHub",
        {"siteId": _TEXT, "userId": _TEXT, "orgId": Known("string", relied=False)},
        "HubClaimed",
        {
            "hubId": _TEXT,
            "orgId": _TEXT,
            "siteId": _TEXT,
            "claimedBy": _TEXT,
            "claimedAt": _TIME,
        },
        relied=("200", "400", "404", "502"),
    ),
    _command(
        "ReClaimHub",
        {"newOrgId": _TEXT, "newSiteId": _TEXT, "reason": _TEXT, "userId": _TEXT},
        "HubReClaimed",
        {
            "hubId": _TEXT,
            "previousOrgId": _TEXT,
            "previousSiteId": _TEXT,
            "newOrgId": _TEXT,
            "newSiteId": _TEXT,
            "reclaimedBy": _TEXT,
            "reason": _TEXT,
            "reclaimedAt": _TIME,
        },
    ),
    _command(
        "SetHubRole",
        {"isPrimary": _FLAG, "userId": _TEXT},
        "HubRoleSet",
        {"hubId": _TEXT, "isPrimary": _FLAG, "setBy": _TEXT, "setAt": _TIME},
    ),
    _command(
        "SuspendHub",
        {"reason": _TEXT, "userId": _TEXT},
        "HubSuspended",
        {"hubId": _TEXT, "reason": _TEXT, "suspendedBy": _TEXT, "suspendedAt": _TIME},
    ),
    _command("SendHubCommand", {"command": _TEXT, "args": Known("object", relied=False)}),
    _command("CommissionDevice", {"commissioningCode": _TEXT}),
    Call(
        "get",
        "/users/by-email",
        {"uuid": _TEXT, "email": _TEXT, "created_at": _TEXT},
        query={"email": _TEXT, "searchOnly": Known("string", values=("true", "false"))},
        statuses=("200", "400", "404", "409", "500", "503"),
        relied=("200", "404"),
    ),
)
NOT_CALLED: Final = ("post /hubs/{}/ProvisionHub", "get /users/{}/profile")
"""Of the API's calls, those that are known and that the client does not make."""

QUERY_NOT_SENT: Final = ("uuid",)

SECURITY: Final = {("apiKey", "header", "x-api-key"), ("http", "bearer", "")}
"""How the client proves who it is: a key in a header, or a token."""
