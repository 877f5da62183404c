"""An agent's tray under a grant: its page, and the addresses that its scripts call.

They are the grant's own: what was scanned under one is sent nowhere else, and nothing else here.
"""

import uuid
from functools import partial
from http import HTTPStatus
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.claims.web import support_gate
from portal.consent import giving
from portal.consent.models import Grant
from portal.consent.rights import Authority
from portal.core.web import bodies
from portal.orgs import access
from portal.orgs.models import Membership
from portal.orgs.web.second_factor import way_to_use
from portal.support.desk import SupportDesk
from portal.support.display import wording
from portal.support.web.access import acting, mine
from portal.support.web.forms import TrayForm
from portal.tray import schema
from portal.tray.display import news
from portal.tray.sync import carry_out
from portal.tray.web import answers

TRAY: Final = answers.Tray("support:tray", wording.NO_SUCH_ACCESS, wording.NO_SUCH_ACCESS)
of_grant = partial(answers.answers_json, tray=TRAY)


@require_safe
@acting
def page(request: HttpRequest, authority: Authority) -> HttpResponse:
    """Show the tray, with the sites of the grant."""
    grant = authority.grant
    form = TrayForm(grant)
    context = {
        "acting": grant,
        "form": form,
        "has_sites": form.fields["site"].queryset.exists(),  # type: ignore[attr-defined]
        "tray_grant": grant.pk,
        "no_reason": wording.SHORT_REASON,
    }
    return render(request, "support/tray.html", context)


@bodies.takes(refuse=answers.not_understood)
@require_http_methods(["GET", "HEAD", "POST"])
@of_grant
def sync(request: HttpRequest, pk: uuid.UUID) -> JsonResponse:
    """Tell a device for whom it works (GET); take its rows and answer with their news (POST)."""
    grant, agent = mine(request, pk)
    if support_gate.lacks_factor(request, agent.user):
        return _without_factor(request)
    if request.method != "POST":
        return _session(request, grant, agent)
    return _sync(request, grant, agent)


def _without_factor(request: HttpRequest) -> JsonResponse:
    sentence = gettext("Use your second factor, then go on.")
    return answers.refusal(request, sentence, HTTPStatus.FORBIDDEN)


def _session(request: HttpRequest, grant: Grant, agent: Membership) -> JsonResponse:
    answers.sent_by_itself(request)
    organisation, person = grant.organisation, agent.user
    sites = SupportDesk(agent, grant, is_fresh=False).sites_to_pick().order_by("name", "pk")
    return answers.json(
        schema.Session(
            person=schema.Named(id=person.pk, name=person.display_name),
            organisation=schema.Named(id=organisation.pk, name=organisation.name),
            sites=tuple(
                schema.SiteChoice(id=site.pk, name=site.shown_name, address=site.other_address)
                for site in sites
            ),
            site=None,
            jobs=(),
            language=(get_language() or settings.LANGUAGE_CODE).partition("-")[0],
            csrf=get_token(request),
        )
    )


def _sync(request: HttpRequest, grant: Grant, agent: Membership) -> JsonResponse:
    try:
        asked = answers.rows_of(request)
    except schema.MalformedError:
        return answers.not_understood(request, HTTPStatus.BAD_REQUEST)
    if (asked.grant, asked.organisation) != (grant.pk, grant.organisation_id):
        return answers.not_understood(request, HTTPStatus.BAD_REQUEST)
    is_fresh = support_gate.is_fresh(request, agent.user)
    # What waits for a factor asks again and again by itself.
    if not is_fresh or not any(row.is_by_hand for row in asked.rows):
        answers.sent_by_itself(request)
    if asked.person != agent.user_id:
        return answers.somebody_else()
    return _carried_out(request, SupportDesk(agent, grant, is_fresh=is_fresh), asked)


def _carried_out(request: HttpRequest, desk: SupportDesk, asked: schema.Request) -> JsonResponse:
    if desk.authority is not None:
        giving.mark_used(desk.authority)
    results = carry_out(desk, asked.rows)
    page = reverse("support:tray", args=(asked.grant,))
    way = way_to_use(access.person(request), page) if desk.lacked_factor else ""
    rows = tuple(news.unseen(asked.rows, results))
    return answers.json(schema.Answer(rows=rows, progress=(), step_up=way))


@bodies.takes(most=bodies.WITH_PHOTO, refuse=answers.photo_too_large)
@require_POST
@of_grant
def photo(request: HttpRequest, pk: uuid.UUID) -> JsonResponse:
    """Read the labels in a photo."""
    _grant, agent = mine(request, pk)
    if support_gate.lacks_factor(request, agent.user):
        return _without_factor(request)
    return answers.label_in_photo(request, agent.user)
