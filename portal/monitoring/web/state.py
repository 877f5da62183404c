"""The operators' page of how the portal does."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from portal.monitoring.display import state as said


@require_safe
def _state(request: HttpRequest) -> HttpResponse:
    """Show workers, queue, the API, and what fails."""
    context = {
        **admin.site.each_context(request),
        "title": gettext("How it runs"),
        "state": said.state(),
    }
    return render(request, "monitoring/state.html", context)


def state(request: HttpRequest) -> HttpResponse:
    """Show the page to operators who have used their second factor."""
    answer: HttpResponse = admin.site.admin_view(_state)(request)
    return answer
