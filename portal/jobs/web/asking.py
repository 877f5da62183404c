"""Asking for more time or another site, and answering: a link that shows, a form that does."""

import uuid
from http import HTTPStatus

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from portal.claims import job_progress
from portal.claims.engine import actions as claim_actions
from portal.core.web import bodies
from portal.core.web.once import once
from portal.core.web.posted import posted
from portal.hubs import watching
from portal.hubs.actions.asking import AnotherActionError
from portal.hubs.display import action_wording
from portal.hubs.photos import album
from portal.jobs import planning, queries, requests
from portal.jobs.display import wording
from portal.jobs.models import Job, JobRequest
from portal.jobs.planning import JobOverError
from portal.jobs.requests import Grant
from portal.jobs.web.forms import AnswerForm, AskForMoveForm, AskForSiteForm
from portal.jobs.web.found import visible_job
from portal.orgs import access
from portal.orgs.access import Ability
from portal.orgs.models import Membership
from portal.sites.queries import with_words

GRANT, REFUSE = "grant", "refuse"


@require_http_methods(["GET", "HEAD", "POST"])
@once
def ask_for_time(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Ask the administrators for more time on a job that names the person."""
    job, member = visible_job(request, pk)
    if request.method != "POST":
        return redirect("jobs:detail", job.pk)
    if member.pk not in {each.membership_id for each in job.members.all()}:
        raise PermissionDenied
    if job.completed_at is not None or job.cancelled_at is not None:
        messages.warning(request, wording.OVER)
        return redirect("jobs:detail", job.pk)
    requests.A_DAY.take(str(member.pk))
    requests.ask_for_time(job, member)
    messages.success(request, gettext("Your administrators are asked for more time."))
    return redirect("home")


@once
def ask_for_site(request: HttpRequest) -> HttpResponse:
    """Ask the administrators for another site."""
    member = access.current(request, Ability.CLAIM)
    form = AskForSiteForm(posted(request))
    if request.method != "POST" or not form.is_valid():
        status = 422 if form.is_bound else 200
        return render(request, "jobs/ask_site.html", {"form": form}, status=status)
    requests.A_DAY.take(str(member.pk))
    requests.ask_for_site(form.cleaned_data["wanted"], member)
    messages.success(request, gettext("Your administrators are asked."))
    return redirect("home")


@require_http_methods(["GET", "HEAD", "POST"])
@once
def request_page(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Show what somebody asks for; a form that is sent allows or refuses it."""
    asked, admin = _asked(request, pk)
    of_site = asked.kind == JobRequest.Kind.OTHER_SITE
    form = AnswerForm(admin, posted(request), of_site=of_site, initial=_proposal(asked, admin))
    if request.method != "POST" or asked.answered_at is not None:
        return _page(request, asked, form)
    decision = request.POST.get("decision")
    if asked.kind == JobRequest.Kind.MOVE_HUB and decision == GRANT:
        return _move_granted(request, asked, admin)
    if decision == REFUSE:
        requests.refuse(asked, admin.user)
        messages.success(request, gettext("Refused. They are told."))
        return redirect("home")
    if decision != GRANT:
        raise Http404
    if not form.is_valid():
        return _page(request, asked, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    allowed = Grant(form.cleaned_data["ends_on"], form.cleaned_data.get("site"))
    return _granted(request, asked, allowed, admin)


def _move_granted(request: HttpRequest, asked: JobRequest, admin: Membership) -> HttpResponse:
    if asked.hub is not None and action_wording.hindrance(asked.hub):
        # The page says why.
        return redirect("jobs:request", asked.pk)
    try:
        because = gettext("Somebody on site asked for it")
        action = requests.grant_move(asked, admin.user, because)
    except AnotherActionError:
        messages.warning(request, gettext("Something else is being done to this hub. Wait for it."))
        return redirect("jobs:request", asked.pk)
    if action is None:
        return redirect("jobs:request", asked.pk)
    messages.success(request, gettext("The hub is being moved. They are told."))
    return redirect("hub-actions:page", action.hub_id)


@bodies.takes(most=bodies.WITH_PHOTO)
@require_http_methods(["GET", "HEAD", "POST"])
@once
def ask_for_move(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Ask the administrators to move a hub of theirs here: why, and a photo of its label."""
    person = access.person(request)
    hub = get_object_or_404(queries.own_hubs(person), pk=pk)
    member = access.require(person, hub.organisation_id, Ability.CLAIM)
    proposed = request.GET.get("site", "")[:36]
    if Ability.MANAGE_HUBS in access.abilities(member):
        return redirect(reverse("hub-actions:move", args=(pk,), query={"site": proposed}))
    if why := action_wording.hindrance(hub):
        watching.watch(hub)
        context = {"hub": hub, "hindrance": why}
        status = 422 if request.method == "POST" else 200
        return render(request, "jobs/ask_move.html", context, status=status)
    sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = AskForMoveForm(member, hub, *sent, initial={"site": proposed})
    if not form.is_valid() or not form.keep_photo(member):
        status = 422 if form.is_bound else 200
        return render(request, "jobs/ask_move.html", {"form": form, "hub": hub}, status=status)
    requests.A_DAY.take(str(member.pk))
    data = form.cleaned_data
    requests.ask_for_move(hub, data["site"], member, data["because"])
    messages.success(request, gettext("Your administrators are asked to move it."))
    return redirect("claims:new")


def _granted(
    request: HttpRequest, asked: JobRequest, allowed: Grant, admin: Membership
) -> HttpResponse:
    try:
        job = requests.grant(asked, allowed, admin.user)
    except JobOverError:
        messages.warning(request, wording.OVER)
        return redirect("home")
    if job is None:
        return redirect("jobs:request", asked.pk)
    claim_actions.right_returned(job_progress.claims_with_right(job))
    words = gettext("Allowed until %(day)s. They are told.")
    messages.success(request, words % {"day": wording.day(job.ends_on)})
    return redirect("jobs:detail", job.pk)


def _asked(request: HttpRequest, pk: uuid.UUID) -> tuple[JobRequest, Membership]:
    person = access.person(request)
    details = ("membership__user", "job__site", "organisation", "answered_by", "hub__site", "site")
    visible = queries.requests_visible_to(person).select_related(*details)
    asked = get_object_or_404(visible, pk=pk)
    return asked, access.require(person, asked.organisation_id, Ability.MANAGE_JOBS)


def _proposal(asked: JobRequest, admin: Membership) -> dict[str, object]:
    """Return what one tap allows: a week more, at the one site that is called so."""
    if asked.kind == JobRequest.Kind.MORE_TIME and asked.job is not None:
        return {"ends_on": planning.extended_to(asked.job)}
    called_so = list(with_words(queries.open_sites_of(admin), asked.wanted)[:2])
    site = called_so[0].pk if len(called_so) == 1 else None
    return {"ends_on": timezone.localdate() + Job.USUAL_LENGTH, "site": site}


def _page(
    request: HttpRequest, asked: JobRequest, form: AnswerForm, status: int = 200
) -> HttpResponse:
    photos = album.photos_of([asked.hub]) if asked.hub else []
    context = {"asked": asked, "form": form, "photos": photos}
    context["hindrance"] = action_wording.hindrance(asked.hub) if asked.hub else ""
    return render(request, "jobs/request.html", context, status=status)
