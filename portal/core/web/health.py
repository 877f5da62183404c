"""The address that a load balancer asks."""

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe


@require_safe
@login_not_required
def health(request: HttpRequest) -> HttpResponse:
    """Answer 200 while the database answers; anything else becomes a 500 by itself.

    Pages ask too, with their cookies, which a sign-in proxy wants: that keeps no session alive.
    """
    request.sent_by_itself = True  # type: ignore[attr-defined]
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")
