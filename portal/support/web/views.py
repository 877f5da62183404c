"""Support's pages before an organisation is chosen: who lets them in, and how to get in."""

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from portal.claims import beyond_access
from portal.claims.display import list_item
from portal.claims.queries import claims_for_others
from portal.consent import asking, codes, queries
from portal.consent.codes import WrongCodeError
from portal.core.throttle import LimitReachedError
from portal.core.web import pagination
from portal.core.web.once import once
from portal.core.web.posted import posted
from portal.moves import queries as moves
from portal.orgs.models import Membership
from portal.support import finding
from portal.support.display import wording
from portal.support.web import drafts
from portal.support.web.access import agents_only
from portal.support.web.forms import MOVE, AskForm, CodeForm

SHOWN_REQUESTS = 20


@require_safe
@agents_only
def claim_list(request: HttpRequest, agent: Membership) -> HttpResponse:
    """Show who lets the agent in, what they asked, and the claims made for others."""
    page = pagination.page_of(claims_for_others(agent).with_details(), request.GET)
    context = {
        "grants": queries.standing_for(agent),
        "standing": queries.standing_ids(agent.user),
        "requests": list(queries.requests_by(agent)[:SHOWN_REQUESTS]),
        "moves_waiting": len(moves.waiting_for(agent)),
        "rows": [
            list_item.for_others(claim) for claim in beyond_access.as_seen_by(agent, page.rows)
        ],
        "page": page,
    }
    return render(request, "support/claims.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@once
@agents_only
def ask(request: HttpRequest, agent: Membership) -> HttpResponse:
    """Ask an organisation for access. What is answered does not tell whether the portal has it."""
    named = {"organisation": request.GET.get("q", "")}
    if request.GET.get("what") == MOVE:
        named["what"] = MOVE
    form = AskForm(posted(request), initial=named | drafts.kept(request))
    if request.method != "POST" or not (
        form.is_valid() and not form.refuses_names_of_others(agent)
    ):
        status = 422 if form.is_bound else 200
        return render(request, "support/ask.html", {"form": form}, status=status)
    text = form.cleaned_data["organisation"]
    asking.ask(agent, finding.named(text), text, form.wanted())
    drafts.forget(request)
    messages.success(request, wording.ASKED)
    return redirect("support:claims")


@require_http_methods(["GET", "HEAD", "POST"])
@agents_only
def code(request: HttpRequest, agent: Membership) -> HttpResponse:
    """Take the code that an administrator reads on the telephone."""
    named = {"organisation": request.GET.get("q", "")} | drafts.kept(request)
    form = CodeForm(posted(request), initial=named)
    if request.method != "POST" or not form.is_valid():
        return _code_page(request, form, 422 if form.is_bound else 200)
    organisation = finding.named(form.cleaned_data["organisation"])
    try:
        grant = codes.use(agent, organisation, form.cleaned_data["code"])
    except WrongCodeError:
        form.add_error(None, wording.WRONG_CODE)
        return _code_page(request, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    except LimitReachedError:
        form.add_error(None, wording.TOO_MANY_CODES)
        return _code_page(request, form, HTTPStatus.TOO_MANY_REQUESTS)
    drafts.forget(request)
    return redirect("support:tray", grant.pk)


def _code_page(request: HttpRequest, form: CodeForm, status: int) -> HttpResponse:
    return render(request, "support/code.html", {"form": form}, status=status)
