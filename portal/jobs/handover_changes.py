"""What has changed since a handover: its frozen rows beside the hubs as they are now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from portal.hubs.models import SUSPENDED, Hub
from portal.jobs.models import Handover, HandoverHub


class Change(StrEnum):
    """What has become of a hub since."""

    LEFT = "left"
    REPLACED = "replaced"
    MOVED = "moved"
    SUSPENDED = "suspended"
    CLAIMED = "claimed"
    OFFLINE = "offline"
    ONLINE = "online"
    PLACE = "place"
    FIRMWARE = "firmware"


@dataclass(frozen=True, slots=True)
class Changed:
    """One change of one hub: `now` is the site, place, firmware or hub that it has now."""

    row: HandoverHub
    change: Change
    now: str = ""
    since: datetime | None = None


def changes_of(handover: Handover, rows: Sequence[HandoverHub]) -> list[Changed]:
    """Return what is different now, in the order of the rows: three queries, whatever there is."""
    known = {row.hub_id for row in rows if row.hub_id}
    hubs = {hub.hub_id: hub for hub in handover.organisation.hubs.filter(hub_id__in=known)}
    sites = dict(handover.organisation.sites.values_list("spkey_site_id", "name"))
    pairs = [(row, hubs[row.hub_id]) for row in rows if row.hub_id in hubs]
    places = {row.place for row, hub in pairs if row.place and _has_left(row, hub)}
    standing = {
        hub.place: str(hub.hub_id)
        for hub in handover.organisation.hubs.filter(
            binding=Hub.Binding.OURS, spkey_site_id=handover.spkey_site_id, place__in=places
        )
    }
    found: list[Changed] = []
    for row, hub in pairs:
        if _has_left(row, hub):
            other = standing.get(row.place, "")
            found.append(Changed(row, Change.REPLACED if other else Change.LEFT, other))
        elif hub.binding == Hub.Binding.OURS and not _was_ours_before(handover, row, hub):
            found += _of_ours(handover, row, hub, sites)
    return found


def _has_left(row: HandoverHub, hub: Hub) -> bool:
    was_ours = row.state == HandoverHub.State.CLAIMED
    return was_ours and hub.binding in {Hub.Binding.FREE, Hub.Binding.OTHER, Hub.Binding.MISSING}


def _was_ours_before(handover: Handover, row: HandoverHub, hub: Hub) -> bool:
    """Whether a hub that the job did not claim was ours at that time: it is no news."""
    was_claimed = row.state == HandoverHub.State.CLAIMED
    return not was_claimed and hub.claimed_at is not None and hub.claimed_at <= handover.created_at


def _of_ours(
    handover: Handover, row: HandoverHub, hub: Hub, sites: dict[str, str]
) -> list[Changed]:
    """Return what is different about a hub that is the organisation's now."""
    found = []
    if hub.spkey_site_id and hub.spkey_site_id != handover.spkey_site_id:
        site = sites.get(hub.spkey_site_id, hub.spkey_site_id)
        found.append(Changed(row, Change.MOVED, site))
    if row.state != HandoverHub.State.CLAIMED:
        found.append(Changed(row, Change.CLAIMED, since=hub.claimed_at))
    elif hub.status == SUSPENDED:
        found.append(Changed(row, Change.SUSPENDED))
    if row.online and hub.online is False:
        found.append(Changed(row, Change.OFFLINE, since=hub.last_seen))
    elif hub.online and not row.online:
        found.append(Changed(row, Change.ONLINE))
    if row.place and hub.place and hub.place != row.place:
        found.append(Changed(row, Change.PLACE, hub.place))
    if row.firmware and hub.firmware and hub.firmware != row.firmware:
        found.append(Changed(row, Change.FIRMWARE, hub.firmware))
    return found
