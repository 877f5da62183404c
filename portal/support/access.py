"""Who may act for other organisations: an agent who signed in with a second factor."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.orgs import access
from portal.orgs.access import Ability
from portal.orgs.models import Membership
from portal.orgs.second_factor import Lack, lack

AgentView = Callable[[HttpRequest, Membership], HttpResponse]


def agents_only(view: AgentView) -> Callable[[HttpRequest], HttpResponse]:
    """Give the view the agent's membership, or show what the agent must do first.

    Raises PermissionDenied for anybody who is no agent of the organisation they work in.
    """

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        agent = access.current(request, Ability.SUPPORT)
        missing = lack(request, agent.user)
        if missing:
            context = {"set_up": missing == Lack.NOT_SET_UP}
            return render(request, "support/second_factor.html", context, status=403)
        return view(request, agent)

    return guarded
