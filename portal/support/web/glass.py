"""Breaking the glass, in two steps; and the loud page about an organisation nobody knows.

What is typed first is kept in the session: the second page asks for it once more and does not show
it. Whether the portal knows whom the agent named is told after that alone, to who is accountable
for it: it counts, and it is recorded.
"""

import time
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from portal.audit.record import record
from portal.claims.display.answer_wording import NOT_SAVED
from portal.claims.engine.actions import AnotherSiteError
from portal.consent import brakes
from portal.consent.break_glass import break_glass
from portal.core.throttle import LimitReachedError
from portal.core.web.once import once
from portal.core.web.posted import posted
from portal.orgs.models import Membership
from portal.support import finding, flow
from portal.support.display import wording
from portal.support.flow import Unknown
from portal.support.web import drafts
from portal.support.web.access import agents_only
from portal.support.web.forms import ConfirmForm, GlassForm, SupportClaimForm

SESSION_GLASS: Final = "support_glass"
SESSION_UNKNOWN: Final = "support_unknown"
KEPT_SECONDS: Final = 10 * 60


@require_http_methods(["GET", "HEAD", "POST"])
@agents_only
def begin(request: HttpRequest, agent: Membership) -> HttpResponse:
    """Take whom it is for, why, and the ticket. Nothing is made yet."""
    named = {"organisation": request.GET.get("q", "")}
    form = GlassForm(posted(request), initial=named | drafts.kept(request))
    if request.method != "POST" or not (
        form.is_valid() and not form.refuses_names_of_others(agent)
    ):
        status = 422 if form.is_bound else 200
        return render(request, "support/glass.html", {"form": form}, status=status)
    data = form.cleaned_data
    _keep(request, SESSION_GLASS, Unknown(data["organisation"], data["reason"], data["ticket"]))
    drafts.forget(request)
    return redirect("support:break-glass-confirm")


@require_http_methods(["GET", "HEAD", "POST"])
@once
@agents_only
def confirm(request: HttpRequest, agent: Membership) -> HttpResponse:
    """Break the glass, once what names the organisation is typed again."""
    asked = _kept(request, SESSION_GLASS)
    if asked is None:
        return redirect("support:break-glass")
    form = ConfirmForm(asked.spkey_org_id, posted(request))
    if request.method != "POST" or not form.is_valid():
        return _confirm_page(request, form, asked, 422 if form.is_bound else 200)
    organisation = finding.named(asked.spkey_org_id)
    try:
        brakes.take(agent, organisation.spkey_org_id if organisation else asked.spkey_org_id)
    except LimitReachedError:
        form.add_error(None, wording.TOO_MANY)
        return _confirm_page(request, form, asked, HTTPStatus.TOO_MANY_REQUESTS)
    if organisation is None and finding.is_supports(asked.spkey_org_id):
        form.add_error(None, wording.SUPPORT_ORGANISATION)
        return _confirm_page(request, form, asked, HTTPStatus.UNPROCESSABLE_ENTITY)
    request.session.pop(SESSION_GLASS, None)
    if organisation is None:
        return _to_unknown(request, agent, asked)
    grant = break_glass(agent, organisation, reason=asked.reason, ticket=asked.ticket)
    return redirect("support:organisation", grant.pk)


def _confirm_page(
    request: HttpRequest, form: ConfirmForm, asked: Unknown, status: int
) -> HttpResponse:
    context = {"form": form, "asked": asked}
    return render(request, "support/glass_confirm.html", context, status=status)


def _to_unknown(request: HttpRequest, agent: Membership, asked: Unknown) -> HttpResponse:
    """Go on with a SpKey id that the portal does not know; anything else names nobody.

    Either is recorded, and counts.
    """
    record(
        "support.named_unknown",
        actor=agent.user,
        organisation_id=None,
        acting_organisation_id=agent.organisation_id,
        spkey_org_id=asked.spkey_org_id,
        reason=asked.reason,
        ticket=asked.ticket,
    )
    if finding.may_be_id(asked.spkey_org_id):
        _keep(request, SESSION_UNKNOWN, asked)
        return redirect("support:unknown")
    said = {"organisation": asked.spkey_org_id, "reason": asked.reason, "ticket": asked.ticket}
    form = GlassForm(said)
    form.add_error("organisation", wording.NAMES_NOBODY)
    return render(request, "support/glass.html", {"form": form}, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
@agents_only
def unknown(request: HttpRequest, agent: Membership) -> HttpResponse:
    """Say that the portal does not know the organisation; a claim that is sent makes it."""
    asked = _kept(request, SESSION_UNKNOWN)
    if asked is None:
        return redirect("support:break-glass")
    draft = drafts.kept(request)
    initial = {"reason": asked.reason} | (draft if _is_about(asked, draft) else {})
    if request.method == "POST" and not _is_about(asked, request.POST):
        form = SupportClaimForm(None, initial={"reason": asked.reason})
        return _unknown_page(request, form, asked, HTTPStatus.CONFLICT, is_another=True)
    form = SupportClaimForm(None, posted(request), initial=initial)
    if request.method != "POST" or not (
        form.is_valid() and not form.refuses_names_of_others(agent, asked.spkey_org_id)
    ):
        return _unknown_page(request, form, asked, 422 if form.is_bound else 200)
    try:
        claim = flow.submit_for_unknown(agent, asked, form.claim_request(asked.spkey_org_id))
    except (flow.AlreadyClaimingError, AnotherSiteError):
        form.add_error("label", wording.ALREADY_CLAIMING)
        return _unknown_page(request, form, asked, HTTPStatus.UNPROCESSABLE_ENTITY)
    except flow.SupportOrganisationError:
        form.add_error(None, wording.SUPPORT_ORGANISATION)
        return _unknown_page(request, form, asked, HTTPStatus.UNPROCESSABLE_ENTITY)
    except LimitReachedError:
        form.add_error(None, wording.TOO_MANY)
        return _unknown_page(request, form, asked, HTTPStatus.TOO_MANY_REQUESTS)
    except (OperationalError, InterfaceError):
        form.add_error(None, NOT_SAVED)
        return _unknown_page(request, form, asked, HTTPStatus.SERVICE_UNAVAILABLE)
    request.session.pop(SESSION_UNKNOWN, None)
    drafts.forget(request)
    return redirect("claims:detail", claim.pk)


def _is_about(asked: Unknown, sent: Mapping[str, str]) -> bool:
    """Say whether the page was about this id: another tab may have named another one since."""
    return sent.get("about") == asked.spkey_org_id


def _unknown_page(
    request: HttpRequest,
    form: SupportClaimForm,
    asked: Unknown,
    status: int,
    *,
    is_another: bool = False,
) -> HttpResponse:
    context = {"form": form, "asked": asked, "is_another": is_another}
    return render(request, "support/unknown.html", context, status=status)


def _keep(request: HttpRequest, name: str, asked: Unknown) -> None:
    request.session[name] = {
        "at": time.time(),
        "asked": [asked.spkey_org_id, asked.reason, asked.ticket],
    }


def _kept(request: HttpRequest, name: str) -> Unknown | None:
    kept = request.session.get(name)
    if kept is None or not 0 <= time.time() - kept["at"] <= KEPT_SECONDS:
        return None
    return Unknown(*kept["asked"])
