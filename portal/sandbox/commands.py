"""The hub commands: what they change, and when the API refuses them.

Each command takes the state, the key that sent it, the hub's id and the validated body, and
returns the answer. It raises Refusal where the API refuses.
"""

from collections.abc import Callable, Mapping

from portal.sandbox.exchange import Answer, Json, json_answer, refusal
from portal.sandbox.keys import ApiKey
from portal.sandbox.state import SandboxHub, SandboxState, milliseconds

type Command = Callable[[SandboxState, ApiKey, str, Json], Answer]


def find(state: SandboxState, hub_id: str) -> SandboxHub:
    """The hub with the id `hub_id`; raises Refusal (404) when there is none."""
    hub = state.hubs.get(hub_id)
    if hub is None:
        raise refusal(404, "Not Found", f"Hub {hub_id[:64]} not found")
    return hub


def check_visible(key: ApiKey, hub: SandboxHub) -> None:
    """Refuse whatever concerns a hub that is hidden from the organisation of this key."""
    if hub.is_hidden:
        _check_own(key, hub.org_id)


def check_claim(state: SandboxState, key: ApiKey, hub_id: str, body: Json) -> None:
    """Refuse a claim that cannot be accepted now; a hub that plays offline counts the call."""
    org_id = body.get("orgId", key.org_id)
    if org_id != key.org_id and not key.is_super:
        raise refusal(403, "Forbidden", "orgId does not match the organisation of the API key")
    with state.lock:
        hub = find(state, hub_id)
        check_visible(key, hub)
        if hub.status == "Claimed":
            raise refusal(400, "Bad Request", "Hub is already claimed")
        if hub.status != "Provisioned":
            raise refusal(400, "Bad Request", f"Hub is not provisioned: its status is {hub.status}")
        _check_connected(state, hub)


def claim(state: SandboxState, key: ApiKey, hub_id: str, body: Json) -> Answer:
    """ClaimHub: bind a provisioned hub to an organisation and a site."""
    with state.lock:
        check_claim(state, key, hub_id, body)
        hub, now = find(state, hub_id), state.clock()
        hub.status, hub.claimed_at = "Claimed", now
        hub.org_id, hub.site_id = body.get("orgId", key.org_id), body["siteId"]
        if hub.online_from is None:
            hub.online_from = now + state.online_delay
        data = {
            "hubId": hub_id,
            "orgId": hub.org_id,
            "siteId": hub.site_id,
            "claimedBy": body["userId"],
            "claimedAt": milliseconds(now),
        }
        return _accept(state, key, hub, "HubClaimed", data)


def reclaim(state: SandboxState, key: ApiKey, hub_id: str, body: Json) -> Answer:
    """ReClaimHub: move a claimed hub to another site or, with a super key, organisation."""
    with state.lock:
        hub, now = find(state, hub_id), state.clock()
        _check_claimed(hub)
        _check_own(key, hub.org_id)
        _check_own(key, body["newOrgId"])
        _check_connected(state, hub)
        data = {
            "hubId": hub_id,
            "previousOrgId": hub.org_id,
            "previousSiteId": hub.site_id,
            "newOrgId": body["newOrgId"],
            "newSiteId": body["newSiteId"],
            "reclaimedBy": body["userId"],
            "reason": body["reason"],
            "reclaimedAt": milliseconds(now),
        }
        hub.org_id, hub.site_id, hub.claimed_at = body["newOrgId"], body["newSiteId"], now
        return _accept(state, key, hub, "HubReClaimed", data)


def set_role(state: SandboxState, key: ApiKey, hub_id: str, body: Json) -> Answer:
    """SetHubRole: make a claimed hub the primary one, or a secondary one."""
    with state.lock:
        hub = find(state, hub_id)
        _check_claimed(hub)
        _check_own(key, hub.org_id)
        _check_connected(state, hub)
        hub.is_primary = body["isPrimary"]
        data = {
            "hubId": hub_id,
            "isPrimary": hub.is_primary,
            "setBy": body["userId"],
            "setAt": milliseconds(state.clock()),
        }
        return _accept(state, key, hub, "HubRoleSet", data)


def suspend(state: SandboxState, key: ApiKey, hub_id: str, body: Json) -> Answer:
    """SuspendHub: take a hub out of use."""
    with state.lock:
        hub = find(state, hub_id)
        if hub.status in ("Suspended", "Decommissioned"):
            raise refusal(400, "Bad Request", f"Hub is already {hub.status.lower()}")
        _check_own(key, hub.org_id)
        _check_connected(state, hub)
        hub.status = "Suspended"
        data = {
            "hubId": hub_id,
            "reason": body["reason"],
            "suspendedBy": body["userId"],
            "suspendedAt": milliseconds(state.clock()),
        }
        return _accept(state, key, hub, "HubSuspended", data)


def forward(state: SandboxState, key: ApiKey, hub_id: str, body: Json) -> Answer:
    """SendHubCommand: accepted for the device, which answers later, and elsewhere."""
    return _forward(state, key, hub_id, str(body["command"]), body.get("args") or {})


def commission(state: SandboxState, key: ApiKey, hub_id: str, body: Json) -> Answer:
    """CommissionDevice: accepted for the device, as a command is."""
    return _forward(state, key, hub_id, "CommissionDevice", {"code": body["commissioningCode"]})


def _forward(state: SandboxState, key: ApiKey, hub_id: str, command: str, args: Json) -> Answer:
    """Accept a command; that of a hub which is not connected waits until it is."""
    with state.lock:
        hub = find(state, hub_id)
        _check_own(key, hub.org_id)
        state.accept_command(hub, command, args, key.name)
        return _answer(hub, None)


def provision(state: SandboxState, key: ApiKey, hub_id: str, body: Json) -> Answer:
    """ProvisionHub: make a manufactured hub known; 200 with no event when it is known already."""
    with state.lock:
        if known := state.hubs.get(hub_id):
            return _answer(known, None)
        now = state.clock()
        thing = body.get("thingName", hub_id)
        hub = SandboxHub(hub_id, body["serial"], body["model"], thing, now, version=0)
        state.hubs[hub_id] = hub
        data = {"hubId": hub_id, "serial": hub.serial, "model": hub.model, "thingName": thing}
        if "vendorName" in body:
            data["vendorName"] = body["vendorName"]
        data["provisionedAt"] = milliseconds(now)
        return _accept(state, key, hub, "HubProvisioned", data, status=201)


BY_NAME: Mapping[str, Command] = {
    "ClaimHub": claim,
    "ReClaimHub": reclaim,
    "SetHubRole": set_role,
    "SuspendHub": suspend,
    "SendHubCommand": forward,
    "CommissionDevice": commission,
    "ProvisionHub": provision,
}


# Those that are about a hub of one's own, which a magic hub may answer as it likes.
OF_OWN_HUBS = frozenset(BY_NAME) - {"ClaimHub", "ProvisionHub"}


def check_own(state: SandboxState, key: ApiKey, hub_id: str) -> None:
    """Refuse whatever concerns a hub that is not this key's organisation's."""
    with state.lock:
        _check_own(key, find(state, hub_id).org_id)


def _check_claimed(hub: SandboxHub) -> None:
    if hub.status != "Claimed":
        raise refusal(400, "Bad Request", "Hub is not claimed")


def _check_own(key: ApiKey, org_id: str) -> None:
    if key.org_id != org_id and not key.is_super:
        raise refusal(403, "Forbidden", "The API key belongs to another organisation")


def _check_connected(state: SandboxState, hub: SandboxHub) -> None:
    now = state.clock()
    if hub.connected(now) is False:
        hub.note_call(now)
        raise refusal(
            502, "Bad Gateway", "Hub offline: the hub is not currently connected to the network"
        )


def _accept(
    state: SandboxState, key: ApiKey, hub: SandboxHub, event: str, data: Json, *, status: int = 200
) -> Answer:
    state.record(hub, event, data, key.name)
    return _answer(hub, {"type": event, "data": data}, status)


def _answer(hub: SandboxHub, event: Json | None, status: int = 200) -> Answer:
    document = {"success": True, "aggregateId": hub.hub_id, "version": hub.version, "event": event}
    return json_answer(status, document)
