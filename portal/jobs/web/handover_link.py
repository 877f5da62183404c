"""A handover at its link: for who has the link, without an account."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import segno
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from portal.core.throttle import Limit
from portal.core.web.client_address import client_address, counted_address
from portal.hubs.photos.files import Size
from portal.jobs import handover as domain
from portal.jobs import handover_links
from portal.jobs.display import wording
from portal.jobs.models import Handover, HandoverHub, HandoverLink
from portal.jobs.web.handover_forms import AcceptForm
from portal.jobs.web.handover_photos import Photos, for_readers, of_handover, photos_of

OPENED: Final = Limit("handover links opened from an address", most=60, seconds=600)
# All photos of 500 hubs, looked at, printed, and printed again.
FETCHED: Final = Limit("photos of handovers fetched from an address", most=10_000, seconds=600)
# The address is a secret: no search engine lists it, and it is told to no other page.
HEADERS: Final = {"X-Robots-Tag": "noindex, nofollow", "Referrer-Policy": "no-referrer"}


# Nothing of a session counts here: who forged a post would have to know the secret address. And
# without a referrer, browsers do not say either where a form stood.
@csrf_exempt
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def linked(request: HttpRequest, token: str) -> HttpResponse:
    """Show the handover that the link leads to, and take its acceptance where the link may."""
    OPENED.take(counted_address(request))
    chosen = _chosen_language(request)
    with translation.override(chosen or translation.get_language()):
        answer = _answer(request, token)
    if chosen:
        answer.headers["Content-Language"] = chosen
    return _secret(answer)


def _chosen_language(request: HttpRequest) -> str:
    """Return the language that the address asks for: strangers have no other place to keep it."""
    chosen = request.GET.get("language", "")
    return chosen if chosen in dict(settings.LANGUAGES) else ""


def _answer(request: HttpRequest, token: str) -> HttpResponse:
    link = handover_links.find(token)
    if link is None:
        return render(request, "jobs/handover_link_over.html", status=404)
    form = AcceptForm(request.POST) if request.method == "POST" else None
    if form is not None and (not link.takes_acceptance or form.is_valid()):
        if link.takes_acceptance:
            name, note = form.cleaned_data["name"], form.cleaned_data["note"]
            domain.accept(link.handover, name, note, address=client_address(request))
        return redirect(request.get_full_path())
    # Who turns to the other language has opened it already.
    if request.method == "GET" and not _chosen_language(request):
        handover_links.opened(link)
    rows = list(link.handover.hubs.all())
    photos = photos_of(rows, for_readers(token))
    context = document(link.handover, rows, photos, link)
    may_accept = link.takes_acceptance and context["acceptance"] is None
    context["accept_form"] = (form or AcceptForm()) if may_accept else None
    status = 422 if form else 200
    return render(request, "jobs/handover_link.html", context, status=status)


@login_not_required
@require_safe
def photo(request: HttpRequest, token: str, photo: UUID, size: Size) -> HttpResponse:
    """Hand out a photo of the handover that the link leads to."""
    link = handover_links.find(token)
    (FETCHED if link else OPENED).take(counted_address(request))
    if link is None:
        return _secret(render(request, "jobs/handover_link_over.html", status=404))
    return _secret(of_handover(link.handover, photo, size))


def _secret(answer: HttpResponse) -> HttpResponse:
    for name, value in HEADERS.items():
        answer.headers[name] = value
    return answer


def address_of(link: HandoverLink) -> str:
    """Return the link as somebody is given it; "" where it can be told no more.

    It begins with the address that the portal was given, and not with one that a request has named.
    """
    token = handover_links.token_of(link)
    return settings.PORTAL_URL + reverse("handover-link", args=(token,)) if token else ""


def document(
    shown: Handover,
    rows: Sequence[HandoverHub],
    photos: Sequence[Photos],
    link: HandoverLink | None,
) -> dict[str, Any]:
    """Return what the printed document shows, which is the same for everybody.

    But photos have other addresses for those who have the link alone.
    """
    address = address_of(link) if link else ""
    return {
        "handover": shown,
        "hubs": rows,
        "photos": photos,
        "numbers": wording.numbers(domain.numbers_of(shown.expected_count, rows)),
        "exceptions": [row for row in rows if row.is_exception],
        "acceptance": getattr(shown, "acceptance", None),
        "link": link if address else None,
        "code": segno.make_qr(address, error="m").svg_data_uri(border=0) if address else "",
    }
