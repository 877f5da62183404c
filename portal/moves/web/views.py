"""The pages of who asks for a hub that is bound elsewhere."""

import uuid
from http import HTTPStatus

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from portal.claims.queries import claims_of
from portal.core.web import bodies
from portal.hubs.models import Hub
from portal.hubs.photos.files import Size
from portal.hubs.web.photos import picture
from portal.moves import asking, queries
from portal.moves.asking import CannotAskError, Wish
from portal.moves.display import steps, wording
from portal.moves.models import MoveRequest
from portal.moves.web.forms import AskForm
from portal.orgs import access
from portal.orgs.access import Ability
from portal.orgs.models import Membership

# Seconds between two polls: while it is being moved, and while people are asked.
QUICK, SLOW = 2, 15


@bodies.takes(most=bodies.WITH_PHOTO)
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Ask for a hub: where it stands, why it is the organisation's, and a photo of its label."""
    person = access.person(request)
    hub = get_object_or_404(queries.hubs_to_ask_for(person), pk=pk)
    member = access.require(person, hub.organisation_id, Ability.CLAIM)
    standing = queries.newest_for(member, hub)
    if standing is not None and not standing.is_final:
        return redirect("moves:detail", standing.pk)
    if queries.is_asked_by_a_colleague(member, hub):
        return _ask_page(request, hub, None, wording.ASKED_BY_A_COLLEAGUE)
    if (why := asking.hindrance(hub)) is not None:
        return _ask_page(request, hub, None, wording.CANNOT_ASK[why])
    posted = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = AskForm(member, hub, *posted, initial=_proposed(request))
    if not form.is_valid() or not form.keep_photo(member):
        return _ask_page(request, hub, form)
    data = form.cleaned_data
    claim = claims_of(member).filter(hub=hub).order_by("-created_at", "-pk").first()
    try:
        asked = asking.ask(member, Wish(hub, data["site"], data["why"], claim))
    except CannotAskError as error:
        return _ask_page(request, hub, None, wording.CANNOT_ASK[error.why])
    messages.success(request, gettext("Support is asked. You will be told by e-mail."))
    return redirect("moves:detail", asked.pk)


def _proposed(request: HttpRequest) -> dict[str, str]:
    return {"site": request.GET.get("site", "")[:36]}


def _ask_page(
    request: HttpRequest, hub: Hub, form: AskForm | None, hindrance: object = ""
) -> HttpResponse:
    is_wrong = request.method == "POST" or bool(form and form.is_bound)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if is_wrong else HTTPStatus.OK
    context = {"hub": hub, "form": form, "hindrance": hindrance}
    return render(request, "moves/ask.html", context, status=status)


@require_safe
def detail(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Show what became of a request, live."""
    asked, member = _asked(request, pk)
    return render(request, "moves/detail.html", _story(asked, member))


@require_GET
def live(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Show the request as it is now; nothing (204) where the page knows it already."""
    asked, member = _asked(request, pk)
    story = _story(asked, member)
    if request.GET.get("seen") == story["seen"]:
        return HttpResponse(status=204)
    return render(request, "moves/detail.html#live", story)


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Take a request back."""
    asked, member = _asked(request, pk)
    if request.method == "POST":
        if asking.withdraw(asked, member.user):
            messages.success(request, gettext("Taken back. Nothing has changed."))
        else:
            messages.warning(request, gettext("It is decided already."))
    return redirect("moves:detail", asked.pk)


@require_safe
def photo(request: HttpRequest, pk: uuid.UUID, photo: uuid.UUID, size: Size) -> HttpResponse:
    """Hand out a photo of a hub that is asked for, to who asked."""
    asked, _ = _asked(request, pk)
    return picture(get_object_or_404(queries.photos_of(asked), pk=photo).pk, size)


def _asked(request: HttpRequest, pk: uuid.UUID) -> tuple[MoveRequest, Membership]:
    person = access.person(request)
    asked = get_object_or_404(queries.visible_to(person), pk=pk)
    return asked, access.require(person, asked.organisation_id, Ability.CLAIM)


def _story(asked: MoveRequest, member: Membership) -> dict[str, object]:
    is_asked_again = asked.is_final and asking.hindrance(asked.hub) is None
    told = steps.of_asker(asked)
    return {
        "asked": asked,
        "chip": wording.chip(asked),
        "steps": told,
        "present": told[-1] if asked.is_final else told[1],
        "photos": queries.photos_of(asked),
        "can_withdraw": asked.can_withdraw,
        "can_ask_again": is_asked_again,
        "seen": _seen(asked),
        "pace": None if asked.is_final else SLOW if asked.can_withdraw else QUICK,
    }


def _seen(asked: MoveRequest) -> str:
    """Return what a page of theirs must show: by the state that they are told, and no finer.

    That support has asked, and been answered, changes nothing on their page.
    """
    return f"{wording.chip(asked).word}.{asked.state if not asked.can_withdraw else 'with support'}"
