"""The jobs of a device's person, as the device is told of them."""

from django.urls import NoReverseMatch, reverse

from portal.jobs.models import Job
from portal.orgs import access
from portal.orgs.access import Ability
from portal.orgs.models import Membership
from portal.tray import jobs, schema


def of(member: Membership) -> tuple[schema.Job, ...]:
    """Return the jobs on which the member may work today."""
    todays = jobs.todays(member)
    runs_jobs = Ability.MANAGE_JOBS in access.abilities(member)
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
            complete=_where_to_complete(job) if own or runs_jobs else "",
        )
        for job, own in todays.items()
    )


def _where_to_complete(job: Job) -> str:
    """Return where the job is completed, "" where the portal has no such page."""
    try:
        return reverse("jobs:complete", args=(job.pk,))
    except NoReverseMatch:
        return ""
