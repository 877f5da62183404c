"""The API's answers as typed, frozen records.

Each record's `from_json` takes decoded JSON, ignores fields it does not know, and raises
Undocumented where a required field is missing or a known one is not of its documented type.
Source of names and types: the vendor's OpenAPI document. Hub ids are given in lower case;
times are aware datetimes in UTC.
"""

from dataclasses import dataclass
from datetime import datetime

from portal.spkey import fields
from portal.spkey.events import Event
from portal.spkey.fields import Undocumented

HUB_STATUSES = ("Provisioned", "Claimed", "Suspended", "Decommissioned")


@dataclass(frozen=True, slots=True)
class AnswerMeta:
    """Facts about the call itself.

    `reference` is the answer's CF-Ray header, `duration` is in seconds, `request_id` is our own id.
    """

    http_status: int
    reference: str | None
    duration: float
    request_id: str


@dataclass(frozen=True, slots=True)
class HubStatus:
    """GET /hubs/{id}/status. `firmware` is the JSON's `version`.

    `online` None means unknown, not offline. An unclaimed hub has empty `org_id` and `site_id`,
    and `claimed_at` None.
    """

    hub_id: str
    serial: str
    model: str
    thing_name: str
    status: str
    org_id: str
    site_id: str
    is_primary: bool
    provisioned_at: datetime | None
    claimed_at: datetime | None
    online: bool | None
    last_seen: datetime | None
    firmware: str | None
    uptime_seconds: int | None
    meta: AnswerMeta

    @classmethod
    def from_json(cls, data: object, meta: AnswerMeta) -> "HubStatus":
        """Read a decoded answer; raises Undocumented, also for a status not in HUB_STATUSES."""
        answer = fields.json_object(data, "answer")
        status = fields.text(answer, "status")
        if status not in HUB_STATUSES:
            raise Undocumented("status is none of the documented ones")
        return cls(
            hub_id=fields.text(answer, "hubId").lower(),
            serial=fields.text(answer, "serial"),
            model=fields.text(answer, "model"),
            thing_name=fields.text(answer, "thingName"),
            status=status,
            org_id=fields.text(answer, "orgId"),
            site_id=fields.text(answer, "siteId"),
            is_primary=fields.flag(answer, "isPrimary"),
            provisioned_at=fields.moment_or_never(answer, "provisionedAt"),
            claimed_at=fields.moment_or_never(answer, "claimedAt"),
            online=fields.optional(fields.flag, answer, "online"),
            last_seen=fields.optional(fields.moment_or_never, answer, "lastSeen"),
            firmware=fields.optional(fields.text, answer, "version"),
            uptime_seconds=fields.optional(fields.count_or_nothing, answer, "uptimeSeconds"),
            meta=meta,
        )


@dataclass(frozen=True, slots=True)
class CommandAnswer:
    """The API accepted a command; `version` is the aggregate's.

    `event` None: nothing in the answer proves what the command did.
    """

    aggregate_id: str
    version: int
    event: Event | None
    meta: AnswerMeta

    @classmethod
    def from_json(cls, data: object, meta: AnswerMeta) -> "CommandAnswer":
        """Read a decoded answer; a missing `event` is a null one. Raises Undocumented."""
        answer = fields.json_object(data, "answer")
        if not fields.flag(answer, "success"):
            raise Undocumented("success is false in an answer that says 200")
        event = answer.get("event")
        return cls(
            aggregate_id=fields.text(answer, "aggregateId"),
            version=fields.whole_number(answer, "version"),
            event=None if event is None else Event.from_json(event),
            meta=meta,
        )


@dataclass(frozen=True, slots=True)
class SpkeyUser:
    """GET /users/by-email. `created_at` is the API's own text, ISO 8601 in its example."""

    uuid: str
    email: str
    created_at: str
    meta: AnswerMeta

    @classmethod
    def from_json(cls, data: object, meta: AnswerMeta) -> "SpkeyUser":
        """Read a decoded user answer; raises Undocumented."""
        answer = fields.json_object(data, "answer")
        return cls(
            uuid=fields.text(answer, "uuid"),
            email=fields.text(answer, "email"),
            created_at=fields.text(answer, "created_at"),
            meta=meta,
        )
