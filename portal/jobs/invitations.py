"""Inviting somebody new straight to a job: they are named on it when they accept."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import F

from portal.jobs import planning
from portal.jobs.models import Job, JobInvitation, JobMember
from portal.jobs.models.jobs import JobQuerySet
from portal.notices import invitation_emails
from portal.orgs import invitations
from portal.orgs.models import Invitation, Membership, User


class OtherOrganisationError(ValueError):
    """The job and the invitation are of two organisations."""


def invite_to(job: Job, invitation: Invitation) -> None:
    """Have whoever accepts the invitation work on the job. Raises OtherOrganisationError."""
    if job.organisation_id != invitation.organisation_id:
        raise OtherOrganisationError
    JobInvitation.objects.get_or_create(job=job, invitation=invitation)


@transaction.atomic
def invite_address(job: Job, address: str, actor: User, language: str) -> bool:
    """Have whoever reads mail at the address work on the job; say whether they are written to.

    Who is invited already is told of nothing new, and who belongs to the organisation is named at
    once. Newcomers are installers, limited to their jobs. Raises LimitReachedError.
    """
    organisation = job.organisation
    try:
        invitation = invitations.invite(
            organisation, address, role=Membership.Role.INSTALLER, all_sites=False, actor=actor
        )
    except invitations.AlreadyMemberError:
        members = Membership.objects.active().filter(organisation=organisation)
        planning.add(job, members.get(user__email=address.strip().lower()), actor)
        return False
    except invitations.AlreadyInvitedError:
        known = Invitation.objects.filter(organisation=organisation).unanswered().good()
        invite_to(job, known.get(email=address.strip().lower()))
        return False
    invite_to(job, invitation)
    invitation_emails.write_for(invitation, language)
    return True


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
