"""The portal's addresses, and one that answers a signed-in person with an empty body."""

import os
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from portal.core.prepared import Prepared


def empty(request: HttpRequest) -> HttpResponse:
    """Answer with nothing: what is left is the server, the middleware, session and person."""
    return HttpResponse(status=204)


def built_each_time(prepared: Prepared, **values: Any) -> list[tuple[Any, ...]]:
    """Do what `Prepared` does without keeping anything: build, compile and execute."""
    return list(prepared._build(**values))


if os.environ.get("BENCH_UNPREPARED"):
    Prepared.rows = Prepared.instances = built_each_time  # type: ignore[assignment,method-assign]


urlpatterns = [
    path("bench/empty/", empty),
    path("", include("portal.urls")),
]
