"""What home shows of jobs: to an installer their own, to others how far today's are."""

from dataclasses import dataclass

from django.utils import timezone

from portal.claims import job_progress
from portal.claims.display import list_item
from portal.claims.job_progress import Progress
from portal.jobs import queries, rights
from portal.jobs.models import Job, JobRequest
from portal.moves import queries as moves
from portal.moves.display import wording as moves_wording
from portal.orgs.models import Membership


@dataclass(frozen=True, slots=True)
class OwnJob:
    """A job of the person's own. Time may be asked for on its last day, and after."""

    job: Job
    progress: Progress
    is_today: bool
    may_claim: bool
    may_ask: bool
    has_asked: bool


def todays(member: Membership) -> dict[str, object]:
    """Return today's jobs with their progress."""
    jobs = queries.todays(member)
    progress = job_progress.progress_of(jobs)
    return {"jobs_today": [(job, progress[job.pk]) for job in jobs]}


def for_worker(member: Membership) -> dict[str, object]:
    """Return the member's jobs, their claims that have not ended, and what they have asked for."""
    jobs = queries.own_now(member)
    progress = job_progress.progress_of(jobs)
    asked = queries.own_requests(member)
    waits = {each.job_id for each in asked if each.kind == JobRequest.Kind.MORE_TIME}
    own_jobs = [_own(member, job, progress[job.pk], job.pk in waits) for job in jobs]
    return {
        "own_jobs": own_jobs,
        # The job's card is then what one came for; a hub beside it is the exception.
        "works_today": any(own.is_today and own.may_claim for own in own_jobs),
        "sites_asked": [each for each in asked if each.kind == JobRequest.Kind.OTHER_SITE],
        **own_claims(member),
        "may_ask_for_site": not member.all_sites,
        **_without_a_job(member, asked, own_jobs),
    }


def own_claims(member: Membership) -> dict[str, object]:
    """Return the member's own claims that are not finished, and those that came to nothing.

    And what became of the hubs that they asked support for.
    """
    return {
        "unfinished": [list_item.of(claim) for claim in job_progress.unfinished_of(member)],
        "failed": [list_item.of(claim) for claim in job_progress.failed_of(member)],
        "hubs_asked": [(each, moves_wording.chip(each)) for each in moves.lately_asked_by(member)],
    }


def _without_a_job(
    member: Membership, asked: list[JobRequest], own_jobs: list[OwnJob]
) -> dict[str, object]:
    """Return what there is for somebody who may claim nowhere today, and whom to ask for what.

    What they wait for already, be it only more time there, is not offered again.
    """
    if member.all_sites or rights.sites_to_claim_at(member).exists():
        return {}
    known = {each.wanted for each in asked}
    known |= {own.job.site.shown_name for own in own_jobs if own.has_asked}
    sites = [name for name in queries.former_sites(member) if name not in known]
    return {"claims_nowhere": True, "site_to_ask_for": sites[0] if sites else ""}


def _own(member: Membership, job: Job, progress: Progress, has_asked: bool) -> OwnJob:
    today = timezone.localdate()
    return OwnJob(
        job=job,
        progress=progress,
        is_today=job.starts_on <= today <= job.ends_on,
        may_claim=queries.may_claim_on(member, job, today),
        may_ask=job.ends_on <= today and not has_asked,
        has_asked=has_asked,
    )
