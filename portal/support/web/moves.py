"""Support's pages about hubs that are asked for: look up, ask the holder, approve or decline."""

import uuid
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Concatenate

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from portal.core.throttle import LimitReachedError
from portal.core.web.posted import posted
from portal.core.web.reasons import in_a_few_words
from portal.hubs.display import wording as hub_wording
from portal.hubs.photos.files import Size
from portal.hubs.web.photos import picture
from portal.moves import deciding, queries
from portal.moves.deciding import CannotDecideError, TellsError
from portal.moves.display import steps, wording
from portal.moves.models import MoveRequest, State
from portal.orgs import access
from portal.orgs.access import Ability
from portal.orgs.models import Membership
from portal.support.display import wording as support_wording
from portal.support.web.access import agents_only, lacking

QUICK, SLOW = 2, 15
APPROVE, DECLINE = "approve", "decline"


class ApproveForm(forms.Form):
    """Why the hub is moved, and that its keys may be lost."""

    because = forms.CharField(
        label=_("Reason"),
        max_length=300,
        validators=[in_a_few_words],
        help_text=_("SmartphoneKey keeps it. Both organisations may read it: name neither."),
        error_messages={"required": _("SmartphoneKey wants a reason.")},
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    losses = forms.BooleanField(
        label=_("I know that keys and settings under this hub may be lost"),
        error_messages={"required": _("Tick it: keys and settings may be lost.")},
    )


class DeclineForm(forms.Form):
    """A sentence for who asked."""

    sentence = forms.CharField(
        label=_("What they are told"),
        max_length=500,
        validators=[in_a_few_words],
        help_text=_("Who asked reads it. Say nothing of the holder."),
        error_messages={"required": _("Say why it is declined.")},
        widget=forms.Textarea(attrs={"rows": 2}),
    )


type MoveView[**P] = Callable[Concatenate[HttpRequest, MoveRequest, Membership, P], HttpResponse]


def handling[**P](view: MoveView[P]) -> Callable[..., HttpResponse]:
    """Give the view the request that the address names, and the agent who sees it.

    For everybody who is no agent there is none (a 404). What is posted needs a fresh factor.
    """

    @wraps(view)
    def guarded(
        request: HttpRequest, pk: uuid.UUID, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponse:
        mine = access.memberships(access.person(request))
        agents = [each for each in mine if Ability.SUPPORT in access.abilities(each)]
        seen = queries.as_agent(agents, pk)
        if seen is None:
            raise Http404
        agent = access.require(seen.agent.user, seen.agent.organisation_id, Ability.SUPPORT)
        lack = lacking(request, agent)
        return lack or view(request, seen.asked, agent, *args, **kwargs)

    return guarded


FORMS: dict[str, type[forms.Form]] = {APPROVE: ApproveForm, DECLINE: DeclineForm}
SAID: dict[str, str] = {APPROVE: "because", DECLINE: "sentence"}


@require_safe
@agents_only
def request_list(request: HttpRequest, agent: Membership) -> HttpResponse:
    """Show the requests that wait for an agent, those under way, and those that ended."""
    context = {
        "waiting": _lines(queries.waiting_for(agent)),
        "under_way": _lines(queries.under_way_of(agent)),
        "ended": _lines(queries.ended_of(agent)),
    }
    return render(request, "support/moves.html", context)


def _lines(found: list[MoveRequest]) -> list[tuple[MoveRequest, object]]:
    return [(asked, wording.supports_chip(asked)) for asked in found]


@require_http_methods(["GET", "HEAD", "POST"])
@handling
def request_page(request: HttpRequest, asked: MoveRequest, agent: Membership) -> HttpResponse:
    """Show a request with both its sides; what is posted looks up, asks, or decides."""
    if request.method != "POST":
        return render(request, "support/move.html", _story(asked, agent))
    act = ACTS.get(request.POST.get("do", ""))
    if act is None:
        raise Http404
    try:
        return act(request, asked, agent)
    except CannotDecideError as problem:
        return _cannot(request, asked, problem)
    except LimitReachedError:
        messages.warning(request, str(support_wording.TOO_MANY))
        return redirect("support:move", asked.pk)


def _look(request: HttpRequest, asked: MoveRequest, agent: Membership) -> HttpResponse:
    deciding.look_up(asked, agent)
    return redirect("support:move", asked.pk)


def _ask(request: HttpRequest, asked: MoveRequest, agent: Membership) -> HttpResponse:
    deciding.put_to_holder(asked, agent)
    messages.success(request, gettext("Their administrators are asked. They have three days."))
    return redirect("support:move", asked.pk)


type Act = Callable[[HttpRequest, MoveRequest, Membership], HttpResponse]
ACTS: dict[str, Act] = {"look": _look, "ask": _ask}


@require_http_methods(["GET", "HEAD", "POST"])
@handling
def decide(request: HttpRequest, asked: MoveRequest, agent: Membership, what: str) -> HttpResponse:
    """Ask whether to approve or decline a request, saying what follows, and do it."""
    form = FORMS[what](posted(request))
    if deciding.is_own(asked, agent):
        return _cannot(request, asked, CannotDecideError(deciding.Hindrance.OWN))
    if not (asked.can_approve if what == APPROVE else asked.can_decline):
        is_late = not asked.can_decline or asked.out_of_use is None
        why = deciding.Hindrance.TOO_LATE if is_late else deciding.Hindrance.OUT_OF_USE
        return _cannot(request, asked, CannotDecideError(why))
    if request.method != "POST" or not form.is_valid():
        return _decide_page(request, asked, what, form)
    try:
        if what == APPROVE:
            deciding.approve(asked, agent, form.cleaned_data["because"])
        else:
            deciding.decline(asked, agent, form.cleaned_data["sentence"])
            messages.success(request, gettext("Declined. They are told."))
    except CannotDecideError as problem:
        return _cannot(request, asked, problem)
    except TellsError as problem:
        form.add_error(SAID[what], wording.tells(problem, both=what == APPROVE))
        return _decide_page(request, asked, what, form)
    except LimitReachedError:
        form.add_error(None, support_wording.TOO_MANY)
        return _decide_page(request, asked, what, form, HTTPStatus.TOO_MANY_REQUESTS)
    return redirect("support:move", asked.pk)


def _decide_page(
    request: HttpRequest,
    asked: MoveRequest,
    what: str,
    form: forms.Form,
    status: HTTPStatus | None = None,
) -> HttpResponse:
    said = wording.ANSWERS.get(asked.holder_answer)
    context = {"asked": asked, "what": what, "form": form, "answer": said.word if said else ""}
    context["address"] = reverse(f"support:move-{what}", args=(asked.pk,))
    wrong = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return render(request, "support/move_decide.html", context, status=status or wrong)


def _cannot(request: HttpRequest, asked: MoveRequest, problem: CannotDecideError) -> HttpResponse:
    messages.warning(request, str(wording.CANNOT_DECIDE[problem.why]))
    return redirect("support:move", asked.pk)


@require_GET
@handling
def live(request: HttpRequest, asked: MoveRequest, agent: Membership) -> HttpResponse:
    """Show the request as it is now; nothing (204) where the page knows it already."""
    if request.GET.get("seen") == _seen(asked):
        return HttpResponse(status=204)
    return render(request, "support/move.html#live", _story(asked, agent))


@require_safe
@handling
def photo(
    request: HttpRequest, asked: MoveRequest, agent: Membership, photo: uuid.UUID, size: Size
) -> HttpResponse:
    """Hand out a photo that who asked has taken of the hub."""
    found = get_object_or_404(queries.photos_of(asked), pk=photo)
    return picture(found.pk, size)


def _story(asked: MoveRequest, agent: Membership) -> dict[str, object]:
    told = steps.of_support(asked)
    may = not deciding.is_own(asked, agent)
    return {
        "asked": asked,
        "chip": wording.supports_chip(asked),
        "steps": told,
        "present": told[-1],
        "status": hub_wording.status(asked.found_status),
        "photos": queries.photos_of(asked),
        "is_own": not may,
        "can_look": may and asked.state == State.ASKED and not asked.is_being_looked_up,
        "can_ask": may and asked.can_put_to_holder,
        "can_approve": may and asked.can_approve,
        "can_decline": may and asked.can_decline,
        "seen": _seen(asked),
        "pace": _pace(asked),
    }


def _seen(asked: MoveRequest) -> str:
    return str(asked.version)


def _pace(asked: MoveRequest) -> int | None:
    if asked.is_final:
        return None
    is_quick = asked.is_being_looked_up or asked.state == State.APPROVED
    return QUICK if is_quick else SLOW
