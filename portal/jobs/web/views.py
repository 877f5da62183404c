"""Jobs: find them, plan and change them."""

import uuid
from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from portal.claims import job_progress
from portal.claims.engine import actions as claim_actions
from portal.core.throttle import LimitReachedError
from portal.core.web.once import once
from portal.core.web.pagination import page_url
from portal.core.web.posted import posted
from portal.jobs import planning, queries
from portal.jobs.display import wording
from portal.jobs.invitations import invite_address
from portal.jobs.models import Job
from portal.jobs.planning import JobChangedError, JobOverError
from portal.jobs.web.forms import JobForm, initial_of, initial_of_copy
from portal.jobs.web.found import managed_job
from portal.notices import outbox
from portal.orgs import access
from portal.orgs.access import Ability
from portal.orgs.models import Membership
from portal.sites.models import Site


@require_safe
def job_list(request: HttpRequest) -> HttpResponse:
    """Show the jobs that the person may see: today's, coming, overdue, over."""
    member = access.current(request, Ability.VIEW)
    group, text = request.GET.get("state", ""), request.GET.get("q", "").strip()
    if group not in queries.GROUPS:
        group = "current"
    number = _page_number(request)
    jobs = queries.in_group(queries.jobs_of(member), group, timezone.localdate())
    rows, has_more = queries.page_of(jobs, number, queries.conditions(member, text))
    progress = job_progress.progress_of(rows)
    context = {
        "rows": [(job, progress[job.pk]) for job in rows],
        "group": group,
        "groups": [(name, wording.GROUPS[name]) for name in queries.GROUPS],
        "text": text,
        "newer_url": page_url(request.GET, number - 1) if number > 1 else "",
        "older_url": page_url(request.GET, number + 1) if has_more else "",
        "is_limited": not member.all_sites,
        # The empty place has the button then.
        "is_first": group == "current" and not (rows or text or number > 1),
    }
    return render(request, "jobs/list.html", context)


def _page_number(request: HttpRequest) -> int:
    number = request.GET.get("page", "")
    if not (number.isascii() and number.isdecimal() and len(number) < 6):
        return 1
    return min(max(int(number), 1), queries.LAST_PAGE)


@once
def new(request: HttpRequest) -> HttpResponse:
    """Plan a job: an empty one, one at a site, or a copy of another."""
    member = access.current(request, Ability.MANAGE_JOBS)
    if request.method != "POST":
        form = JobForm(member, initial=_first_look(request, member))
        return _form_page(request, form)
    form = JobForm(member, request.POST, request.FILES)
    if not form.is_valid():
        return _form_page(request, form)
    job = planning.make(form.plan(), access.person(request))
    _invite(request, job, form.cleaned_data["invite"])
    claim_actions.right_returned(job_progress.claims_with_right(job))
    messages.success(request, gettext("%(job)s is planned.") % {"job": wording.name(job)})
    return redirect("jobs:detail", job.pk)


def _first_look(request: HttpRequest, member: Membership) -> dict[str, object]:
    today = timezone.localdate()
    usual = {
        "starts_on": today,
        "ends_on": today + Job.USUAL_LENGTH - timedelta(days=1),
    }
    if (copied := _id(request, "copy")) is not None:
        job = get_object_or_404(queries.with_people(queries.jobs_of(member)), pk=copied)
        return initial_of_copy(job)
    site = _site_asked_for(request, member)
    return usual | ({"site": site.pk, "expected_count": site.usual_hubs} if site else {})


def _site_asked_for(request: HttpRequest, member: Membership) -> Site | None:
    """Return the site of the address, else the organisation's only one: nothing is to be picked."""
    sites = queries.open_sites_of(member)
    if (asked := _id(request, "site")) is not None:
        return get_object_or_404(sites, pk=asked)
    first_two = list(sites[:2])
    return first_two[0] if len(first_two) == 1 else None


def _id(request: HttpRequest, name: str) -> uuid.UUID | None:
    if not (text := request.GET.get(name)):
        return None
    try:
        return uuid.UUID(text)
    except ValueError:
        raise Http404 from None


@once
def edit(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Change a job."""
    job, member = managed_job(request, pk)
    if job.completed_at is not None or job.cancelled_at is not None:
        messages.warning(request, wording.OVER)
        return redirect("jobs:detail", job.pk)
    if request.method != "POST":
        return _form_page(request, JobForm(member, job=job, initial=initial_of(job)), job)
    form = JobForm(member, posted(request), request.FILES, job=job)
    if not form.is_valid():
        return _form_page(request, form, job)
    try:
        seen = form.cleaned_data["version"] or 0
        planning.change(job, seen, form.plan(), access.person(request))
    except JobChangedError:
        fresh = JobForm(member, job=job, initial=initial_of(job))
        return _form_page(request, fresh, job, changed=wording.CHANGED)
    except JobOverError:
        messages.warning(request, wording.OVER)
    else:
        _invite(request, job, form.cleaned_data["invite"])
        claim_actions.right_returned(job_progress.claims_with_right(job))
        messages.success(request, gettext("Saved."))
    return redirect("jobs:detail", job.pk)


def _invite(request: HttpRequest, job: Job, addresses: Sequence[str]) -> None:
    """Invite newcomers to the job, which is saved already, and say what became of it."""
    person, language = access.person(request), translation.get_language() or settings.LANGUAGE_CODE
    try:
        written = sum(invite_address(job, each, person, language) for each in addresses)
    except LimitReachedError:
        messages.warning(request, gettext("Too many invitations today. Invite the rest tomorrow."))
        return
    if written and not outbox.reaches_mailboxes():
        messages.info(request, gettext("No e-mail goes out here: copy the links under People."))


def _form_page(
    request: HttpRequest, form: JobForm, job: Job | None = None, changed: object = ""
) -> HttpResponse:
    has_site = job is not None or form.fields["site"].queryset.exists()  # type: ignore[attr-defined]
    context = {"form": form, "job": job, "changed": changed, "has_site": has_site}
    status = 409 if changed else 422 if form.is_bound else 200
    return render(request, "jobs/form.html", context, status=status)
