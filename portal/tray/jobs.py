"""What a device is told of jobs: those of today, their places, and how far they are."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.utils import timezone

from portal.claims.models import ACTIVE, IN_PLACE, SUCCEEDED, Claim, Reason, State
from portal.hubs.models import Hub
from portal.jobs import finding, rights
from portal.jobs.models import ExpectedHub, Job, JobMember
from portal.orgs.models import Membership
from portal.tray.schema import Awaited, Place, Progress, Row

# What a tablet can hold, and somebody look through.
MOST_JOBS: Final = 50
MOST_PLACES: Final = 500
MOST_AWAITED: Final = 3


def todays(member: Membership) -> dict[Job, bool]:
    """Return the jobs on which the member may work today, and whether each names them.

    Their own come first, and what ends before what goes on.
    """
    named = JobMember.objects.filter(job=OuterRef("pk"), membership=member)
    jobs = Job.objects.of(member).open_on(timezone.localdate())
    here = jobs.filter(site__in=rights.sites_to_claim_at(member)).annotate(own=Exists(named))
    found = here.order_by("-own", "ends_on", "number").prefetch_related("members")[:MOST_JOBS]
    return {
        job: any(each.membership_id == member.pk for each in job.members.all()) for job in found
    }


def of_rows(member: Membership, rows: Iterable[Row]) -> list[Job]:
    """Return the jobs that rows name, as far as the member sees them."""
    wanted = {row.job_id for row in rows if row.job_id}
    return list(Job.objects.of(member).filter(pk__in=wanted)) if wanted else []


def progress_of(jobs: Collection[Job]) -> dict[UUID, Progress]:
    """Return how far each of the jobs is, by their ids."""
    claims = _claims_by_job(jobs)
    lists = finding.lists_of(jobs)
    return {job.pk: _progress(job, claims[job.pk], lists.get(job.pk, ())) for job in jobs}


def places_of(jobs: Collection[Job]) -> dict[UUID, tuple[Place, ...]]:
    """Return the places at which each of the jobs expects hubs, by the ids of the jobs."""
    claims, lists = _claims_by_job(jobs), finding.lists_of(jobs)
    return {job.pk: _places(lists.get(job.pk, []), _placed(claims[job.pk])) for job in jobs}


def _places(listed: list[ExpectedHub], hubs: finding.Hubs) -> tuple[Place, ...]:
    """Return the places of a list, each with the hub that is there, be it another than listed."""
    others = {place.casefold(): hub_id for hub_id, place in hubs.items() if place}
    found = finding.found(listed, hubs)
    lines = list(zip(listed, found, strict=True))[:MOST_PLACES]
    return tuple(
        Place(
            name=each.place,
            hub_id=each.hub_id,
            taken_by=hub or (others.get(each.place.casefold()) if each.hub_id else None),
        )
        for each, hub in lines
    )


def _placed(claims: Iterable[Claim]) -> dict[UUID, str]:
    return finding.placed((claim.hub.hub_id, claim.place) for claim in claims)


def _claims_by_job(jobs: Collection[Job]) -> defaultdict[UUID, list[Claim]]:
    """Return the claims of each job that go on or have succeeded, oldest first."""
    counted = Claim.objects.filter(IN_PLACE, job__in=jobs, state__in=(*ACTIVE, *SUCCEEDED))
    by_job: defaultdict[UUID, list[Claim]] = defaultdict(list)
    for claim in counted.select_related("hub").order_by("created_at", "id"):
        if claim.job_id:
            by_job[claim.job_id].append(claim)
    return by_job


def _progress(job: Job, claims: Sequence[Claim], listed: Collection[ExpectedHub]) -> Progress:
    succeeded = {claim.hub.pk: claim.hub for claim in claims if claim.state in SUCCEEDED}
    ours = {key: hub for key, hub in succeeded.items() if not _is_gone(hub)}
    going_on = {claim.hub.pk: claim for claim in claims if not claim.is_final}
    held_up = [claim for claim in going_on.values() if _is_held_up(claim)]
    waiting = [claim.hub for claim in going_on.values() if _waits_there(claim)]
    online = [hub for hub in ours.values() if _is_online(hub)]
    awaited = [hub for hub in ours.values() if not _is_online(hub)]
    awaited += [hub for hub in waiting if hub.pk not in ours]
    times = [moment for claim in claims for moment in (claim.created_at, claim.finished_at)]
    begun = _placed(claims)
    known = sorted(moment for moment in times if moment)
    return Progress(
        job=job.pk,
        claimed=len(ours),
        online=len(online),
        under_way=len(going_on) - len(held_up) - len(waiting),
        held_up=len(held_up) + len(succeeded) - len(ours),
        offline=len(awaited),
        to_release=sum(claim.waits_for_release for claim in held_up),
        missing=finding.missing(job.expected_count, listed, begun),
        unlisted=_unlisted(job, listed, begun, ours.values()),
        unlisted_online=_unlisted(job, listed, begun, online),
        awaited=tuple(
            Awaited(hub_id=hub.hub_id, last_seen=iso(hub.last_seen))
            for hub in awaited[:MOST_AWAITED]
        ),
        since=iso(known[0]) if known else "",
        until=iso(known[-1]) if known else "",
    )


def _unlisted(
    job: Job, listed: Collection[ExpectedHub], begun: finding.Hubs, some: Iterable[Hub]
) -> int:
    return finding.unlisted(job.expected_count, listed, begun, [hub.hub_id for hub in some])


def _is_held_up(claim: Claim) -> bool:
    """Whether the claim waits for what nobody on site can change."""
    is_stuck = claim.state in {State.BLOCKED, State.REVIEW} or claim.reason == Reason.UNREACHABLE
    return is_stuck and not _waits_there(claim)


def _waits_there(claim: Claim) -> bool:
    """Whether the claim waits for a hub without power or cable, and for nobody's word before."""
    return claim.hub.online is False and not claim.waits_for_release


def _is_gone(hub: Hub) -> bool:
    """Whether the hub, claimed once, is not the organisation's any more: nobody there can help."""
    return hub.binding in {Hub.Binding.FREE, Hub.Binding.OTHER, Hub.Binding.MISSING}


def _is_online(hub: Hub) -> bool:
    return bool(hub.online) and hub.binding == Hub.Binding.OURS


def iso(moment: datetime | None) -> str:
    """Return a moment as devices read it, "" for none."""
    return moment.isoformat(timespec="seconds") if moment else ""
