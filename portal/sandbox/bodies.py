"""The bodies of the hub commands: which fields they have, and what is wrong with one."""

import json
import re
from collections.abc import Callable, Iterator, Mapping

from portal.sandbox.exchange import Json, invalid

type Check = Callable[[object], str | None]

_COMMISSIONING_CODE = re.compile(r"[0-9]{11}|[0-9]{21}|MT:.+")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def _text(value: object) -> str | None:
    return None if isinstance(value, str) else "Expected string"


def _filled(value: object) -> str | None:
    return None if isinstance(value, str) and value else "Expected a string of at least 1 character"


def _flag(value: object) -> str | None:
    return None if isinstance(value, bool) else "Expected boolean"


def _mapping(value: object) -> str | None:
    return None if isinstance(value, dict) else "Expected object"


def _code(value: object) -> str | None:
    if isinstance(value, str) and _COMMISSIONING_CODE.fullmatch(value):
        return None
    return "Expected 11 or 21 digits, or MT:<code>"


# Commands whose arguments are no secret.
OPEN_COMMANDS = frozenset({"get_nodes", "server_info"})
HIDDEN = "[hidden]"

_OPTIONAL = frozenset({"orgId", "args", "thingName", "vendorName"})
_FIELDS: Mapping[str, Mapping[str, Check]] = {
    "ClaimHub": {"hubId": _text, "orgId": _text, "siteId": _text, "userId": _text},
    "ReClaimHub": {
        "hubId": _text,
        "newOrgId": _text,
        "newSiteId": _text,
        "reason": _filled,
        "userId": _text,
    },
    "SetHubRole": {"hubId": _text, "isPrimary": _flag, "userId": _text},
    "SuspendHub": {"hubId": _text, "reason": _filled, "userId": _text},
    "SendHubCommand": {"hubId": _text, "command": _filled, "args": _mapping},
    "CommissionDevice": {"hubId": _text, "commissioningCode": _code},
    "ProvisionHub": {
        "hubId": _text,
        "serial": _filled,
        "model": _filled,
        "thingName": _text,
        "vendorName": _text,
    },
}
COMMANDS = frozenset(_FIELDS)


def is_uuid(text: str) -> bool:
    """Whether `text` is a UUID of any version, in any case, and nothing besides."""
    return _UUID.fullmatch(text) is not None


def parse(raw: bytes) -> object:
    """The JSON value in `raw`; raises ValueError when there is none.

    NaN is none, and neither is nesting without end.
    """
    try:
        return json.loads(raw, parse_constant=_no_constant)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def hidden(body: object, name: str) -> object:
    """A body that is to be written down, without the value of `name`, whatever that is."""
    if not isinstance(body, dict):
        return HIDDEN
    value = body.get(name)
    shown = dict.fromkeys(value, HIDDEN) if isinstance(value, dict) else HIDDEN
    return body | {name: shown} if name in body else body


def read(command: str, hub_id: str, raw: bytes) -> Json:
    """The body of `command` for the hub that the path names.

    Raises Refusal (400) for one that does not validate.
    """
    try:
        body = parse(raw)
    except ValueError:
        raise invalid([("body", "Malformed JSON")]) from None
    if not isinstance(body, dict):
        raise invalid([("body", "Expected object")])
    if problems := list(_problems(command, hub_id, body)):
        raise invalid(problems)
    return body


def _problems(command: str, hub_id: str, body: Json) -> Iterator[tuple[str, str]]:
    for name, check in _FIELDS[command].items():
        if name not in body:
            if name not in _OPTIONAL:
                yield name, "Required"
        elif message := check(body[name]):
            yield name, message
    sent = body.get("hubId")
    if isinstance(sent, str) and sent != hub_id:
        yield "hubId", "Does not match the id in the path"
    if command != "ClaimHub" and not is_uuid(hub_id):
        yield "id", "Expected a UUID"


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")
