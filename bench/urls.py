"""The portal's addresses, and one that answers a signed-in person with an empty body."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path


def empty(request: HttpRequest) -> HttpResponse:
    """Answer with nothing: what is left is the server, the middleware, session and person."""
    return HttpResponse(status=204)


urlpatterns = [
    path("bench/empty/", empty),
    path("", include("portal.urls")),
]
