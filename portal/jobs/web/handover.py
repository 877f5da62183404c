"""Completing a job; its handover, for the organisation's people, and what has changed since."""

import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from portal.claims import handover_items
from portal.core.web.once import once
from portal.jobs import handover as domain
from portal.jobs import handover_changes, handover_links
from portal.jobs.display import handover_wording, wording
from portal.jobs.handover import CancelledError, Standing, UnexplainedError
from portal.jobs.models import Handover, HandoverHub, Job
from portal.jobs.web.found import managed_job, visible_job
from portal.jobs.web.handover_forms import AcceptForm, CompleteForm, LinkForm
from portal.jobs.web.handover_link import address_of, document
from portal.jobs.web.handover_photos import for_people, photos_of
from portal.orgs import access
from portal.orgs.access import Ability
from portal.orgs.models import Membership


@require_http_methods(["GET", "HEAD", "POST"])
@once
def complete(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Ask, with what is complete and what is not; complete the job."""
    job, member = visible_job(request, pk)
    if not domain.may_complete(member, job):
        raise PermissionDenied
    if job.completed_at is not None:
        return redirect("jobs:handover", job.pk)
    if request.method != "POST":
        standing = handover_items.standing_of(job)
        return _asking(request, job, standing, CompleteForm(standing))
    try:
        return _completed(request, job)
    except CancelledError:
        messages.warning(request, wording.OVER)
        return redirect("jobs:detail", job.pk)


@transaction.atomic
def _completed(request: HttpRequest, job: Job) -> HttpResponse:
    """Complete the job as it is at this moment, or ask for what is not explained."""
    standing = handover_items.standing_of(job)
    form = CompleteForm(standing, request.POST)
    if not form.is_valid():
        return _asking(request, job, standing, form)
    person = access.person(request)
    explanation = form.cleaned_data.get("explanation", "")
    try:
        done, is_new = domain.complete(job, standing, person, explanation, form.explanations)
    except UnexplainedError:
        form.unexplained()
        return _asking(request, job, standing, form)
    if is_new:
        takes_acceptance = form.cleaned_data["takes_acceptance"]
        handover_links.make(done, person, takes_acceptance=takes_acceptance)
        words = gettext("%(job)s is complete.")
        messages.success(request, words % {"job": wording.name(job)})
    return redirect("jobs:handover", job.pk)


def _asking(request: HttpRequest, job: Job, standing: Standing, form: CompleteForm) -> HttpResponse:
    context = {
        "job": job,
        "standing": standing,
        "form": form,
        "numbers": wording.numbers(standing.numbers),
        "lacks": handover_wording.lacks(standing),
        "exceptions": [
            (item, handover_wording.chip(item), handover_wording.last_seen(item), field)
            for item, field in form.explained
        ],
        "under_way": any(item.state == HandoverHub.State.UNDER_WAY for item in standing.items),
    }
    status = 422 if form.is_bound else 200
    return render(request, "jobs/complete.html", context, status=status)


def _handed_over(job: Job) -> Handover:
    """Return the job's handover, or raise Http404 while it has none."""
    found = domain.handover_of(job)
    if found is None:
        raise Http404
    return found


@require_safe
def handover(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Show the handover as it was frozen, and what has changed since."""
    job, member = visible_job(request, pk)
    return _page(request, _handed_over(job), member)


def _page(
    request: HttpRequest,
    shown: Handover,
    member: Membership,
    *,
    accepting: AcceptForm | None = None,
    linking: LinkForm | None = None,
) -> HttpResponse:
    rows, links = list(shown.hubs.all()), handover_links.links_of(shown)
    manages = Ability.MANAGE_JOBS in access.abilities(member)
    may_accept = domain.may_complete(member, shown.job)
    photos = photos_of(rows, for_people(shown))
    context = document(shown, rows, photos, handover_links.newest_link(links)) | {
        "job": shown.job,
        "news": _news(shown, rows),
        "links": [(link, address_of(link)) for link in links] if manages else [],
        "link_form": (linking or LinkForm()) if manages else None,
        "accept_form": (accepting or AcceptForm()) if may_accept else None,
    }
    status = 422 if accepting or linking else 200
    return render(request, "jobs/handover.html", context, status=status)


def _news(shown: Handover, rows: list[HandoverHub]) -> list[handover_wording.News]:
    """Return what has changed since: in the rows that were frozen, and beside them."""
    known = [row.hub_id for row in rows if row.hub_id]
    changes = map(handover_wording.change, handover_changes.changes_of(shown, rows))
    since = handover_items.claimed_since(shown, known)
    return [
        *changes,
        *(handover_wording.addition(claim.place, claim.hub_id_text) for claim in since),
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@once
def accept(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Take down who takes the handover over."""
    job, member = visible_job(request, pk)
    if not domain.may_complete(member, job):
        raise PermissionDenied
    shown, form = _handed_over(job), AcceptForm(request.POST)
    if request.method != "POST":
        return redirect("jobs:handover", job.pk)
    if not form.is_valid():
        return _page(request, shown, member, accepting=form)
    name, note = form.cleaned_data["name"], form.cleaned_data["note"]
    if domain.accept(shown, name, note, taken_by=access.person(request)):
        messages.success(request, gettext("Saved."))
    else:
        messages.warning(request, gettext("This handover was accepted before. That stays."))
    return redirect("jobs:handover", job.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@once
def new_link(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Make a link to the handover that ends by itself."""
    job, member = managed_job(request, pk)
    shown, form = _handed_over(job), LinkForm(request.POST)
    if request.method != "POST":
        return redirect("jobs:handover", job.pk)
    if not form.is_valid():
        return _page(request, shown, member, linking=form)
    handover_links.make(
        shown,
        access.person(request),
        days=form.cleaned_data["days"],
        takes_acceptance=form.cleaned_data["takes_acceptance"],
    )
    messages.success(request, gettext("The link is ready."))
    return redirect("jobs:handover", job.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def end_link(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """End a link at once; a look asks first, since what was printed leads to it for good."""
    link = get_object_or_404(handover_links.visible_to(access.person(request)), pk=pk)
    job, _ = managed_job(request, link.handover.job_id)
    if request.method != "POST" and link.is_open:
        told = {"job": job, "handover": link.handover, "link": link}
        return render(request, "jobs/handover_link_end.html", told)
    if request.method == "POST" and handover_links.end(link, access.person(request)):
        messages.success(request, gettext("The link has ended."))
    return redirect("jobs:handover", job.pk)
