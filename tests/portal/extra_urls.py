"""The portal's addresses, and two that somebody added without a thought."""

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.debug import sensitive_post_parameters

from portal.urls import urlpatterns as portals


def thoughtless(request: HttpRequest) -> HttpResponse:
    return HttpResponse("everybody's secrets")


@sensitive_post_parameters("key")
def broken(request: HttpRequest) -> HttpResponse:
    text = request.POST["key"]
    raise RuntimeError(len(text))


urlpatterns = [*portals, path("thoughtless/", thoughtless), path("broken/", broken)]
