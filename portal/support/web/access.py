"""Who may act for other organisations: an agent who signed in with a second factor.

`agents_only` is for what is about no organisation yet, `acting` for the pages under a grant.
"""

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext

from portal.claims.web.support_gate import ask_for_factor, lack_of_agent
from portal.consent import giving, queries, rights
from portal.consent.break_glass import record_page
from portal.consent.display import wording
from portal.consent.models import Grant
from portal.consent.rights import Authority, NoConsentError, Why
from portal.orgs import access
from portal.orgs.access import Ability
from portal.orgs.models import Membership
from portal.orgs.web.second_factor import Lack, way_to_use
from portal.support import seen
from portal.support.web import drafts

# They bring what a page that was opened shows anew.
POLLS: Final = frozenset({"support:move-hub-live"})

type AgentView[**P] = Callable[Concatenate[HttpRequest, Membership, P], HttpResponse]
type ActingView[**P] = Callable[Concatenate[HttpRequest, Authority, P], HttpResponse]


def agents_only[**P](view: AgentView[P]) -> Callable[..., HttpResponse]:
    """Give the view the agent's membership, or show what the agent must do first.

    What is posted needs a factor that was used just now. Where it was used too long ago, what
    was typed is kept while the agent gives a code.

    Raises PermissionDenied for anybody who is no agent of the organisation they work in.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        agent = access.current(request, Ability.SUPPORT)
        return lacking(request, agent) or view(request, agent, *args, **kwargs)

    return guarded


def acting[**P](view: ActingView[P]) -> Callable[..., HttpResponse]:
    """Give the view by what the agent acts, for the grant that the address names.

    A grant that is not the agent's is a 404, and so it is for everybody who is no agent. Of one
    that is over a page says so. The first page is its first use, of which the organisation is
    told; each page that is opened under break glass is recorded.
    """

    @wraps(view)
    def guarded(request: HttpRequest, pk: uuid.UUID, *args: P.args, **kwargs: P.kwargs) -> Any:
        grant, agent = mine(request, pk)
        if (answer := lacking(request, agent)) is not None:
            return answer
        try:
            authority = rights.authority(agent, grant.organisation_id, grant=grant.pk)
        except NoConsentError as problem:
            return over(request, grant, problem)
        note_use(request, authority)
        return view(request, authority, *args, **kwargs)

    return guarded


def over(request: HttpRequest, grant: Grant, problem: NoConsentError) -> HttpResponse:
    """Say that the agent has no access by this grant (any more), and what else there is (403)."""
    grant = queries.usable_by(access.person(request)).get(pk=grant.pk)
    context = {
        "grant": grant,
        "why": wording.WHY_NOT[problem.why],
        "standing": queries.standing_ids(access.person(request)),
        "still_acting": problem.why in {Why.SITE, Why.MOVE},
        "wants_moves": problem.why == Why.MOVE,
    }
    return render(request, "support/over.html", context, status=403)


def mine(request: HttpRequest, pk: uuid.UUID) -> tuple[Grant, Membership]:
    """Return the grant and the membership by which the person may use it, or raise Http404."""
    person = access.person(request)
    grant = get_object_or_404(queries.usable_by(person), pk=pk)
    agent = access.membership_in(person, grant.support_organisation)
    if agent is None or Ability.SUPPORT not in access.abilities(agent):
        raise Http404
    return grant, access.require(person, grant.support_organisation_id, Ability.SUPPORT)


def lacking(request: HttpRequest, agent: Membership) -> HttpResponse | None:
    """Return what an agent is shown who lacks the second factor, None where nothing is lacking."""
    missing = lack_of_agent(request, agent.user)
    if missing == Lack.NOT_FRESH:
        drafts.keep(request)
        messages.info(request, gettext("Nothing was sent yet. Confirm it, and send it again."))
        return redirect(way_to_use(agent.user, request.get_full_path()))
    return ask_for_factor(request, missing) if missing else None


def note_use(request: HttpRequest, authority: Authority) -> None:
    """Note that the agent sees something of the organisation: the first use, each page of glass."""
    giving.mark_used(authority)
    # What a browser says of its request, whoever sends it may leave out or add.
    view = request.resolver_match.view_name if request.resolver_match else ""
    is_look = request.method in access.SAFE_METHODS and view not in POLLS
    if authority.grant.is_break_glass and is_look:
        record_page(authority.grant, authority.agent, request.path, _hub_of(request, authority))


def _hub_of(request: HttpRequest, authority: Authority) -> str:
    """Return how the id ends of the hub that the page is about; "" where it is about none."""
    match = request.resolver_match
    if match and match.view_name == "support:hub":
        return _tail(match.kwargs["pk"])
    if not match or "hub" not in match.kwargs:
        return ""
    hub = seen.hubs(authority.grant).filter(pk=match.kwargs["hub"]).first()
    return _tail(hub.hub_id) if hub else ""


def _tail(hub_id: uuid.UUID) -> str:
    """Return by which characters people call a hub."""
    return str(hub_id)[-4:].upper()
