"""In development: the e-mails that were written lately, in both forms and all languages."""

import uuid

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.csp import CSP
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_safe

from portal.notices import previews


@require_safe
def letters(request: HttpRequest) -> HttpResponse:
    """List them, each as plain text. Outside development there is no such page."""
    _only_in_development()
    rows = [
        {
            "kind": kind,
            "row": row,
            "texts": [
                (code, previews.letter(kind, row, code)) for code, _name in settings.LANGUAGES
            ],
        }
        for kind, row in previews.latest()
    ]
    return render(request, "notices/letters.html", {"rows": rows})


@csp_override({"default-src": [CSP.NONE], "style-src": [CSP.UNSAFE_INLINE]})
@require_safe
def letter(request: HttpRequest, kind: str, pk: uuid.UUID, language: str) -> HttpResponse:
    """Show one as HTML, as a mail program would: its look stands in itself."""
    _only_in_development()
    row = previews.find(kind, pk)
    if row is None or language not in dict(settings.LANGUAGES):
        raise Http404
    return HttpResponse(previews.letter(kind, row, language).html)


def _only_in_development() -> None:
    if not settings.DEBUG:
        raise Http404
