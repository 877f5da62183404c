"""The address at which a load balancer asks whether this process lives."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe


@require_safe
@login_not_required
def health(request: HttpRequest) -> HttpResponse:
    """Answer 200: a process that answers is alive, whatever the database does.

    Pages ask too, with their cookies, which a sign-in proxy wants: that keeps no session alive.
    Theirs are looked up, so that they are not told that all is well while nothing else answers.
    """
    request.sent_by_itself = True  # type: ignore[attr-defined]
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")
