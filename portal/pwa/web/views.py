"""What browsers ask for by themselves, and what scripts report: of all people alike.

The manifest, the service worker and the shell it keeps hold nothing of any person.
"""

import json
from dataclasses import asdict
from http import HTTPStatus
from typing import Final

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.cache import patch_cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import conditional_page, require_POST, require_safe

from portal.core.throttle import Limit
from portal.core.web.client_address import counted_address
from portal.monitoring import device_reports
from portal.pwa import client_errors as errors
from portal.pwa.web import precache
from portal.pwa.web.manifest import manifest as manifest_in

# How long, in milliseconds, a page may keep somebody waiting before the shell opens in its place.
PATIENCE: Final = 6000
# Of one device, and of all: what fails everywhere at once is known after a few reports.
ERRORS_OF_ONE: Final = Limit("client errors of one", most=10, seconds=60)
ERRORS_OF_ALL: Final = Limit("client errors", most=60, seconds=60)


@require_safe
@login_not_required
@conditional_page
def service_worker(request: HttpRequest) -> HttpResponse:
    """Answer the service worker's script, which changes with every version of the portal."""
    kept = {**asdict(precache.precache()), "under": settings.STATIC_URL, "patience": PATIENCE}
    worker = kept.pop("worker")
    response = render(
        request,
        "pwa/service-worker.js",
        {"precache": json.dumps(kept, indent=2), "worker": json.dumps(worker)},
        content_type="text/javascript; charset=utf-8",
    )
    return _ask_each_time(response)


@require_safe
@login_not_required
@conditional_page
def shell(request: HttpRequest, language: str) -> HttpResponse:
    """Answer the page that opens without a network, in the language of its address, or 404.

    With a `version` in the query, only that version's will do: while releases change, a device
    must not keep this one's shell with another one's files.
    """
    if language not in precache.LANGUAGES:
        raise Http404
    asked = request.GET.get("version")
    if asked is not None and asked != precache.precache().version:
        raise Http404
    response = HttpResponse(precache.shell(language), headers={"Content-Language": language})
    return _ask_each_time(response)


@require_safe
@login_not_required
@conditional_page
def manifest(request: HttpRequest) -> HttpResponse:
    """Answer the manifest in the `language` of the query, else in that of the request.

    Browsers fetch it without cookies, so the page that links it says in which language it is.
    """
    asked = request.GET.get("language", "")
    language = asked if asked in precache.LANGUAGES else translation.get_language() or "en"
    with translation.override(language):
        body = manifest_in(language)
    response = JsonResponse(
        body,
        content_type="application/manifest+json",
        headers={"Content-Language": language},
        json_dumps_params={"ensure_ascii": False, "indent": 2},
    )
    return _ask_each_time(response)


@require_POST
@csrf_exempt
@login_not_required
def client_errors(request: HttpRequest) -> HttpResponse:
    """Keep and log what failed on a device: 204, or 400 for what is no report, or 429 for many.

    It is done in nobody's name and with nobody's rights, so no token proves that a page of ours
    asked for it. JSON alone is taken, which another site's page may not send here.
    """
    request.sent_by_itself = True  # type: ignore[attr-defined]
    if request.content_type != "application/json":
        return HttpResponse(status=HTTPStatus.BAD_REQUEST)
    try:
        error = errors.parse(request.read(errors.MOST_BYTES + 1))
    except errors.MalformedReportError:
        return HttpResponse(status=HTTPStatus.BAD_REQUEST)
    # Counting writes, so what is no report is not counted.
    if not (ERRORS_OF_ONE.allows(counted_address(request)) and ERRORS_OF_ALL.allows()):
        return HttpResponse(status=HTTPStatus.TOO_MANY_REQUESTS)
    errors.log(error)
    device_reports.keep(**asdict(error))
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


def _ask_each_time(response: HttpResponse) -> HttpResponse:
    patch_cache_control(response, no_cache=True)
    return response
