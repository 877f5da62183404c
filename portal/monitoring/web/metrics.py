"""The portal's figures as Prometheus reads them.

Every process has the same ones, since they stand in the database: so they need no port of their
own, only a token, which travels by https as everything does.
"""

import hmac
from http import HTTPStatus

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from portal.core import logs
from portal.core.web.https import for_scripts
from portal.monitoring.collector import Collector


@require_safe
@login_not_required
@for_scripts
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer the figures to who has the token: 401 to others, 404 where none is set."""
    request.sent_by_itself = True  # type: ignore[attr-defined]
    if not settings.METRICS_TOKEN:
        raise Http404
    given = request.headers.get("Authorization", "")
    # As bytes: a header may hold any letters, which are not to be compared otherwise.
    if not hmac.compare_digest(given.encode(), f"Bearer {settings.METRICS_TOKEN}".encode()):
        logs.security.warning("refused: the figures, without their token")
        asking = {"WWW-Authenticate": "Bearer"}
        return HttpResponse(status=HTTPStatus.UNAUTHORIZED, headers=asking)
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Collector())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_PLAIN_0_0_4)
