"""What holds for every request: signed in by default, sessions that end, nothing cached."""

import logging
import math
import time
from collections.abc import Callable
from typing import cast

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.exceptions import SessionInterrupted
from django.contrib.sessions.middleware import SessionMiddleware
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from django.utils.deprecation import MiddlewareMixin
from django_htmx.http import HttpResponseClientRedirect

from portal.core import logs, refusals
from portal.core.throttle import LimitReachedError
from portal.core.turns import BusyError
from portal.core.web.login_redirect import page_to_return_to

logger = logging.getLogger(__name__)

SIGNED_IN_AT = "signed_in_at"
ACTIVE_AT = "active_at"
# Writing the session on every request would cost a write per poll; a few minutes are close enough.
TOUCH_EVERY_SECONDS = 300


class Sessions(SessionMiddleware):
    """Django's sessions; whose ends while a request is under way is led to sign-in and back."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Save the session, which may have been ended elsewhere: Django would answer 400."""
        try:
            return super().process_response(request, response)
        except SessionInterrupted:
            return _way_to_sign_in(request)


class SignInRequired(LoginRequiredMiddleware):
    """Leads to sign-in and back. A fragment takes the whole page there, not a piece of it."""

    def handle_no_permission(
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]
    ) -> HttpResponseRedirect:
        """Return the way to sign-in, for a page or for a fragment of one."""
        return _way_to_sign_in(request)


def _way_to_sign_in(request: HttpRequest) -> HttpResponseRedirect:
    sign_in = redirect_to_login(page_to_return_to(request), settings.LOGIN_URL)
    if not getattr(request, "htmx", None):
        return sign_in
    # For htmx the way there is a 200 with a header; the base class speaks of redirects only.
    return cast("HttpResponseRedirect", HttpResponseClientRedirect(sign_in.url))


class SessionLifetime(MiddlewareMixin):
    """Ends sessions that were idle, or lived, too long.

    A request that its view marks as `sent_by_itself` tells of no activity: a device made it.
    That somebody was active is recorded beside the request: a database too busy for that
    must spoil no answer, and least of all that of a claim which was saved.
    """

    def process_request(self, request: HttpRequest) -> None:
        """Sign out an overdue session; record activity now and then, polling not counted."""
        if not request.user.is_authenticated:
            return
        logs.note(person=request.user.pk)
        now = int(time.time())
        session = request.session
        signed_in_at = session.get(SIGNED_IN_AT)
        if signed_in_at is None:
            _set_times(request, {SIGNED_IN_AT: now, ACTIVE_AT: now})
            return
        idle = now - session.get(ACTIVE_AT, now)
        if is_over(request.user, idle, now - signed_in_at):
            request.session_ended_by = "age"  # type: ignore[attr-defined]
            logout(request)
        elif idle > TOUCH_EVERY_SECONDS and not _is_poll(request):
            _set_times(request, {ACTIVE_AT: now})

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Save the time of activity, unless the whole session is saved anyway."""
        active = getattr(request, "activity_recorded", False)
        by_itself = getattr(request, "sent_by_itself", False)
        if active and not by_itself and not request.session.modified and response.status_code < 500:
            try:
                request.session.save()
            except (UpdateError, OperationalError, InterfaceError):
                logger.warning("the time of somebody's last activity could not be saved")
        return response


def is_over(person: AbstractBaseUser, idle: int, age: int) -> bool:
    """Say whether a session of this person is, after so many seconds idle and in all.

    The person tells by `is_powerful` whether theirs are the short ones. That is asked only
    where the session's end depends on it.
    """
    if idle > settings.SESSION_IDLE_SECONDS or age > settings.SESSION_ABSOLUTE_SECONDS:
        return True
    is_short = (
        idle <= settings.POWERFUL_SESSION_IDLE_SECONDS
        and age <= settings.POWERFUL_SESSION_ABSOLUTE_SECONDS
    )
    return not is_short and bool(person.is_powerful)  # type: ignore[attr-defined]


def _set_times(request: HttpRequest, times: dict[str, int]) -> None:
    changed_before = request.session.modified
    request.session.update(times)
    request.session.modified = changed_before
    request.activity_recorded = True  # type: ignore[attr-defined]


def _is_poll(request: HttpRequest) -> bool:
    return request.method == "GET" and "HX-Request" in request.headers


class LimitReached(MiddlewareMixin):
    """Says on whichever page something was done too often, and when it may be done again."""

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer 429 with a page of its own, in the reader's language, with a way back."""
        if not isinstance(error, LimitReachedError):
            return None
        page = page_to_return_to(request)
        minutes = math.ceil(error.seconds / 60)
        context = {
            "seconds": error.seconds,
            "minutes": minutes,
            "page": page,
            "is_busy": isinstance(error, BusyError),
        }
        answer = render(request, "429.html", context, status=429)
        answer["Retry-After"] = str(error.seconds)
        return answer

    def process_response(self, _request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Keep that a limit has refused something, whichever way the person was told."""
        refusals.counted.add_own()
        return response


class NoStore(MiddlewareMixin):
    """Keeps pages and fragments out of every cache, a stranger's too: a link may be secret."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Forbid storing, unless the view has said otherwise."""
        if "Cache-Control" not in response:
            add_never_cache_headers(response)
        return response
