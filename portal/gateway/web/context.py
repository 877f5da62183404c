"""What every page knows of the API's health."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from portal.gateway import circuit


def outage(_: HttpRequest) -> dict[str, Any]:
    """Give templates `spkey_is_away`, looked up only by those that use it."""
    return {"spkey_is_away": SimpleLazyObject(circuit.is_open)}
