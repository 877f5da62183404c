"""What a command made happen: the `event` of an answer, typed.

Source of names and types: the vendor's OpenAPI document. Hub ids are given in lower case;
times are aware datetimes in UTC.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from portal.spkey import fields


@dataclass(frozen=True, slots=True)
class ClaimedEvent:
    """HubClaimed: the hub is now bound to this organisation and site."""

    hub_id: str
    org_id: str
    site_id: str
    claimed_by: str
    claimed_at: datetime

    @classmethod
    def from_json(cls, data: object) -> "ClaimedEvent":
        """Read the event's `data`; raises Undocumented."""
        answer = fields.json_object(data, "event.data")
        return cls(
            hub_id=fields.text(answer, "hubId").lower(),
            org_id=fields.text(answer, "orgId"),
            site_id=fields.text(answer, "siteId"),
            claimed_by=fields.text(answer, "claimedBy"),
            claimed_at=fields.moment(answer, "claimedAt"),
        )


@dataclass(frozen=True, slots=True)
class ReClaimedEvent:
    """HubReClaimed: the hub has moved from one organisation and site to another."""

    hub_id: str
    previous_org_id: str
    previous_site_id: str
    new_org_id: str
    new_site_id: str
    reclaimed_by: str
    reason: str
    reclaimed_at: datetime

    @classmethod
    def from_json(cls, data: object) -> "ReClaimedEvent":
        """Read the event's `data`; raises Undocumented."""
        answer = fields.json_object(data, "event.data")
        return cls(
            hub_id=fields.text(answer, "hubId").lower(),
            previous_org_id=fields.text(answer, "previousOrgId"),
            previous_site_id=fields.text(answer, "previousSiteId"),
            new_org_id=fields.text(answer, "newOrgId"),
            new_site_id=fields.text(answer, "newSiteId"),
            reclaimed_by=fields.text(answer, "reclaimedBy"),
            reason=fields.prose(answer, "reason"),
            reclaimed_at=fields.moment(answer, "reclaimedAt"),
        )


@dataclass(frozen=True, slots=True)
class RoleSetEvent:
    """HubRoleSet: the hub is now its site's primary hub, or no longer."""

    hub_id: str
    is_primary: bool
    set_by: str
    set_at: datetime

    @classmethod
    def from_json(cls, data: object) -> "RoleSetEvent":
        """Read the event's `data`; raises Undocumented."""
        answer = fields.json_object(data, "event.data")
        return cls(
            hub_id=fields.text(answer, "hubId").lower(),
            is_primary=fields.flag(answer, "isPrimary"),
            set_by=fields.text(answer, "setBy"),
            set_at=fields.moment(answer, "setAt"),
        )


@dataclass(frozen=True, slots=True)
class SuspendedEvent:
    """HubSuspended: the hub is out of service."""

    hub_id: str
    reason: str
    suspended_by: str
    suspended_at: datetime

    @classmethod
    def from_json(cls, data: object) -> "SuspendedEvent":
        """Read the event's `data`; raises Undocumented."""
        answer = fields.json_object(data, "event.data")
        return cls(
            hub_id=fields.text(answer, "hubId").lower(),
            reason=fields.prose(answer, "reason"),
            suspended_by=fields.text(answer, "suspendedBy"),
            suspended_at=fields.moment(answer, "suspendedAt"),
        )


type EventData = ClaimedEvent | ReClaimedEvent | RoleSetEvent | SuspendedEvent

_EVENT_READERS: dict[str, Callable[[object], EventData]] = {
    "HubClaimed": ClaimedEvent.from_json,
    "HubReClaimed": ReClaimedEvent.from_json,
    "HubRoleSet": RoleSetEvent.from_json,
    "HubSuspended": SuspendedEvent.from_json,
}


@dataclass(frozen=True, slots=True)
class Event:
    """What a command made happen. `data` is None for a type of event that we do not know."""

    type: str
    data: EventData | None

    @classmethod
    def from_json(cls, data: object) -> "Event":
        """Read `{"type", "data"}`; raises Undocumented, also when a known event lacks a field."""
        answer = fields.json_object(data, "event")
        kind = fields.text(answer, "type")
        content = fields.json_object(answer.get("data"), "event.data")
        reader = _EVENT_READERS.get(kind)
        return cls(type=kind, data=reader(content) if reader else None)
