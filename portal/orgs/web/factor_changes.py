"""Setting up a second factor and turning it off, with what the sign-in library does not ask for."""

import time
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any, Final

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.internal.flows.add import validate_can_add_authenticator
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView, EditWebAuthnView, RemoveWebAuthnView
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from portal.orgs import access, factor_invitations, factors
from portal.orgs.models import User
from portal.orgs.queries import authenticators_of
from portal.orgs.web.passkeys import with_options
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
        return redirect("mfa_index")
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
            return redirect(way_to_use(access.person(request), request.path))
        return view(request, *args, **kwargs)

    return guarded


def needs_invitation(view: View) -> View:
    """Show an operator or agent who has no factor, and is not invited, what they must do first."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        invited = request.session.get(SESSION_INVITED_UNTIL, 0) > time.time()
        if factor_invitations.is_invitable(access.person(request)) and not invited:
            return ask_for_invitation(request)
        return view(request, *args, **kwargs)

    return guarded


class Activate(ActivateTOTPView):  # type: ignore[misc]  # allauth has no types
    """Sets up an authenticator app."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Set it up, and sign the person out everywhere else; the invitation has served.

        The code that was right counts as the factor's first use: the recovery codes come next.
        """
        answer: HttpResponse = super().form_valid(form)
        mine = authenticators_of(form.user)
        app = next(pk for pk, kind in mine.items() if kind == Authenticator.Type.TOTP)
        used = {"id": app, "type": Authenticator.Type.TOTP.value, "reauthenticated": True}
        record_authentication(self.request, form.user, "mfa", **used)
        self.request.session.pop(SESSION_INVITED_UNTIL, None)
        end_others(self.request)
        return answer


class Deactivate(DeactivateTOTPView):  # type: ignore[misc]  # likewise
    """Turns the authenticator app off."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add whether it is the last second factor."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return {**context, "is_last": factors.of(access.person(self.request)).count() == 1}

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


class AddPasskey(AddWebAuthnView):  # type: ignore[misc]  # likewise
    """Adds a passkey."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Keep it, and sign the person out everywhere else; an invitation has served.

        What it signed just now counts as its first use.
        """
        answer: HttpResponse = super().form_valid(form)
        added = factors.passkeys_of(access.person(self.request)).latest("pk")
        post_authentication(self.request, added, reauthenticated=True)
        self.request.session.pop(SESSION_INVITED_UNTIL, None)
        end_others(self.request)
        return answer

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add what the script asks the browser with."""
        return with_options(super().get_context_data(**kwargs), "creation_options")

    def form_invalid(self, form: Any) -> HttpResponse:
        """Show the form again (422)."""
        context = {**self.get_context_data(), "form": form}
        answer: HttpResponse = self.render_to_response(context)
        answer.status_code = HTTPStatus.UNPROCESSABLE_ENTITY
        return answer


class RenamePasskey(EditWebAuthnView):  # type: ignore[misc]  # likewise
    """Gives a passkey another name."""

    success_url = reverse_lazy("mfa_index")

    def form_valid(self, form: Any) -> HttpResponse:
        """Rename it, and say so."""
        answer: HttpResponse = super().form_valid(form)
        messages.success(self.request, gettext("Saved."))
        return answer

    def form_invalid(self, form: Any) -> HttpResponse:
        """Show the form again (422)."""
        answer: HttpResponse = super().form_invalid(form)
        answer.status_code = HTTPStatus.UNPROCESSABLE_ENTITY
        return answer


class RemovePasskey(RemoveWebAuthnView):  # type: ignore[misc]  # likewise
    """Removes a passkey."""

    success_url = reverse_lazy("mfa_index")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add whether it is the last second factor."""
        last = factors.of(access.person(self.request)).count() == 1
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return {**context, "is_last": last, "name": self.object.wrap().name}

    def form_valid(self, form: Any) -> HttpResponse:
        """Remove it, and sign the person out everywhere else."""
        answer: HttpResponse = super().form_valid(form)
        end_others(self.request)
        return answer
