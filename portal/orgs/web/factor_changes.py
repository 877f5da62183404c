"""Setting up a second factor and turning it off, with what the sign-in library does not ask for."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.internal.flows.add import validate_can_add_authenticator
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from portal.orgs import access, factor_invitations
from portal.orgs.models import User
from portal.orgs.queries import authenticators_of
from portal.orgs.web.second_factor import Lack, ask_for_invitation, lack, way_to_use
from portal.orgs.web.sessions import end_others

type View = Callable[..., HttpResponseBase]

SESSION_INVITED_UNTIL: Final = "factor_invited_until"
# Long enough to install an app; the link itself is used up.
INVITED_SECONDS: Final = 30 * 60


@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Show somebody the invitation to set up a second factor, and take it when they accept."""
    person = access.person(request)
    may_set_up = _may_set_up(person)
    if request.method == "POST" and may_set_up and factor_invitations.accept(person, token):
        request.session[SESSION_INVITED_UNTIL] = time.time() + INVITED_SECONDS
        return redirect("mfa_activate_totp")
    is_open = factor_invitations.is_open(person, token)
    status = 404 if not is_open else 200 if may_set_up or request.method != "POST" else 409
    context = {"is_open": is_open, "may_set_up": may_set_up}
    return render(request, "orgs/factor_invitation.html", context, status=status)


def _may_set_up(person: User) -> bool:
    """Say whether the library would let them: whoever has not confirmed their address may not."""
    try:
        validate_can_add_authenticator(person)
    except ValidationError:
        return False
    return True


def needs_own_factor(view: View) -> View:
    """Have the view ask whoever has a second factor for it first: a password alone is not enough.

    Else who knows it could turn the factor off, or read the codes that stand in for it.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        missing = lack(request, access.person(request), within=settings.OPERATOR_FACTOR_SECONDS)
        if missing in {Lack.NOT_USED, Lack.NOT_FRESH}:
            return redirect(way_to_use(request.path))
        return view(request, *args, **kwargs)

    return guarded


class Activate(ActivateTOTPView):  # type: ignore[misc]  # allauth has no types
    """Sets up an authenticator app: for operators and agents, only after an invitation."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Show what an operator or agent who is not invited must do first."""
        invited = request.session.get(SESSION_INVITED_UNTIL, 0) > time.time()
        person = access.person(request)
        if factor_invitations.is_invitable(person) and not invited:
            return ask_for_invitation(request)
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return answer

    def form_valid(self, form: Any) -> HttpResponse:
        """Set it up, and sign the person out everywhere else; the invitation has served.

        The code that was right counts as the factor's first use: the recovery codes come next.
        """
        answer: HttpResponse = super().form_valid(form)
        factors = authenticators_of(form.user)
        app = next(pk for pk, kind in factors.items() if kind == Authenticator.Type.TOTP)
        used = {"id": app, "type": Authenticator.Type.TOTP.value, "reauthenticated": True}
        record_authentication(self.request, form.user, "mfa", **used)
        self.request.session.pop(SESSION_INVITED_UNTIL, None)
        end_others(self.request)
        return answer


class Deactivate(DeactivateTOTPView):  # type: ignore[misc]  # likewise
    """Turns the authenticator app off."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Turn it off, and sign the person out everywhere else."""
        answer: HttpResponse = super().form_valid(form)
        end_others(self.request)
        return answer


class GenerateCodes(GenerateRecoveryCodesView):  # type: ignore[misc]  # likewise
    """Makes other recovery codes."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Make them, and sign the person out everywhere else."""
        answer: HttpResponse = super().form_valid(form)
        end_others(self.request)
        return answer
