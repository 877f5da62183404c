"""What the log knows of a request: an id that its lines and its answer share, and refusals."""

import re
import secrets
from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from portal.core import logs
from portal.core.web.client_address import client_address

HEADER: Final = "X-Request-ID"
FROM_PROXY: Final = re.compile(r"[\w.-]{8,64}", re.ASCII)
# A link's token, which is a key to whatever the link opens; ids and names are shorter.
SECRET: Final = re.compile(r"[\w-]{40,}", re.ASCII)
# They ask for something, a sign-in or another try at a form, and refuse nothing.
NO_REFUSALS: Final = {HTTPStatus.UNAUTHORIZED, HTTPStatus.UNPROCESSABLE_ENTITY}


class Traces:
    """Gives each request an id, and logs every refusal. The outermost middleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer the request."""
        origin = logs.Origin(
            request=_id_of(request),
            address=client_address(request),
            method=request.method or "",
            path=_without_secrets(request.path),
        )
        logs.begin(origin)
        response = self._get_response(request)
        response.headers[HEADER] = origin.request
        if 400 <= response.status_code < 500 and response.status_code not in NO_REFUSALS:
            _log_refusal(request, response.status_code)
        return response


def _id_of(request: HttpRequest) -> str:
    """Return the id that a trusted proxy has given the request, else a new one."""
    given = request.headers.get(HEADER, "") if settings.TRUSTED_PROXIES else ""
    return given if FROM_PROXY.fullmatch(given) else secrets.token_hex(8)


def _without_secrets(path: str) -> str:
    return SECRET.sub("…", path)


def _log_refusal(request: HttpRequest, status: int) -> None:
    view = request.resolver_match.view_name if request.resolver_match else ""
    logs.security.warning(
        "refused: %d %s %s",
        status,
        request.method,
        _without_secrets(request.path),
        extra={"status": status, "view": view},
    )
