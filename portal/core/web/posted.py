"""What a form is given: the posted fields, or nothing for a first look."""

from django.http import HttpRequest, QueryDict


def posted(request: HttpRequest) -> QueryDict | None:
    """Return what was posted, if only nothing: an empty form is told what it lacks."""
    return request.POST if request.method == "POST" else None
