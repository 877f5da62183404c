"""Who asks by http where https is demanded: people are led there, scripts are refused."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.utils import translation
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation import gettext


def for_scripts[View: Callable[..., Any]](view: View) -> View:
    """Say that a view answers scripts: whoever asks it by http is refused, also with GET."""
    view.is_for_scripts = True  # type: ignore[attr-defined]
    return view


class RefusesInClear(MiddlewareMixin):
    """Refuses (403) what was sent by http and is not a page that somebody opened.

    A redirect would let a client send everything in clear each time, and nobody would notice.
    It stands before Django's middleware, which redirects the rest.
    """

    def process_request(self, request: HttpRequest) -> HttpResponse | None:
        """Refuse by method and address."""
        if not settings.SECURE_SSL_REDIRECT or request.is_secure() or _is_page(request):
            return None
        # Nothing has chosen a language yet.
        with translation.override(translation.get_language_from_request(request)):
            sentence = gettext("The portal takes this by https alone: nothing was done.")
        return HttpResponse(
            f"{sentence}\n", "text/plain; charset=utf-8", status=HTTPStatus.FORBIDDEN
        )


def _is_page(request: HttpRequest) -> bool:
    if request.method not in {"GET", "HEAD"} or "HX-Request" in request.headers:
        return False
    try:
        view: Any = resolve(request.path_info).func
    except Resolver404:
        return True
    return not getattr(view, "is_for_scripts", False)
