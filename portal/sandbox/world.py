"""What every sandbox knows from its first second: organisations, keys, users and hubs.

Everything is deterministic, so that tests, demo data, labels and the docs agree without asking
a running sandbox.
"""

import hashlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from portal.sandbox import shapes
from portal.sandbox.acted_on import ACTED_ON, ActedOn

DEFAULT_SEED = 1
HUB_COUNT = 200
FIRMWARE = "1.4.2"

ACME_ORG_ID = "acme-properties"
HARBOUR_ORG_ID = "harbour-living"
SUPPORT_ORG_ID = "spkey-support"
OTHER_ORG_ID = "someone-else"

KEY_LENGTH = 40


def key_text(name: str) -> str:
    """The sandbox key called `name`: 40 ASCII letters and digits, and plainly no real key."""
    return f"sandbox{name}".ljust(KEY_LENGTH, "0")[:KEY_LENGTH]


def token_text(name: str) -> str:
    """The bearer token of the sandbox's key called `name`: three parts, and plainly no real one."""
    return f"sandbox.{name}.token"


ACME_KEY = key_text("Acme")
HARBOUR_KEY = key_text("Harbour")
SUPPORT_KEY = key_text("Support")
REVOKED_KEY = key_text("Revoked")

_PEOPLE = uuid.uuid5(uuid.NAMESPACE_DNS, "people.sandbox.example")


def user_id(email: str) -> str:
    """The SpKey user id (UUID text) of `email` in the sandbox; letter case does not matter."""
    return str(uuid.uuid5(_PEOPLE, email.lower()))


USERS: Mapping[str, str] = {
    email: user_id(email)
    for email in (
        "admin@acme.example",
        "installer@acme.example",
        "admin@harbour.example",
        "installer@harbour.example",
        "agent@support.example",
    )
}
"""E-mail address -> SpKey user id."""

_MODELS = ("SK-Hub One", "SK-Hub One PoE", "SK-Hub Pro")


def hub_id(n: int, seed: int = DEFAULT_SEED) -> str:
    """The id (lower-case UUID text) of hub `n`, 0 to HUB_COUNT - 1, in the world of `seed`."""
    digest = hashlib.sha256(f"sandbox hub {n} of world {seed}".encode()).digest()
    return str(uuid.UUID(bytes=digest[:16], version=4))


def serial(hub: str) -> str:
    """The serial number printed on the hub with the id `hub`, such as `SK-7F03-91A2`."""
    digest = hashlib.sha256(hub.encode()).hexdigest().upper()
    return f"SK-{digest[:4]}-{digest[4:8]}"


def model(hub: str) -> str:
    """The model name of the hub with the id `hub`."""
    return _MODELS[hashlib.sha256(hub.encode()).digest()[-1] % len(_MODELS)]


@dataclass(frozen=True, slots=True)
class MagicHub:
    """A hub that always misbehaves in the same way.

    `id` is UUID text; `title` and `what_it_does` are for people. The rest says how the hub starts
    (`is_hidden`: other organisations' keys are answered with 403, also to a read; `offline_calls`
    counts status reads and claims together; None means for ever) and what happens to the first
    `claim_times` claims that would be accepted (None: to all), and to `command_times` of the other
    commands of the organisation's own, in the words of `portal.sandbox.faults.Action`. After such
    a command the hub is changed as `then` says, behind the API's back, and `then_read` happens to
    the next read of its status.
    """

    id: str
    title: str
    what_it_does: str
    exists: bool = True
    status: str = "Provisioned"
    org_id: str = ""
    site_id: str = ""
    is_hidden: bool = False
    offline_calls: int | None = 0
    on_claim: Mapping[str, Any] = field(default_factory=dict)
    claim_times: int | None = None
    on_command: Mapping[str, Any] = field(default_factory=dict)
    command_times: int | None = None
    then: Mapping[str, str] = field(default_factory=dict)
    then_read: Mapping[str, Any] = field(default_factory=dict)


def _accepted(hub: str, **more: object) -> str:
    return json.dumps({"success": True, "aggregateId": hub, "version": 2, **more})


OFFLINE_CALLS = 3
SLOW_SECONDS = 8.0
_EVENT_NULL = "e4e47000-0000-4000-8000-00000000e0e0"
_SIDE_EFFECTS = "51de0000-0000-4000-8000-000000000500"
_EVENT_MISSING = "e4e47000-0000-4000-8000-00000000e0e1"

ACTED_ON_AT = "harbour-house"


def _ours(hub: ActedOn) -> MagicHub:
    """A hub of Acme's, whose commands misbehave."""
    return MagicHub(
        f"ac700000-0000-4000-8000-{hub.number:012d}",
        hub.title,
        f"belongs to {ACME_ORG_ID} at the site `{ACTED_ON_AT}`; {hub.what_it_does}",
        status="Claimed",
        org_id=ACME_ORG_ID,
        site_id=ACTED_ON_AT,
        on_command=hub.on_command,
        command_times=hub.times,
        then=hub.then,
        then_read=hub.then_read,
    )


MAGIC: Mapping[str, MagicHub] = {
    "capitals": MagicHub(
        "CAFE0000-0000-4000-8000-00000000CA95",
        "In capitals",
        "was provisioned with capitals in its id, and is known by no other spelling",
    ),
    "offline_at_first": MagicHub(
        "0ff11e00-0000-4000-8000-000000000003",
        "Offline at first",
        f"offline for the first {OFFLINE_CALLS} calls (reads and claims together), then online",
        offline_calls=OFFLINE_CALLS,
    ),
    "offline": MagicHub(
        "0ff11e00-0000-4000-8000-00000000ffff",
        "Offline for ever",
        "its status says offline, a claim is answered with the API's own 502",
        offline_calls=None,
    ),
    "unknown": MagicHub(
        "40400000-0000-4000-8000-000000000404",
        "Unknown",
        "404: there is no such hub",
        exists=False,
    ),
    "claimed_elsewhere": MagicHub(
        "c1a1ed00-0000-4000-8000-00000000e15e",
        "Claimed elsewhere",
        "belongs to another organisation; a claim is refused with 400",
        status="Claimed",
        org_id=OTHER_ORG_ID,
        site_id="their-site",
    ),
    "hidden": MagicHub(
        "e15e0000-0000-4000-8000-000000000403",
        "Hidden",
        "belongs to another organisation; its status and a claim are answered with 403",
        status="Claimed",
        org_id=OTHER_ORG_ID,
        site_id="their-site",
        is_hidden=True,
    ),
    "other_site": MagicHub(
        "c1a1ed00-0000-4000-8000-0000000051fe",
        "Yours, at another site",
        f"belongs to {ACME_ORG_ID} at the site `other-site`; a claim is refused with 400",
        status="Claimed",
        org_id=ACME_ORG_ID,
        site_id="other-site",
    ),
    "suspended": MagicHub(
        "dead0000-0000-4000-8000-00000000500d",
        "Suspended",
        "its status is Suspended; a claim is refused with 400",
        status="Suspended",
    ),
    "decommissioned": MagicHub(
        "dead0000-0000-4000-8000-00000000dec0",
        "Decommissioned",
        "its status is Decommissioned; a claim is refused with 400",
        status="Decommissioned",
    ),
    "rate_limited": MagicHub(
        "42900000-0000-4000-8000-000000000429",
        "Rate-limited",
        "the first 2 claims are answered with 429 and `Retry-After: 2`, then it is claimed",
        on_claim={
            "status": 429,
            "headers": {"Retry-After": "2"},
            "body": shapes.flat("Too Many Requests", "Rate limit exceeded"),
        },
        claim_times=2,
    ),
    "server_error": MagicHub(
        "50000000-0000-4000-8000-000000000500",
        "Server error",
        "every claim is answered with 500 and has no effect; its status can be read",
        on_claim={
            "status": 500,
            "body": shapes.flat("Internal Server Error", "Something went wrong"),
        },
    ),
    "side_effects": MagicHub(
        _SIDE_EFFECTS,
        "Side effects failed",
        "the claim takes effect; the answer is 500 `SideEffectError`",
        on_claim={
            "status": 500,
            "body": json.dumps(
                {
                    "success": False,
                    "error": "SideEffectError",
                    "message": "Event applied but side effects failed",
                    "aggregateId": _SIDE_EFFECTS,
                    "version": 2,
                }
            ),
            "effect": True,
        },
    ),
    "restarting": MagicHub(
        "50300000-0000-4000-8000-000000000503",
        "Restarting",
        "the first 2 claims are answered with 503 and `Retry-After: 2`, then it is claimed",
        on_claim={"status": 503, "headers": {"Retry-After": "2"}, "body": ""},
        claim_times=2,
    ),
    "invalid": MagicHub(
        "40000000-0000-4000-8000-000000000400",
        "Invalid",
        "every claim is refused with 400: its field `siteId` does not validate",
        on_claim={"status": 400, "body": shapes.validation("Unknown site", "body", "siteId")},
    ),
    "competing": MagicHub(
        "40900000-0000-4000-8000-000000000409",
        "Changed by somebody else",
        "the first 2 claims are answered with 409 `VersionConflictError`, then it is claimed",
        on_claim={
            "status": 409,
            "headers": shapes.NAMED,
            "body": shapes.named("VersionConflictError", 409, "Expected version 1"),
        },
        claim_times=2,
    ),
    "html_502": MagicHub(
        "50200000-0000-4000-8000-000000000502",
        "Gateway error",
        "the first 2 claims are answered by a gateway with an HTML 502, then it is claimed",
        on_claim={"status": 502, "body": shapes.GATEWAY_PAGE},
        claim_times=2,
    ),
    "slow": MagicHub(
        "510e0000-0000-4000-8000-000000000008",
        "Slow",
        f"a claim takes {SLOW_SECONDS:.0f} seconds and succeeds",
        on_claim={"latency": SLOW_SECONDS},
    ),
    "answer_lost": MagicHub(
        "10570000-0000-4000-8000-000000001057",
        "Answer lost",
        "the first claim takes effect, but the connection closes without an answer",
        on_claim={"drop": "after"},
        claim_times=1,
    ),
    "malformed": MagicHub(
        "bad50000-0000-4000-8000-000000000200",
        "Malformed answer",
        "the claim takes effect; the answer is 200 with half a JSON document",
        on_claim={"status": 200, "body": '{"success": true, "aggregateId": "bad5', "effect": True},
    ),
    "event_null": MagicHub(
        _EVENT_NULL,
        "No event (null)",
        "the claim takes effect; the answer is 200 with `event` null",
        on_claim={"status": 200, "body": _accepted(_EVENT_NULL, event=None), "effect": True},
    ),
    "event_missing": MagicHub(
        _EVENT_MISSING,
        "No event (missing)",
        "the claim takes effect; the answer is 200 without `event`",
        on_claim={"status": 200, "body": _accepted(_EVENT_MISSING), "effect": True},
    ),
    "forbidden": MagicHub(
        "40300000-0000-4000-8000-000000000403",
        "Forbidden",
        "every claim is answered with 403; its status can be read",
        on_claim={
            "status": 403,
            "body": shapes.flat("Forbidden", "This key may not claim this hub"),
        },
    ),
    **{name: _ours(hub) for name, hub in ACTED_ON.items()},
}
"""Name -> magic hub. The table in docs/sandbox.md is made from it by `portal.sandbox.table`."""
