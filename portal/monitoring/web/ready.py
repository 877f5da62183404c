"""Whether the portal can do its work, for who deploys or watches it."""

from http import HTTPStatus

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from portal.monitoring.readiness import readiness


@require_safe
@login_not_required
def ready(request: HttpRequest) -> JsonResponse:
    """Answer which checks are met, and no more of them: 200 where all are, else 503."""
    request.sent_by_itself = True  # type: ignore[attr-defined]
    met = readiness.ask()
    is_ready = all(met.values())
    status = HTTPStatus.OK if is_ready else HTTPStatus.SERVICE_UNAVAILABLE
    checks = [{"name": name, "ok": ok} for name, ok in met.items()]
    answer = JsonResponse({"ready": is_ready, "checks": checks}, status=status)
    # Each check that is not met is in the log: not for every time that somebody asks, as an error.
    answer._has_been_logged = True  # type: ignore[attr-defined]
    return answer
