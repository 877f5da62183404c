"""Whether a script asks for a piece of a page, rather than a browser for all of it."""

from django.http import HttpRequest


def wants_fragment(request: HttpRequest) -> bool:
    """Say whether the answer goes into a page that is already shown."""
    return bool(getattr(request, "htmx", False))
