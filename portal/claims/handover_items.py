"""What a job hands over: of each hub the claim that counts, in the order of the expected list."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from portal.claims.job_progress import begun_hubs
from portal.claims.models import ACTIVE, IN_PLACE, SUCCEEDED, Claim, State
from portal.hubs.models import Hub
from portal.hubs.photos import album
from portal.jobs import finding
from portal.jobs.handover import Item, Standing
from portal.jobs.models import Handover, HandoverHub, Job

_MISSING = HandoverHub.State.MISSING


def standing_of(job: Job) -> Standing:
    """Return how far the job is now. What the crew has stopped itself is left out."""
    claims = _that_count(job)
    by_hub = {claim.hub.hub_id: claim for claim in claims}
    photos = _photos_of(claims)
    listed = list(job.expected_hubs.order_by("position"))
    hubs = finding.found(listed, _by_place(job, claims))
    items = [
        replace(_item(by_hub[hub_id], photos[hub_id], each.place), is_listed=True)
        if hub_id
        else Item(_MISSING, place=each.place, hub_id=each.hub_id, is_listed=True)
        for each, hub_id in zip(listed, hubs, strict=True)
    ]
    beside = [
        _item(claim, photos[hub_id]) for hub_id, claim in by_hub.items() if hub_id not in hubs
    ]
    return Standing([*items, *beside], job.expected_count)


def _by_place(job: Job, claims: Iterable[Claim]) -> finding.Hubs:
    """Return the places of the hubs; what is begun comes before what was refused."""
    begun = begun_hubs([job.pk]).get(job.pk, {})
    others = {claim.hub.hub_id: claim.place for claim in claims if claim.hub.hub_id not in begun}
    return {**begun, **others}


def claimed_since(handover: Handover, known: Iterable[UUID]) -> list[Claim]:
    """Return the job's claims that succeeded for other hubs than those known to be claimed."""
    claims = Claim.objects.filter(IN_PLACE, job=handover.job_id, state__in=SUCCEEDED).with_details()
    new = claims.exclude(hub__hub_id__in=list(known)).order_by("claimed_at", "id")
    return list({claim.hub_id: claim for claim in new}.values())


def _that_count(job: Job) -> list[Claim]:
    """Return of each hub one claim: one that succeeded, else the newest; in order of their making.

    One that somebody stopped counts for nothing.
    """
    claims = Claim.objects.filter(IN_PLACE, job=job).exclude(state=State.CANCELLED).with_details()
    chosen: dict[UUID, Claim] = {}
    for claim in claims.order_by("created_at", "id"):
        standing = chosen.get(claim.hub_id)
        if standing is None or claim.state in SUCCEEDED or standing.state not in SUCCEEDED:
            chosen[claim.hub_id] = claim
    return list(chosen.values())


def _photos_of(claims: Iterable[Claim]) -> Mapping[UUID, list[UUID]]:
    found: dict[UUID, list[UUID]] = defaultdict(list)
    photos = album.photos_of([claim.hub for claim in claims])
    for hub_id, photo in photos.values_list("hub__hub_id", "pk"):
        found[hub_id].append(photo)
    return found


def _item(claim: Claim, photos: Sequence[UUID], place: str = "") -> Item:
    hub, is_claimed = claim.hub, claim.state in SUCCEEDED
    is_ours = hub.binding == Hub.Binding.OURS
    return Item(
        state=_state(claim),
        place=claim.place or place or hub.place,
        hub_id=hub.hub_id,
        model=hub.model,
        serial=hub.serial,
        firmware=hub.firmware,
        online=hub.online if is_claimed and is_ours else None,
        last_seen=hub.last_seen if is_claimed and is_ours else None,
        claimed_by=claim.submitted_by.display_name if is_claimed else "",
        claimed_at=claim.claimed_at or claim.finished_at if is_claimed else None,
        photos=photos if is_ours else (),
    )


def _state(claim: Claim) -> HandoverHub.State:
    if claim.state in SUCCEEDED:
        return HandoverHub.State.CLAIMED
    return HandoverHub.State.UNDER_WAY if claim.state in ACTIVE else HandoverHub.State.REFUSED
