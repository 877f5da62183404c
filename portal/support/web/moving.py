"""A hub under a grant: what was done to it, and the form that moves it to another site."""

import uuid
from http import HTTPStatus

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.consent import rights
from portal.consent.rights import Authority, NoConsentError
from portal.core.throttle import LimitReachedError
from portal.core.web.posted import posted
from portal.hubs.actions import asking
from portal.hubs.actions.asking import AnotherActionError
from portal.hubs.display import action_history, action_wording
from portal.hubs.models import Hub
from portal.hubs.queries import actions_on
from portal.support import moving, seen
from portal.support.display import wording
from portal.support.web import drafts
from portal.support.web.access import acting, over
from portal.support.web.forms import MoveForm


@require_http_methods(["GET", "HEAD", "POST"])
@acting
def move(request: HttpRequest, authority: Authority, hub: uuid.UUID) -> HttpResponse:
    """Show a hub, and move it to another site of the grant; with a grant of claims only, do not."""
    grant, found = authority.grant, _theirs(authority, hub)
    try:
        _check(authority, found)
    except NoConsentError as problem:
        return over(request, grant, problem)
    named = {"site": request.GET.get("site", "")}
    form = MoveForm(grant, found, posted(request), initial=named | drafts.kept(request))
    if (
        request.method != "POST"
        or action_wording.hindrance(found)
        or not (
            form.is_valid()
            and not form.refuses_names_of_others(authority.agent, grant.organisation)
        )
    ):
        return _page(request, authority, found, form, 422 if form.is_bound else 200)
    try:
        moving.move(authority.agent, grant, form.wish())
    except NoConsentError as problem:
        return over(request, grant, problem)
    except AnotherActionError:
        form.add_error(None, wording.BEING_CHANGED)
        return _page(request, authority, found, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    except LimitReachedError:
        form.add_error(None, wording.TOO_MANY)
        return _page(request, authority, found, form, HTTPStatus.TOO_MANY_REQUESTS)
    drafts.forget(request)
    return redirect("support:move-hub", grant.pk, found.pk)


@require_GET
@acting
def live(request: HttpRequest, authority: Authority, hub: uuid.UUID) -> HttpResponse:
    """Show what is done to the hub as it is now; nothing (204) when the page knows it already."""
    found = _theirs(authority, hub)
    try:
        _check(authority, found)
    except NoConsentError as problem:
        raise PermissionDenied from problem
    context = _actions(authority, found)
    if request.GET.get("seen") == context["seen"]:
        return HttpResponse(status=204)
    return render(request, "hubs/parts/actions.html", context)


@require_POST
@acting
def stop(
    request: HttpRequest, authority: Authority, hub: uuid.UUID, action: uuid.UUID
) -> HttpResponse:
    """Stop a move that was asked for by this grant."""
    here = _theirs(authority, hub)
    known = {each.pk: each for each in actions_on(here, action_history.MOST)}
    found = known.get(action)
    if found is None or found.support_grant_id != authority.grant.pk:
        raise Http404
    if moving.can_stop(found, authority.grant):
        if asking.stop(found, authority.agent.user):
            messages.success(request, action_wording.STOPPED)
        else:
            messages.info(request, action_wording.TOO_LATE)
    return redirect("support:move-hub", authority.grant.pk, here.pk)


def _theirs(authority: Authority, pk: uuid.UUID) -> Hub:
    """Return a hub that is the organisation's now, at a site of the grant, or raise Http404."""
    theirs = seen.hubs(authority.grant).filter(binding=Hub.Binding.OURS)
    return get_object_or_404(theirs.select_related("organisation", "site"), pk=pk)


def _check(authority: Authority, hub: Hub) -> None:
    """Raise NoConsentError where the grant lets nobody move the hub."""
    grant = authority.grant
    rights.authority(
        authority.agent,
        grant.organisation_id,
        leaving=hub.spkey_site_id,
        move=True,
        grant=grant.pk,
    )


def _page(
    request: HttpRequest, authority: Authority, hub: Hub, form: MoveForm, status: int
) -> HttpResponse:
    context = _actions(authority, hub) | {
        "acting": authority.grant,
        "form": form,
        "site": hub.site.shown_name if hub.site else hub.spkey_site_id,
        "has_sites": form.has_sites,
        "hindrance": action_wording.hindrance_for_support(hub.status),
    }
    return render(request, "support/move_hub.html", context, status=status)


def _actions(authority: Authority, hub: Hub) -> dict[str, object]:
    """Return what `hubs/parts/actions.html` shows of a hub to the agent."""
    grant, actions = authority.grant, actions_on(hub, action_history.MOST)
    own = (grant.pk, hub.pk)
    stops = {
        each.pk: reverse("support:move-hub-stop", args=(*own, each.pk))
        for each in actions
        if moving.can_stop(each, grant)
    }
    return {
        "hub": hub,
        "actions": [action_history.for_agent(each, stops.get(each.pk, "")) for each in actions],
        "seen": action_history.seen(actions),
        "pace": action_history.pace(actions),
        "page_url": reverse("support:move-hub", args=own),
        "live_url": reverse("support:move-hub-live", args=own),
    }
