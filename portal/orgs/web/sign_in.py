"""The page on which people sign in, and what is closed where no password does it."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.views import LoginView
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseBase


class SignIn(LoginView):  # type: ignore[misc]  # allauth has no types
    """Asks for a password, offers the provider of the settings, or both."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add which ways there are."""
        provider = settings.OIDC["name"] if settings.OIDC else ""
        return {
            **super().get_context_data(**kwargs),
            "passwords_serve": settings.PASSWORD_SIGN_IN,
            "provider": provider,
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
