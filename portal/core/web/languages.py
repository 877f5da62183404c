"""In which language a page is written, and the switch between them.

A person's own choice counts first, then what was chosen on this device while signed out, then
what the browser asks for, then English.
"""

from collections.abc import Callable
from typing import Any, Final

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from portal.orgs.models import User

CODES: Final = tuple(code for code, _ in settings.LANGUAGES)
GetResponse = Callable[[HttpRequest], HttpResponse]


def of_request(request: HttpRequest) -> str:
    """Return the language to answer in: one of CODES."""
    chosen = getattr(request.user, "language", "")
    return chosen if chosen in CODES else translation.get_language_from_request(request)


def speak(get_response: GetResponse) -> GetResponse:
    """Answer each request in its language: a middleware, to stand after those of sign-in.

    A view that has set Content-Language has a language of its own, whoever asks.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        language = of_request(request)
        with translation.override(language):
            response = get_response(request)
        if "Content-Language" not in response:
            response["Content-Language"] = language
            patch_vary_headers(response, ("Accept-Language", "Cookie"))
        return response

    return middleware


@login_not_required
@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    """Take the language that was chosen, and lead back to the page on which it was.

    It is kept with the person who is signed in, else in a cookie of this device.
    """
    language = request.POST.get("language", "")
    if language not in CODES:
        return HttpResponseBadRequest()
    back = HttpResponseRedirect(_page_before(request))
    if isinstance(request.user, User):
        request.user.language = language
        request.user.save(update_fields=["language"])
    else:
        back.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, **_cookie())
    return back


def _page_before(request: HttpRequest) -> str:
    page = request.POST.get("next", "")
    own = {request.get_host()}
    safe = url_has_allowed_host_and_scheme(page, own, require_https=request.is_secure())
    return page if safe else "/"


def _cookie() -> dict[str, Any]:
    return {
        "max_age": settings.LANGUAGE_COOKIE_AGE,
        "secure": settings.LANGUAGE_COOKIE_SECURE,
        "httponly": settings.LANGUAGE_COOKIE_HTTPONLY,
        "samesite": settings.LANGUAGE_COOKIE_SAMESITE,
    }
