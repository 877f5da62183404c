"""Passkeys as a second factor: at sign-in, and before what is dangerous."""

import json
from http import HTTPStatus
from typing import Any

from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.webauthn.views import ReauthenticateWebAuthnView
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from portal.orgs import factors


def with_options(context: dict[str, Any], name: str) -> dict[str, Any]:
    """Return the context with these options of WebAuthn as JSON, which a script reads."""
    options = json.dumps(context["js_data"][name]["publicKey"])
    return {**context, "passkey_options": options, "portal_url": settings.PORTAL_URL}


class Authenticate(AuthenticateView):  # type: ignore[misc]  # allauth has no types
    """Asks for the second factor at sign-in: a passkey where there is one, or a code."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add what the script asks the browser with, and which ways the person has."""
        person = self.stage.login.user
        own = set(factors.of(person).values_list("type", flat=True))
        context = with_options(super().get_context_data(**kwargs), "request_options")
        return {**context, "has_passkey": "webauthn" in own, "has_app": "totp" in own}


class Reauthenticate(ReauthenticateWebAuthnView):  # type: ignore[misc]  # likewise
    """Asks for a passkey again, before what is dangerous."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add what the script asks the browser with."""
        return with_options(super().get_context_data(**kwargs), "request_options")

    def form_invalid(self, form: Any) -> HttpResponse:
        """Show the page again (422)."""
        context = {**self.get_context_data(), "form": form}
        answer: HttpResponse = self.render_to_response(context)
        answer.status_code = HTTPStatus.UNPROCESSABLE_ENTITY
        return answer


def no_list(request: HttpRequest) -> HttpResponse:
    """Lead to the one page that has all of a person's factors."""
    return redirect("mfa_index")
