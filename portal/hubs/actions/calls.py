"""Sending an action: the one call of its kind."""

from dataclasses import replace
from typing import Any

from portal import spkey
from portal.hubs import calls
from portal.hubs.actions.confidential import FIELDS, Confidential
from portal.hubs.actions.models import HubAction, Kind

Sent = calls.Sent[object]


def body_of(action: HubAction, user_id: str) -> dict[str, Any]:
    """Return what is sent and may be written down.

    The organisation that a hub is moved to is the action's own: nobody can ask for another.
    """
    match action.kind:
        case Kind.MOVE | Kind.RECLAIM:
            return {
                "new_org_id": action.organisation.spkey_org_id,
                "new_site_id": action.spkey_site_id,
                "reason": action.because or "moved to another site",
                "user_id": user_id,
            }
        case Kind.ROLE:
            return {"is_primary": bool(action.make_primary), "user_id": user_id}
        case Kind.SUSPEND:
            return {"reason": action.because, "user_id": user_id}
        case Kind.COMMAND:
            return {"command": action.command}
    return {}


def send(
    client: spkey.Client,
    action: HubAction,
    body: dict[str, Any],
    confidential: Confidential | None,
) -> Sent:
    """Send the action, once. Never raises an API error."""
    hub_id = action.hub.spkey_id
    more = dict(confidential.reveal()) if confidential else {}

    def call() -> spkey.CommandAnswer:
        match action.kind:
            case Kind.MOVE | Kind.RECLAIM:
                return client.reclaim_hub(hub_id, **body)
            case Kind.ROLE:
                return client.set_hub_role(hub_id, **body)
            case Kind.SUSPEND:
                return client.suspend_hub(hub_id, **body)
            case Kind.COMMISSION:
                return client.commission_device(hub_id, commissioning_code=more["code"])
        return client.send_hub_command(hub_id, **body, args=more)

    sent: Sent = calls.sent(call, None)
    # Of a hub that is another's, SpKey's words may name whose.
    is_silent = action.is_confidential or action.by_support
    return _without_echo(sent) if is_silent else sent


def without_words(reading: calls.Reading) -> calls.Reading:
    """Return the read without SpKey's own words, which may name whose hub it is."""
    return replace(reading, record=replace(reading.record, message=""))


def _without_echo(sent: Sent) -> Sent:
    """Return the ending without the API's own words, which may repeat what was sent."""
    fields = tuple((field, "") for field, _ in sent.problems if field in FIELDS)
    return replace(sent, record=replace(sent.record, message=""), problems=fields)
