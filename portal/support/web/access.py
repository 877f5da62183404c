"""Who may act for other organisations: an agent who signed in with a second factor."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse

from portal.claims.web.support_gate import ask_for_factor
from portal.orgs import access
from portal.orgs.access import Ability
from portal.orgs.models import Membership
from portal.orgs.web.second_factor import lack

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
            return ask_for_factor(request, missing)
        return view(request, agent)

    return guarded
