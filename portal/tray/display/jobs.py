"""The jobs of a device's person, as the device is told of them."""

from django.urls import reverse

from portal.jobs import handover
from portal.jobs.models import Job
from portal.orgs.models import Membership
from portal.tray import jobs, schema


def of(member: Membership) -> tuple[schema.Job, ...]:
    """Return the jobs on which the member may work today."""
    todays = jobs.todays(member)
    places, progress = jobs.places_of(todays.keys()), jobs.progress_of(todays.keys())
    return tuple(
        schema.Job(
            id=job.pk,
            number=job.number,
            own=own,
            site=job.site_id,
            reference=job.reference,
            note=job.note,
            starts_on=job.starts_on.isoformat(),
            ends_on=job.ends_on.isoformat(),
            expected=job.expected_count or len(places[job.pk]),
            places=places[job.pk],
            progress=progress[job.pk],
            complete=_where_to_complete(member, job),
        )
        for job, own in todays.items()
    )


def _where_to_complete(member: Membership, job: Job) -> str:
    """Return where the member completes the job, "" where they may not."""
    may = handover.may_complete(member, job)
    return reverse("jobs:complete", args=(job.pk,)) if may else ""
