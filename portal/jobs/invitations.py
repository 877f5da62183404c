"""Inviting somebody new straight to a job: they are named on it when they accept."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import F

from portal.jobs.models import Job, JobInvitation, JobMember, JobQuerySet
from portal.orgs.models import Invitation, Membership


class OtherOrganisationError(ValueError):
    """The job and the invitation are of two organisations."""


def invite_to(job: Job, invitation: Invitation) -> None:
    """Have whoever accepts the invitation work on the job. Raises OtherOrganisationError."""
    if job.organisation_id != invitation.organisation_id:
        raise OtherOrganisationError
    JobInvitation.objects.get_or_create(job=job, invitation=invitation)


def jobs_of(invitation: Invitation) -> JobQuerySet:
    """Return the jobs that the invitation is for and that are not over."""
    jobs = Job.objects.filter(invitations__invitation=invitation).unfinished()
    return jobs.select_related("site").order_by("starts_on", "number")


@transaction.atomic
def put_on_jobs(invitation: Invitation, member: Membership) -> None:
    """Name the new member on the jobs that they were invited to, in the accepting transaction."""
    jobs: Iterable[Job] = jobs_of(invitation).filter(organisation=member.organisation_id)
    for job in jobs:
        _, is_new = JobMember.objects.get_or_create(job=job, membership=member)
        if is_new:
            Job.objects.filter(pk=job.pk).update(version=F("version") + 1)
