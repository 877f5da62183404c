"""What SpKey posts to a webhook: of an event's envelope, as much as a hint takes.

The devices' wanted state may hold what they were told in confidence: it is dropped while the text
is read, and stands in no object. Source of names: the vendor's pages on webhooks, an EventBridge
envelope. Names are read whatever their case; what is not known is no fault.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, NoReturn

from portal.spkey import fields
from portal.spkey.fields import Undocumented

SHADOW_UPDATE: Final = "Shadow Update"
OF_HUBS: Final = (
    "HubClaimed",
    "HubReClaimed",
    "HubRoleSet",
    "HubSuspended",
    "HubDecommissioned",
    "MatterDeviceCreated",
    SHADOW_UPDATE,
)
"""The events that say something of a hub which an organisation may have."""

_BY_NAME: Final = {name.casefold(): name for name in OF_HUBS}
_DROPPED: Final = frozenset({"desiredstate", "deltastate"})
# Where an event names organisations beside the one that it is stamped with.
_ORGANISATIONS: Final = ("orgId", "newOrgId", "previousOrgId")
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_LARGEST_VERSION: Final = 2**53


@dataclass(frozen=True, slots=True)
class Hint:
    """Something may have happened to a hub: reason to read it, and no proof of anything.

    event_id       the same for each copy of a delivery
    type           one of OF_HUBS, or as it was sent
    hub_id         as it was sent, a UUID; "" where it names no hub
    aggregate      whose changes `version` counts
    version        None where the event has none
    happened_at    by SpKey's clock; None where it does not say
    organisations  those that the event is stamped with or names
    """

    event_id: str
    type: str
    hub_id: str
    aggregate: str
    version: int | None
    happened_at: datetime | None
    organisations: frozenset[str]

    @property
    def is_of_hub(self) -> bool:
        """Whether the hub is to be read."""
        return self.type in OF_HUBS and bool(self.hub_id)

    @classmethod
    def from_body(cls, body: bytes) -> "Hint":
        """Read a delivery's body. Raises Undocumented for what is no event."""
        try:
            document = json.loads(
                body.decode("utf-8"), object_pairs_hook=_kept, parse_constant=_no_constant
            )
        except (ValueError, RecursionError):
            raise Undocumented("the body is not JSON") from None
        envelope = fields.json_object(document, "body")
        detail = fields.json_object(envelope.get("detail"), "detail")
        sent = fields.text(envelope, "detail-type")
        event_id = fields.text(envelope, "id")
        if not event_id:
            raise Undocumented("id is empty")
        kind = _BY_NAME.get(sent.strip().casefold(), sent)
        hub_id = _hub_id(kind, detail)
        return cls(
            event_id=event_id,
            type=kind,
            hub_id=hub_id,
            aggregate=_aggregate(kind, detail),
            version=_version(detail),
            happened_at=_moment(envelope, detail),
            organisations=_organisations(detail),
        )


def _kept(pairs: list[tuple[str, object]]) -> dict[str, object]:
    return {name: value for name, value in pairs if name.casefold() not in _DROPPED}


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _hub_id(kind: str, detail: Mapping[str, object]) -> str:
    """Return the id of the hub that the event is about, "" where it names none."""
    data = _data(detail)
    named = [data.get("hubId"), detail.get("hubId")]
    if kind == SHADOW_UPDATE:
        named.append(detail.get("thingName"))
    if _text(detail, "aggregateType").casefold() == "hub":
        named.append(detail.get("aggregateId"))
    ids = (each for each in named if isinstance(each, str) and _UUID.fullmatch(each))
    return next(ids, "")


def _aggregate(kind: str, detail: Mapping[str, object]) -> str:
    if kind == SHADOW_UPDATE:
        return f"shadow {_text(detail, 'thingName')}".lower()
    return f"{_text(detail, 'aggregateType')} {_text(detail, 'aggregateId')}".lower()


def _data(detail: Mapping[str, object]) -> Mapping[str, object]:
    data = detail.get("data")
    return data if isinstance(data, dict) else {}


def _text(answer: Mapping[str, object], name: str) -> str:
    try:
        return fields.text(answer, name)
    except Undocumented:
        return ""


def _version(detail: Mapping[str, object]) -> int | None:
    version = detail.get("version")
    if isinstance(version, bool) or not isinstance(version, int):
        return None
    return version if 0 <= version <= _LARGEST_VERSION else None


def _moment(envelope: Mapping[str, object], detail: Mapping[str, object]) -> datetime | None:
    try:
        return fields.moment(detail, "timestamp")
    except Undocumented:
        return _iso(_text(envelope, "time"))


def _iso(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _organisations(detail: Mapping[str, object]) -> frozenset[str]:
    data = _data(detail)
    named = {_text(detail, "partnerId"), *(_text(data, name) for name in _ORGANISATIONS)}
    return frozenset(named - {""})
