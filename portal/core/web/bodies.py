"""How large a request may be: measured before a byte of its body is read, by anybody."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import Resolver404, resolve
from django.utils.deprecation import MiddlewareMixin

ORDINARY: Final = 512 * 1024
"""Bytes. Forms and the tray's rows take a fraction of it."""
WITH_PHOTO: Final = 13 * 1024 * 1024
"""A photo of 12 MB, and what a form puts around it."""

View = Callable[..., HttpResponseBase]
Refuse = Callable[[HttpRequest, HTTPStatus], HttpResponse]


def _page(request: HttpRequest, status: HTTPStatus) -> HttpResponse:
    return render(request, "413.html", status=status)


@dataclass(frozen=True, slots=True)
class _Taken:
    """What an address takes, and how it says no."""

    most: int = ORDINARY
    refuse: Refuse = _page


def takes(*, most: int = ORDINARY, refuse: Refuse = _page) -> Callable[[View], View]:
    """Let a view have bodies of up to `most` bytes from people who are signed in.

    Others are led to sign-in. `refuse` makes the answer to what is larger, in place of a page.
    """

    def mark(view: View) -> View:
        view.takes = _Taken(most, refuse)  # type: ignore[attr-defined]
        return view

    return mark


class BoundedBody(MiddlewareMixin):
    """Refuses a body that is too large (413), or does not say how large it is (411).

    It stands where the person is known and the body untouched: the check against forgery, which
    also answers for addresses that do not exist, would read all of it.
    """

    def process_request(self, request: HttpRequest) -> HttpResponse | None:
        """Refuse by what the headers say."""
        if "Transfer-Encoding" in request.headers:
            return _taken_at(request).refuse(request, HTTPStatus.LENGTH_REQUIRED)
        if (size := size_of(request)) <= ORDINARY:
            return None
        taken = _taken_at(request)
        if size <= taken.most:
            is_known = request.user.is_authenticated
            return None if is_known else redirect_to_login(request.path_info)
        return taken.refuse(request, HTTPStatus.CONTENT_TOO_LARGE)


def size_of(request: HttpRequest) -> int:
    """Return the length of the body, as Django itself understands the header."""
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def _taken_at(request: HttpRequest) -> _Taken:
    try:
        view: Any = resolve(request.path_info).func
    except Resolver404:
        return _Taken()
    found: _Taken = getattr(view, "takes", _Taken())
    return found
