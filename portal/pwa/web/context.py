"""What every page needs to know of the portal as an app."""

from django.http import HttpRequest

from portal.pwa import packages
from portal.pwa.web import precache


def page(request: HttpRequest) -> dict[str, object]:
    """Give templates `packages` and `release`."""
    return {"packages": packages.installed(), "release": precache.release()}
