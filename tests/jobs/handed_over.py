"""Jobs with hubs that were claimed for them, and what is left of them when they are complete."""

from datetime import timedelta
from uuid import UUID, uuid4

from django.utils import timezone

from portal.claims import handover_items
from portal.claims.models import Claim
from portal.hubs.models import Hub
from portal.jobs import handover
from portal.jobs.models import ExpectedHub, Handover, Job

LONGEST_FIRMWARE = "v4.12.0-rc2"


def job_at(site, *people, number=7, **fields) -> Job:
    """A job of this week."""
    today = timezone.localdate()
    job = Job.objects.create(
        organisation=site.organisation,
        site=site,
        number=number,
        reference="4711",
        starts_on=today,
        ends_on=today + timedelta(days=6),
        **fields,
    )
    job.people.add(*people)
    return job


def expects(job: Job, *places: str) -> None:
    ExpectedHub.objects.bulk_create(
        ExpectedHub(job=job, position=position, place=place)
        for position, place in enumerate(places, start=1)
    )
    Job.objects.filter(pk=job.pk).update(expected_count=len(places))
    job.refresh_from_db()


def claim_hubs(
    job: Job, user, count: int = 1, *, online=True, state="claimed", places=()
) -> list[Claim]:
    """Claims of so many fresh hubs for the job, in that state."""
    now = timezone.now()
    hubs = Hub.objects.bulk_create(
        Hub(
            organisation=job.organisation,
            hub_id=uuid4(),
            binding="ours" if state == "claimed" else "free",
            spkey_site_id=job.site.spkey_site_id if state == "claimed" else "",
            model="SPK-HUB-2",
            serial=f"SPK2{n:08d}",
            firmware=LONGEST_FIRMWARE,
            online=online,
            last_seen=now - timedelta(minutes=3),
        )
        for n in range(count)
    )
    is_over = state not in {"queued", "sending"}
    return Claim.objects.bulk_create(
        Claim(
            organisation=job.organisation,
            hub=hub,
            hub_id_text=str(hub.hub_id),
            site=job.site,
            spkey_site_id=job.site.spkey_site_id,
            submitted_by=user,
            job=job,
            place=places[n] if n < len(places) else "",
            submission=uuid4(),
            state=state,
            claimed_at=now if state == "claimed" else None,
            finished_at=now if is_over else None,
            created_at=now + timedelta(milliseconds=n),
        )
        for n, hub in enumerate(hubs)
    )


def complete(job: Job, actor, explanation: str = "") -> Handover:
    """Complete the job as a page does."""
    done, _ = handover.complete(job, handover_items.standing_of(job), actor, explanation)
    return done


def ids(handover_: Handover) -> set[UUID]:
    return {row.hub_id for row in handover_.hubs.all()}
