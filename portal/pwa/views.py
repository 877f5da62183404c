"""What browsers ask for by themselves: the manifest, the service worker, and the shell it keeps.

Anybody may have them: they hold nothing of any person.
"""

import json
from dataclasses import asdict
from typing import Final

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.cache import patch_cache_control
from django.views.decorators.http import conditional_page, require_safe

from portal.pwa import precache
from portal.pwa.manifest import manifest as manifest_in

# How long, in milliseconds, a page may keep somebody waiting before the shell opens in its place.
PATIENCE: Final = 6000


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


def _ask_each_time(response: HttpResponse) -> HttpResponse:
    patch_cache_control(response, no_cache=True)
    return response
