"""Text in UTF-8 alone is read, and no NUL gets to a query: PostgreSQL refuses one in any text."""

from collections.abc import Callable
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, QueryDict, UnreadablePostError
from django.utils.deprecation import MiddlewareMixin
from django.views.defaults import bad_request

NUL: Final = "\0"
UTF_8: Final = frozenset({"utf-8", "utf8"})


class NoNul(MiddlewareMixin):
    """Answers 400 to a NUL in the path, the query, a cookie or a form; and to half a form.

    Also to text that is said to be in anything else than UTF-8, before any of it is read.
    It stands before whatever looks up a cookie. A form is read once its size was measured.
    Of the JSON that scripts send, nothing but ids gets to a query.
    """

    def process_request(self, request: HttpRequest) -> HttpResponse | None:
        """Refuse by what comes before the body."""
        # A client may not choose how its text is read: of Python's codecs some take minutes.
        if (request.content_params or {}).get("charset", "utf-8").lower() not in UTF_8:
            return _refusal(request)
        texts = (request.path_info, *request.COOKIES.values())
        if any(NUL in text for text in texts) or _holds_nul(request.GET):
            return _refusal(request)
        return None

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Refuse by the form."""
        try:
            return _refusal(request) if _holds_nul(request.POST) else None
        except UnreadablePostError:
            return _refusal(request)


def _holds_nul(fields: QueryDict) -> bool:
    return any(NUL in text for name, values in fields.lists() for text in (name, *values))


def _refusal(request: HttpRequest) -> HttpResponse:
    # What was asked for is read no more, by no page and no log.
    request.encoding = "utf-8"
    return bad_request(request, ValueError())
