"""An unchanged poll is answered before anybody has looked who asks, for some seconds at a time.

Almost every poll is answered 204, and finding out who asks is most of its cost. So each such answer
of a view that is `repeated_while` something is so brings a ticket, and a poll that shows it is
answered the same again while that is so.

A ticket opens nothing. It is good for the session and the address, with its `seen`, to which the
same was answered, and all that it ever brings is that answer again. No answer to it brings another
ticket, so whoever signed out, was removed or is over age is found out once it has expired. Whatever
is wrong with a ticket, the poll goes on as if it had none.

Support agents and operators get none: what they look at is not their own, and an access that ends
ends at once.
"""

import re
import time
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Concatenate, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import resolve
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.deprecation import MiddlewareMixin

TICKET: Final = "X-Portal-Ticket"
# After 30 seconds whose right has gone is to hear nothing; three are for clocks that differ.
GOOD_FOR: Final = 27
FORM: Final = re.compile(r"([0-9]{1,12})-([0-9a-f]{64})", re.ASCII)

type View[**P] = Callable[Concatenate[HttpRequest, P], HttpResponse]


def repeated_while[**P](
    is_still_so: Callable[Concatenate[HttpRequest, P], bool],
) -> Callable[[View[P]], View[P]]:
    """Say that a view's 204 may be repeated, for some seconds, while `is_still_so`.

    That is called with what the view is called with, but for session and person: it says whether
    the row still is as the address says that the page shows it, and does what a look at it does.
    """

    def repeated(view: View[P]) -> View[P]:
        @wraps(view)
        def answer(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            response = view(request, *args, **kwargs)
            session = request.session.session_key
            is_repeatable = response.status_code == HTTPStatus.NO_CONTENT and _is_of_own(request)
            if is_repeatable and session:
                response.headers[TICKET] = _ticket(request, session, int(time.time()))
            return response

        answer.is_still_so = is_still_so  # type: ignore[attr-defined]
        return answer

    return repeated


class PollTickets(MiddlewareMixin):
    """Answers polls that show a good ticket. It stands before all that finds out who asks."""

    def process_request(self, request: HttpRequest) -> HttpResponse | None:
        """Repeat the answer that the ticket came with, if it would still be the same."""
        if request.method != "GET" or not _shows_good_ticket(request):
            return None
        view, args, kwargs = resolve(request.path_info)
        is_still_so: Callable[..., bool] | None = getattr(view, "is_still_so", None)
        if is_still_so is None or not is_still_so(request, *args, **kwargs):
            return None
        return HttpResponse(status=HTTPStatus.NO_CONTENT)


def _is_of_own(request: HttpRequest) -> bool:
    """Whether the person has no power over what is not their own: see `User.is_powerful`."""
    person = request.user
    return not (person.is_staff or person.is_agent)  # type: ignore[union-attr]


def _shows_good_ticket(request: HttpRequest) -> bool:
    session = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    shown = FORM.fullmatch(request.headers.get(TICKET, ""))
    if not session or shown is None:
        return False
    issued = int(shown[1])
    is_of_now = 0 <= time.time() - issued < GOOD_FOR
    return is_of_now and constant_time_compare(shown[0], _ticket(request, session, issued))


def _ticket(request: HttpRequest, session: str, issued: int) -> str:
    # Of an address in this form every letter is printable, so that no two make one text.
    said = f"{issued}\n{session}\n{request.get_full_path()}"
    return f"{issued}-{salted_hmac(__name__, said, algorithm='sha256').hexdigest()}"
