"""The address at which SpKey posts an organisation's events.

It answers in a few milliseconds, whatever comes: what an event asks for, a worker does. Nobody is
signed in here, and nothing of a session counts. What can be read never or by nobody is answered
with 2xx or 4xx, and not sent again; the portal's own trouble with 5xx, and is.
"""

from http import HTTPStatus
from typing import Final

from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse, RawPostDataException, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_variables

from portal.core import logs
from portal.core.throttle import LimitReachedError
from portal.core.web.bodies import size_of, takes
from portal.core.web.client_address import counted_address
from portal.core.web.https import for_scripts
from portal.events import deliveries, receivers
from portal.events.receivers import Door

LARGEST: Final = 256 * 1024
METHODS: Final = "POST, HEAD"
HEADER: Final = "X-Webhook-Secret"
# When the database cannot take it now.
RETRY_AFTER: Final = "5"
TEST: Final = "test"
TEST_SECONDS: Final = 15 * 60


def ticket_for_test(organisation_id: object) -> str:
    """Return what lets an administrator's browser try the address for a while, secret or not."""
    return signing.dumps(str(organisation_id), salt="portal.events.test")


def _answer(status: HTTPStatus, **headers: str) -> HttpResponse:
    content = "" if status == HTTPStatus.NO_CONTENT else f"{status.phrase}\n"
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return HttpResponse(
        content, content_type="text/plain; charset=utf-8", status=status, headers=named
    )


def _refuse(_request: HttpRequest, status: HTTPStatus) -> HttpResponse:
    return _answer(status)


@csrf_exempt
@login_not_required
@for_scripts
@takes(most=LARGEST, refuse=_refuse)
def receive(request: HttpRequest, key: str) -> HttpResponse:
    """Take a delivery."""
    request.sent_by_itself = True  # type: ignore[attr-defined]
    try:
        return _received(request, key)
    except (DatabaseError, InterfaceError) as error:
        logs.security.error("an event could not be stored: %s", type(error).__name__)
        return _answer(HTTPStatus.SERVICE_UNAVAILABLE, Retry_After=RETRY_AFTER)
    except LimitReachedError as reached:
        # A 4xx would be lost for ever.
        seconds = str(reached.seconds)
        return _answer(HTTPStatus.SERVICE_UNAVAILABLE, Retry_After=seconds)


@sensitive_variables()
def _received(request: HttpRequest, key: str) -> HttpResponse:
    door = receivers.find(key)
    if door is None:
        return _answer(HTTPStatus.NOT_FOUND)
    logs.note(organisation=door.organisation_id)
    if request.method == "HEAD":
        return _answer(HTTPStatus.OK)
    if request.method != "POST":
        return _answer(HTTPStatus.METHOD_NOT_ALLOWED, Allow=METHODS)
    if _is_test(request, door):
        deliveries.take_test(door, address=counted_address(request))
        return _answer(HTTPStatus.NO_CONTENT)
    opened_by = door.opened_by(_secrets(request))
    if door.secrets and opened_by is None:
        receivers.count_refusal(door.organisation_id)
        return _answer(HTTPStatus.UNAUTHORIZED, WWW_Authenticate="Bearer")
    if refusal := _unreadable(request):
        return _answer(refusal)
    try:
        body = request.body
    except UnreadablePostError:
        return _answer(HTTPStatus.BAD_REQUEST)
    except RawPostDataException:
        body = b""  # It came as a form, which is read already, and is no event.
    address = counted_address(request)
    deliveries.take(door, body, address=address, opened_by=opened_by)
    return _answer(HTTPStatus.ACCEPTED)


def _is_test(request: HttpRequest, door: Door) -> bool:
    ticket = request.GET.get(TEST, "")
    try:
        organisation = signing.loads(ticket, salt="portal.events.test", max_age=TEST_SECONDS)
    except signing.BadSignature:
        return False
    return bool(organisation == str(door.organisation_id))


def _secrets(request: HttpRequest) -> list[str]:
    """Return the secrets that came along: in the header of our own, or as a bearer token."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    bearer = token.strip() if scheme.lower() == "bearer" else ""
    given = (request.headers.get(HEADER, "").strip(), bearer)
    return [each for each in given if each]


def _unreadable(request: HttpRequest) -> HTTPStatus | None:
    if size_of(request) > LARGEST:
        return HTTPStatus.CONTENT_TOO_LARGE
    if request.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        return HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    return None
