"""Leading people to a second factor that is required of them: by their organisation, or of agents.

Support agents need one to work here at all, and each session of theirs must have used it.
"""

import time
from collections.abc import Callable
from typing import Any, Final

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.deprecation import MiddlewareMixin
from django_htmx.http import HttpResponseClientRedirect

from portal.core.web.fragments import wants_fragment
from portal.core.web.login_redirect import page_to_return_to
from portal.orgs import access
from portal.orgs.access import FactorRequiredError
from portal.orgs.models import Membership, Organisation
from portal.orgs.web.factor_changes import SESSION_INVITED_UNTIL
from portal.orgs.web.second_factor import Lack, ask_for_invitation, lack, way_to_use

# What one needs to set a factor up, to work in another organisation, or to leave.
STAYS_OPEN: Final = {
    "account_logout",
    "account_reauthenticate",
    "account_change_password",
    "oidc-again",
    "organisation:switch",
    "sessions:list",
    "sessions:end",
    "sessions:end-others",
}


# Where somebody goes on who was led away to set up a factor; templates read it from the session.
SESSION_GO_ON: Final = "factor_go_on"


def come_back_to(request: HttpRequest, page: str) -> None:
    """Remember the page on which the person goes on once they have a factor."""
    if request.session.get(SESSION_GO_ON) != page:
        request.session[SESSION_GO_ON] = page


def required_by(request: HttpRequest) -> Organisation | None:
    """Return the organisation in which the person works, if it requires a factor they lack."""
    person = access.person(request)
    if not person.lacks_required_factor:
        return None
    now: Membership | None = access.choose(request, access.memberships(person))
    return now.organisation if now and now.is_asked_for_factor else None


class RequiredFactor(MiddlewareMixin):
    """Leads whoever lacks the factor to where they set it up, whatever page they ask for.

    A view that is open to strangers, or answers scripts, is left alone: `access` refuses there.
    """

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        """Answer in the view's place, where the factor is missing."""
        if not request.user.is_authenticated or not getattr(view, "login_required", True):
            return None
        if _stays_open(request):
            return None
        if (missing := _missing_of_agent(request)) != Lack.NOTHING:
            return _lead_agent(request, missing)
        if required_by(request) is not None:
            return _lead(request)
        if SESSION_GO_ON in request.session and not wants_fragment(request):
            del request.session[SESSION_GO_ON]  # They are there, or went elsewhere.
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        """Lead there from what is of another of their organisations, too."""
        return _lead(request) if isinstance(error, FactorRequiredError) else None


def _stays_open(request: HttpRequest) -> bool:
    # The library's addresses below that page are all of setting up and using factors.
    match = request.resolver_match
    of_factors = request.path_info.startswith(reverse("mfa_index"))
    return of_factors or (match is not None and match.view_name in STAYS_OPEN)


def _missing_of_agent(request: HttpRequest) -> Lack:
    person = access.person(request)
    return lack(request, person) if person.is_agent else Lack.NOTHING


def _lead_agent(request: HttpRequest, missing: Lack) -> HttpResponseBase:
    page = page_to_return_to(request)
    if missing == Lack.NOT_USED:
        return _go(request, way_to_use(access.person(request), page))
    # Who has an agent's password alone must not be able to set up a factor with it.
    if request.session.get(SESSION_INVITED_UNTIL, 0) > time.time():
        return _lead(request)
    return _go(request, page) if wants_fragment(request) else ask_for_invitation(request)


def _lead(request: HttpRequest) -> HttpResponseBase:
    way = reverse("mfa_index")
    come_back_to(request, page_to_return_to(request))
    return _go(request, way)


def _go(request: HttpRequest, way: str) -> HttpResponseBase:
    return HttpResponseClientRedirect(way) if wants_fragment(request) else redirect(way)
