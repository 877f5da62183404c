"""Who may act for other organisations: an agent who signed in with a second factor."""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext

from portal.claims.web.support_gate import ask_for_factor, lack_of_agent
from portal.orgs import access
from portal.orgs.access import Ability
from portal.orgs.models import Membership
from portal.orgs.web.second_factor import Lack, way_to_use
from portal.support.web import drafts

AgentView = Callable[[HttpRequest, Membership], HttpResponse]


def agents_only(view: AgentView) -> Callable[[HttpRequest], HttpResponse]:
    """Give the view the agent's membership, or show what the agent must do first.

    What is posted needs a factor that was used just now. Where it was used too long ago, what
    was typed is kept while the agent gives a code.

    Raises PermissionDenied for anybody who is no agent of the organisation they work in.
    """

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        agent = access.current(request, Ability.SUPPORT)
        missing = lack_of_agent(request, agent.user)
        if missing == Lack.NOT_FRESH:
            drafts.keep(request)
            messages.info(request, gettext("Nothing was sent yet. Confirm it, and send it again."))
            return redirect(way_to_use(agent.user, request.get_full_path()))
        if missing:
            return ask_for_factor(request, missing)
        return view(request, agent)

    return guarded
