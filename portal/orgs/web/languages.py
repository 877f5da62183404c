"""The language of a page: Django's own way, with the person's choice before the device's.

A person's own choice counts first, then what was chosen on this device while signed out, then
what the browser asks for, then English.
"""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.http.response import HttpResponseBase
from django.middleware.locale import LocaleMiddleware
from django.utils import translation
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from portal.orgs.models import User


class LanguageMiddleware(LocaleMiddleware):
    """Answers each request in its language. It comes after the middleware of sign-in.

    A view that has set Content-Language has a language of its own for everybody.
    """

    def process_request(self, request: HttpRequest) -> None:
        """Take the person's own choice, else what Django finds."""
        super().process_request(request)
        if (chosen := getattr(request.user, "language", "")) in dict(settings.LANGUAGES):
            translation.activate(chosen)
            request.LANGUAGE_CODE = chosen

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Name the language, and leave none behind for what this thread does next."""
        if "Content-Language" not in response:
            response = super().process_response(request, response)
        translation.deactivate()
        return response


@login_not_required
@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    """Take the language that was chosen, and lead back to the page on which it was.

    It is kept with the person who is signed in, else in a cookie of this device.
    """
    language = request.POST.get("language", "")
    if language not in dict(settings.LANGUAGES):
        return HttpResponseBadRequest()
    response = set_language(request)
    if isinstance(request.user, User):
        request.user.language = language
        request.user.save(update_fields=["language"])
        del response.cookies[settings.LANGUAGE_COOKIE_NAME]
    return response
