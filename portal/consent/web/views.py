"""An administrator's pages: who has access, giving it, codes, requests, and taking it back."""

import uuid
from http import HTTPStatus

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from portal.audit.web.rows import rows_of
from portal.consent import asking, codes, giving, queries
from portal.consent.display import wording
from portal.consent.models import AccessRequest, Grant
from portal.consent.web.forms import GiveForm, ScopeForm, proposal
from portal.core.web.once import once
from portal.core.web.posted import posted
from portal.core.windows import first_of
from portal.orgs import access
from portal.orgs.access import Ability
from portal.orgs.models import Membership

SHOWN_ACTIONS = 20
ALLOW, DECLINE = "allow", "refuse"


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Show who has access, who had it, what is asked for, and what support did."""
    admin = access.current(request, Ability.MANAGE_PEOPLE)
    grants = list(queries.grants_of(admin)[: queries.LISTED])
    done = queries.done_under(grants)
    for grant in grants:
        grant.done = wording.done(*done.get(grant.pk, (0, 0)))  # type: ignore[attr-defined]
    actions = first_of(queries.actions_on(admin), SHOWN_ACTIONS, queries.conditions_of(admin))
    context = {
        "standing": [grant for grant in grants if grant.stands],
        "past": [grant for grant in grants if not grant.stands],
        "requests": list(queries.requests_of(admin).waiting()[: queries.LISTED]),
        "code": queries.standing_code_of(admin),
        "rows": rows_of(actions, admin),
        "can_be_given": queries.supporters().exclude(pk=admin.organisation_id).exists(),
    }
    return render(request, "consent/overview.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@once
def give(request: HttpRequest) -> HttpResponse:
    """Give access."""
    admin = access.current(request, Ability.MANAGE_PEOPLE)
    form = GiveForm(admin, posted(request))
    if request.method != "POST" or not form.is_valid():
        status = 422 if form.is_bound else 200
        return render(request, "consent/give.html", {"form": form}, status=status)
    grant = giving.give(admin, form.chosen(), form.scope())
    words = gettext("%(support)s has access now. You can take it back at any time.")
    messages.success(request, words % {"support": grant.support_organisation.name})
    return redirect("consent:overview")


@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """Make a code to read to support. Its letters are shown this once."""
    admin = access.current(request, Ability.MANAGE_PEOPLE)
    form = ScopeForm(admin, posted(request))
    if request.method != "POST" or not form.is_valid():
        status = 422 if form.is_bound else 200
        return render(request, "consent/code.html", {"form": form}, status=status)
    made, letters = codes.make(admin, form.scope())
    return render(request, "consent/code_shown.html", {"code": made, "letters": letters})


@require_http_methods(["GET", "HEAD", "POST"])
@once
def request_page(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Show what support asks for; a form that is sent allows or declines it."""
    asked, admin = _asked(request, pk)
    form = ScopeForm(admin, posted(request), initial=proposal(asked, admin))
    if request.method != "POST" or not asked.is_waiting:
        return _request_page(request, asked, ScopeForm(admin, initial=proposal(asked, admin)))
    decision = request.POST.get("decision")
    if decision == DECLINE:
        asking.decline(asked, admin)
        messages.success(request, gettext("Declined. Support has no access by it."))
        return redirect("consent:overview")
    if decision != ALLOW:
        raise Http404
    if not form.is_valid():
        return _request_page(request, asked, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    if asking.allow(asked, admin, form.scope()) is not None:
        messages.success(request, gettext("Allowed. You can take it back at any time."))
    return redirect("consent:overview")


def _asked(request: HttpRequest, pk: uuid.UUID) -> tuple[AccessRequest, Membership]:
    person = access.person(request)
    asked = get_object_or_404(queries.requests_visible_to(person), pk=pk)
    if asked.organisation_id is None:
        raise Http404
    return asked, access.require(person, asked.organisation_id, Ability.MANAGE_PEOPLE)


def _request_page(
    request: HttpRequest, asked: AccessRequest, form: ScopeForm, status: int = 200
) -> HttpResponse:
    context = {"asked": asked, "form": form}
    return render(request, "consent/request.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def revoke(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Show the access that a letter is about; a form that is sent takes it back at once."""
    grant, admin = _grant(request, pk)
    if request.method != "POST":
        return render(request, "consent/revoke.html", {"grant": grant})
    if giving.revoke(grant, admin.user):
        messages.success(request, gettext("Taken back. Nothing more is sent by it."))
    else:
        messages.success(request, gettext("It was over already."))
    return redirect("consent:overview")


def _grant(request: HttpRequest, pk: uuid.UUID) -> tuple[Grant, Membership]:
    person = access.person(request)
    grant = get_object_or_404(queries.grants_visible_to(person), pk=pk)
    return grant, access.require(person, grant.organisation_id, Ability.MANAGE_PEOPLE)
