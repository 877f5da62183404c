"""The page of the organisation that holds a hub which somebody else asks for."""

import uuid
from hashlib import sha256

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods

from portal.moves import holding, queries
from portal.moves.display import steps
from portal.moves.models import MoveRequest, State
from portal.orgs import access
from portal.orgs.access import Ability
from portal.orgs.models import Membership

YES, NO = "yes", "no"
QUICK, SLOW = 2, 15


@require_http_methods(["GET", "HEAD", "POST"])
def held(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Show that a hub is asked for, and take the answer."""
    asked, admin = _asked(request, pk)
    if request.method != "POST":
        return render(request, "moves/held.html", _story(asked, admin))
    said = request.POST.get("answer")
    if said not in {YES, NO}:
        raise Http404
    if holding.answer(asked, admin, agrees=said == YES):
        messages.success(request, gettext("Thank you. Support is told."))
    else:
        messages.warning(request, gettext("It is answered already, or the days are over."))
    return redirect("moves:held", asked.pk)


@require_GET
def live(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Show the request as it is now; nothing (204) where the page knows it already."""
    asked, admin = _asked(request, pk)
    story = _story(asked, admin)
    if request.GET.get("seen") == story["seen"]:
        return HttpResponse(status=204)
    return render(request, "moves/held.html#live", story)


def _asked(request: HttpRequest, pk: uuid.UUID) -> tuple[MoveRequest, Membership]:
    person = access.person(request)
    asked = get_object_or_404(queries.put_to(person), pk=pk)
    if asked.holder_id is None:
        raise Http404
    return asked, access.require(person, asked.holder_id, Ability.MANAGE_HUBS)


def _story(asked: MoveRequest, admin: Membership) -> dict[str, object]:
    is_open = asked.state == State.WITH_HOLDER
    is_own = asked.asked_by_id == admin.user_id
    told = steps.of_holder(asked)
    what_is_said = f"{len(told)}.{told[-1].title}.{asked.holder_answer}"
    return {
        "asked": asked,
        "hub": queries.holders_hub(asked),
        "steps": told,
        "present": told[-1],
        "can_answer": is_open and not is_own,
        "is_own": is_open and is_own,
        # By what they are told: that a request was withdrawn or declined is the same to them.
        "seen": sha256(what_is_said.encode()).hexdigest()[:16],
        "pace": None if asked.is_final else QUICK if asked.decided_at else SLOW,
    }
