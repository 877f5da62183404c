"""What nobody has caught: a fault of ours, or a database that is away for a moment."""

import sys
from http import HTTPStatus
from typing import Final

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.views.defaults import server_error

RETRY_AFTER: Final = "10"


def failed(request: HttpRequest) -> HttpResponse:
    """Answer 503 while the database does not answer, else 500. Neither page asks the database."""
    if not isinstance(sys.exception(), OperationalError | InterfaceError):
        return server_error(request)
    page = loader.get_template("503.html").render()
    status = HTTPStatus.SERVICE_UNAVAILABLE
    return HttpResponse(page, status=status, headers={"Retry-After": RETRY_AFTER})
