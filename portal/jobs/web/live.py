"""A job's page, and how it polls: as the claim's page does, see `claims/web/polling.py`."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_safe

from portal.claims import job_progress
from portal.claims.display import job_page
from portal.core.web.poll_tickets import repeated_while
from portal.hubs import watching
from portal.jobs import handover, planning, queries
from portal.jobs.models import Job, JobRequest
from portal.jobs.models.jobs import State
from portal.jobs.web.forms import ExtendForm
from portal.jobs.web.found import visible_job
from portal.orgs import access
from portal.orgs.access import Ability
from portal.orgs.models import Membership

# Seconds between two polls: while the crew works, and at other times.
PACE_OPEN, PACE_QUIET = 5, 30
# Hubs that a look at the page has read again: those one waits for.
MOST_WATCHED = 20


@require_safe
def detail(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Show a job, live."""
    job, member = visible_job(request, pk)
    return render(request, "jobs/detail.html", _story(job, member))


def is_still_so(request: HttpRequest, pk: uuid.UUID) -> bool:
    """Say whether a job is as the page shows it, whoever asks."""
    job = queries.as_polled(pk)
    return job is not None and request.GET.get("seen") == job_progress.version_of(job)


@repeated_while(is_still_so)
@require_GET
def live(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Show a job as it is now; nothing (204) when the page knows it already."""
    known = queries.jobs_visible_to(access.person(request)).filter(pk=pk).first()
    seen = request.GET.get("seen", "")
    if known is not None and seen == job_progress.version_of(known):
        return HttpResponse(status=204)
    job, member = visible_job(request, pk)
    answer = render(request, "jobs/detail.html#live", _story(job, member))
    if job_progress.state_in(seen) != job.state:
        # What may be done now stands in the page's head, outside the fragment.
        answer["HX-Refresh"] = "true"
    return answer


def _story(job: Job, member: Membership) -> dict[str, object]:
    seen = job_progress.version_of(job)
    claims = job_progress.claims_of_job(job)
    may_manage = Ability.MANAGE_JOBS in access.abilities(member)
    page = job_page.of(job, claims, member.user, for_admin=may_manage)
    watching.watch_all([claim.hub for claim in page.awaited[:MOST_WATCHED]])
    is_over = job.state in {State.COMPLETE, State.CANCELLED}
    works_here = member.pk in {each.membership_id for each in job.members.all()}
    asked = list(queries.requests_of(member).unanswered().filter(job=job)[:10])
    progress = job_progress.progress_of([job])[job.pk]
    may_claim = Ability.CLAIM in access.abilities(member) and _takes_claims(job, member)
    may_complete = not is_over and handover.may_complete(member, job)
    return {
        "job": job,
        "page": page,
        "progress": progress,
        "people": _people(job, is_over=is_over),
        "invited": [] if is_over else queries.invited_to(job),
        "seen": seen,
        "pace": None if is_over and not page.moves else _pace(job),
        "is_over": is_over,
        "may_manage": may_manage,
        "may_claim": may_claim,
        "may_ask": works_here and not may_manage and not is_over and not _has_asked(asked, member),
        "has_asked": _has_asked(asked, member),
        "requests": asked if may_manage else [],
        "extended_to": planning.extended_to(job),
        "extend": ExtendForm(job, initial={"ends_on": planning.extended_to(job)}),
        "may_complete": may_complete,
        # What comes next: to claim, or to complete what is claimed.
        "completes_next": may_complete
        and (progress.is_done or (not may_claim and job.state != State.PLANNED)),
    }


def _pace(job: Job) -> int:
    return PACE_OPEN if job.state == State.OPEN else PACE_QUIET


def _takes_claims(job: Job, member: Membership) -> bool:
    return queries.may_claim_on(member, job, timezone.localdate())


def _has_asked(asked: list[JobRequest], member: Membership) -> bool:
    return any(each.membership_id == member.pk for each in asked)


def _people(job: Job, *, is_over: bool) -> list[tuple[str, object]]:
    """Return who works on the job, or did, by name, and when they last claimed for it."""
    last = job_progress.last_activity(job)
    people = [each.membership.user for each in job.members.all()]
    named = [(person.display_name, last.get(person.pk)) for person in people]
    known = {name for name, _ in named}
    return named + [(name, None) for name in job.crew if is_over and name not in known]
