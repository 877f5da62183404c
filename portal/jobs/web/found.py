"""The job that a page is about, for those who may see it or run it."""

import uuid

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from portal.jobs.models import Job
from portal.jobs.queries import jobs_visible_to, with_people
from portal.orgs import access
from portal.orgs.access import Ability
from portal.orgs.models import Membership


def visible_job(request: HttpRequest, pk: uuid.UUID) -> tuple[Job, Membership]:
    """Return a job that the person may see, with their membership there, or raise Http404."""
    return _job(request, pk, Ability.VIEW)


def managed_job(request: HttpRequest, pk: uuid.UUID) -> tuple[Job, Membership]:
    """Return a job that the person runs, with their membership there.

    Raises Http404 for one that they may not see, and PermissionDenied for one that others run.
    """
    return _job(request, pk, Ability.MANAGE_JOBS)


def _job(request: HttpRequest, pk: uuid.UUID, ability: Ability) -> tuple[Job, Membership]:
    person = access.person(request)
    job = get_object_or_404(with_people(jobs_visible_to(person)), pk=pk)
    return job, access.require(person, job.organisation_id, ability)
