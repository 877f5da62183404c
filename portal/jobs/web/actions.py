"""What administrators do to a job: extend it, name people, cancel it; and to claims that wait."""

import uuid
from collections import Counter
from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods

from portal.claims import job_progress
from portal.claims.engine import actions as claim_actions
from portal.claims.engine.actions import Rejection
from portal.claims.models import Claim
from portal.claims.queries import claims_of
from portal.core.web.once import once
from portal.core.web.posted import posted
from portal.jobs import planning
from portal.jobs.display import wording
from portal.jobs.models import Job
from portal.jobs.planning import JobOverError
from portal.jobs.web.forms import ExtendForm, PeopleForm
from portal.jobs.web.found import managed_job
from portal.orgs import access
from portal.orgs.access import Ability
from portal.orgs.models import Membership

RELEASE, REJECT = "release", "reject"


@require_http_methods(["GET", "HEAD", "POST"])
def extend(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Let the job go on until the day that was picked."""
    job, _ = managed_job(request, pk)
    if request.method != "POST":
        return redirect("jobs:detail", job.pk)
    form = ExtendForm(job, request.POST)
    if not form.is_valid():
        return render(request, "jobs/extend.html", {"job": job, "form": form}, status=422)
    last_day = form.cleaned_data["ends_on"]
    return _done(
        request,
        job,
        lambda: planning.extend(job, last_day, access.person(request)),
        gettext("The job goes on until %(day)s.") % {"day": wording.day(last_day)},
    )


def people(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Choose who works on the job."""
    job, member = managed_job(request, pk)
    initial = {"people": [each.membership_id for each in job.members.all()]}
    form = PeopleForm(member, posted(request), initial=initial)
    if request.method != "POST" or not form.is_valid():
        status = 422 if form.is_bound else 200
        return render(request, "jobs/people.html", {"job": job, "form": form}, status=status)
    chosen = list(form.cleaned_data["people"])
    return _done(
        request,
        job,
        lambda: planning.assign(job, chosen, access.person(request)),
        gettext("Saved."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Call the job off; a look asks first, and counts."""
    job, _ = managed_job(request, pk)
    if request.method != "POST":
        progress = job_progress.progress_of([job])[job.pk]
        return render(request, "jobs/cancel.html", {"job": job, "progress": progress})
    if planning.cancel(job, access.person(request)):
        messages.success(request, gettext("%(job)s is cancelled.") % {"job": wording.name(job)})
    return redirect("jobs:detail", job.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def reopen(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Take the cancelling back."""
    job, _ = managed_job(request, pk)
    if request.method != "POST":
        return redirect("jobs:detail", job.pk)
    return _done(
        request,
        job,
        lambda: planning.reopen(job, access.person(request)),
        gettext("%(job)s is on again.") % {"job": wording.name(job)},
    )


def _done(request: HttpRequest, job: Job, act: Callable[[], bool], sentence: str) -> HttpResponse:
    """Act, put claims back to work that have their right again, and lead to the job's page."""
    try:
        if act():
            claim_actions.right_returned(job_progress.claims_with_right(job))
            messages.success(request, sentence)
    except JobOverError:
        messages.warning(request, wording.OVER)
    return redirect("jobs:detail", job.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@once
def decide(request: HttpRequest) -> HttpResponse:
    """Release or reject the claims that were shown, which wait for an administrator.

    One that somebody else has decided about meanwhile stays as they decided.
    """
    if request.method != "POST":
        return redirect("home")
    member = access.current(request, Ability.MANAGE_JOBS)
    claims = _chosen(request, member)
    job = _back_to(request, claims)
    decide_all = {RELEASE: _release, REJECT: _reject}.get(request.POST.get("decision", ""))
    if decide_all is None:
        raise Http404
    waiting = [claim for claim in claims if claim.waits_for_release]
    if not decide_all(request, waiting):
        messages.info(request, wording.DECIDED)
    return redirect("jobs:detail", job) if job else redirect("home")


def _release(request: HttpRequest, waiting: list[Claim]) -> bool:
    """Release the claims that still wait, and say how many; return whether there were any."""
    done = sum(claim_actions.release(claim, access.person(request)) for claim in waiting)
    said = ngettext(
        "%(number)d claim goes on in your name.", "%(number)d claims go on in your name.", done
    )
    return _said(request, messages.SUCCESS, said, done)


def _reject(request: HttpRequest, waiting: list[Claim]) -> bool:
    """Reject the claims that still wait, and say how many; return whether there were any."""
    found = Counter(claim_actions.reject(claim, access.person(request)) for claim in waiting)
    ended, marked = found[Rejection.CANCELLED], found[Rejection.MARKED]
    rejected = ngettext(
        "%(number)d claim is rejected. Nothing is sent.",
        "%(number)d claims are rejected. Nothing is sent.",
        ended,
    )
    had_been_sent = ngettext(
        "%(number)d claim had been sent already. Nothing more is sent; it stays open until "
        "SmartphoneKey says whether it took effect.",
        "%(number)d claims had been sent already. Nothing more is sent; they stay open until "
        "SmartphoneKey says whether they took effect.",
        marked,
    )
    both = (
        _said(request, messages.SUCCESS, rejected, ended),
        _said(request, messages.WARNING, had_been_sent, marked),
    )
    return any(both)


def _said(request: HttpRequest, level: int, words: str, number: int) -> bool:
    if number:
        messages.add_message(request, level, words % {"number": number})
    return bool(number)


def _ids(request: HttpRequest) -> list[uuid.UUID]:
    try:
        return [uuid.UUID(text) for text in request.POST.getlist("claim")]
    except ValueError:
        raise Http404 from None


def _chosen(request: HttpRequest, member: Membership) -> list[Claim]:
    """Return the claims that were named, or raise Http404: all are the organisation's.

    In one order for everybody, since their rows are changed, and held, one after the other.
    """
    wanted = set(_ids(request))
    if not 0 < len(wanted) <= job_progress.MOST_WAITING:
        raise Http404
    claims = list(claims_of(member).with_details().filter(pk__in=wanted).order_by("pk"))
    if len(claims) < len(wanted):
        raise Http404
    return claims


def _back_to(request: HttpRequest, claims: list[Claim]) -> uuid.UUID | None:
    """Return the job on whose page the form stood: one that a claim of these is counted for."""
    named = request.POST.get("job", "")
    return next((claim.job_id for claim in claims if named and str(claim.job_id) == named), None)
