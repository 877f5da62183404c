"""Who may act for other organisations: an agent who signed in with a second factor."""

from collections.abc import Callable
from enum import StrEnum
from functools import wraps

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.orgs import access
from portal.orgs.access import Ability
from portal.orgs.models import Membership, User

AgentView = Callable[[HttpRequest, Membership], HttpResponse]


class Lack(StrEnum):
    """What is missing of an agent's second factor."""

    NOTHING = ""
    NOT_SET_UP = "not set up"
    NOT_USED = "not used"


def lack(request: HttpRequest, user: User) -> Lack:
    """Say what is missing: an authenticator app, or its use in this very session.

    The sign-in library notes how a session was authenticated: `method` is "mfa" and `id` the
    authenticator's. One that has been removed since proves nothing any more.
    """
    own = dict(Authenticator.objects.filter(user=user).values_list("pk", "type"))
    if Authenticator.Type.TOTP not in own.values():
        return Lack.NOT_SET_UP
    records = get_authentication_records(request, user)
    if any(record["method"] == "mfa" and record.get("id") in own for record in records):
        return Lack.NOTHING
    return Lack.NOT_USED


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
