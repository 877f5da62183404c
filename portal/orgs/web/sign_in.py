"""The page on which people sign in, and what is closed where no password does it."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.views import LoginView
from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseBase

from portal.orgs.web import ended_access
from portal.orgs.web.forms import ADDRESS


class SignIn(LoginView):  # type: ignore[misc]  # allauth has no types
    """Asks for a password, offers the provider of the settings, or both."""

    def get_form(self, form_class: type[forms.Form] | None = None) -> forms.Form:
        """Return the library's form, in the words of all our forms."""
        form: forms.Form = super().get_form(form_class)
        form.fields["login"].label = ADDRESS
        return form

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add which ways there are, and why somebody is led here whose access has ended."""
        provider = settings.OIDC["name"] if settings.OIDC else ""
        return {
            **super().get_context_data(**kwargs),
            "passwords_serve": settings.PASSWORD_SIGN_IN,
            "provider": provider,
            "access_ended": ended_access.why(self.request),
            "only_provider": bool(provider) and not settings.PASSWORD_SIGN_IN,
        }


def needs_passwords(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Answer 404 where the settings say that nobody signs in by a password."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not settings.PASSWORD_SIGN_IN:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded
