"""What nobody has caught: a fault of ours, or a database or clock that is off for a moment."""

import sys
from http import HTTPStatus
from typing import Final

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.views.defaults import server_error

from portal.core.leasing import ClockPutBackError

# A worker's heartbeat makes up for the clock.
RETRY_AFTER: Final = "10"
OF_A_MOMENT: Final = (OperationalError, InterfaceError, ClockPutBackError)


def failed(request: HttpRequest) -> HttpResponse:
    """Answer 503 to what is over in a moment, else 500. Neither page asks the database."""
    if not isinstance(sys.exception(), OF_A_MOMENT):
        return server_error(request)
    page = loader.get_template("503.html").render()
    status = HTTPStatus.SERVICE_UNAVAILABLE
    return HttpResponse(page, status=status, headers={"Retry-After": RETRY_AFTER})
