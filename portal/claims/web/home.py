"""The first page: an installer's jobs and claims, a viewer's, an agent's, an administrator's."""

import hashlib
import re
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.views.decorators.http import require_POST, require_safe

from portal.claims import beyond_access, first_steps, job_progress, queries
from portal.claims.display import list_item
from portal.claims.display.list_item import ListItem
from portal.claims.web import home_admin, home_jobs
from portal.consent import queries as consents
from portal.core.web.fragments import wants_fragment
from portal.jobs import queries as job_queries
from portal.moves import queries as moves
from portal.moves.display import wording as moves_wording
from portal.orgs import access
from portal.orgs.access import Ability
from portal.orgs.models import Membership

# Seconds between two polls: while a claim goes on, and at other times.
PACE_OPEN, PACE_QUIET = 10, 60
NUMBERS: Final = "claims/home_numbers.html"
# Another one each time.
TOKEN: Final = re.compile(r'name="csrfmiddlewaretoken" value="[^"]*"')


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show where to start: the page, or what is new on it; nothing (204) where it knows all."""
    person = access.person(request)
    memberships = access.memberships(person)
    membership = access.choose(request, memberships)
    if membership is None:
        return render(request, "claims/nowhere.html")
    others = [each for each in memberships if each.pk != membership.pk]
    elsewhere = {
        "jobs_elsewhere": job_queries.todays_elsewhere(others),
        "goes_on": job_progress.goes_on(membership),
    }
    administers = membership.role == Membership.Role.ADMIN
    if administers and not membership.organisation.holds_super_key:
        of_admin = home_admin.page_of(membership) | home_jobs.own_claims(membership)
        return _live(request, "claims/home_admin.html", of_admin | elsewhere)
    context: dict[str, Any] = (
        _for_agent(membership) if _is_agent(membership) else _for_member(membership)
    )
    if administers:
        context |= home_admin.page_of(membership)
    elif Ability.CLAIM in access.abilities(membership):
        context |= home_jobs.for_worker(membership)
        context["rows"] = _besides(context["unfinished"], context["rows"])
    elif membership.role == Membership.Role.VIEWER:
        context |= home_jobs.todays(membership)
    return _live(request, "claims/home.html", context | elsewhere)


def _live(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """Show the page, or of one that is there what is new: its numbers stand outside the rest."""
    news = render_to_string(f"{template}#news", context, request)
    numbers = render_to_string(NUMBERS, context, request) if "hubs" in context else ""
    seen = hashlib.sha256(TOKEN.sub("", news + numbers).encode()).hexdigest()[:16]
    again = wants_fragment(request)
    if again and request.GET.get("seen") == seen:
        return HttpResponse(status=204)
    pace = PACE_OPEN if context["goes_on"] else PACE_QUIET
    shown = {"news": news, "numbers": numbers, "again": again, "seen": seen, "pace": pace}
    return render(request, f"{template}#live" if again else template, context | shown)


def _is_agent(membership: Membership) -> bool:
    return Ability.SUPPORT in access.abilities(membership)


def _for_agent(agent: Membership) -> dict[str, Any]:
    """Show who lets the agent in, and the claims made for others."""
    latest = queries.latest(queries.claims_for_others(agent), agent)
    claims = beyond_access.as_seen_by(agent, latest)
    return {
        "rows": [list_item.for_others(claim) for claim in claims],
        "for_others": True,
        "grants": consents.standing_for(agent),
        "asked": consents.lately_asked_by(agent),
        "moves": [(each, moves_wording.supports_chip(each)) for each in moves.waiting_for(agent)],
    }


def _for_member(member: Membership) -> dict[str, Any]:
    claims = queries.latest(queries.claims_of(member), member)
    return {
        "rows": [list_item.of(claim) for claim in claims],
        "is_of_everybody": member.role != Membership.Role.INSTALLER,
        "is_own": member.role == Membership.Role.INSTALLER,
        "is_supports": member.organisation.holds_super_key,
    }


def _besides(shown: list[ListItem], rows: list[ListItem]) -> list[ListItem]:
    """Return the rows that are not shown above them already."""
    above = {row.url for row in shown}
    return [row for row in rows if row.url not in above]


@require_POST
def confirm_id(request: HttpRequest) -> HttpResponse:
    """Take an administrator's word that the SpKey organisation id is theirs."""
    admin = access.current(request, Ability.MANAGE_PEOPLE)
    first_steps.confirm_id(admin.organisation, admin.user)
    return redirect("home")


@require_POST
def put_steps_away(request: HttpRequest) -> HttpResponse:
    """Show the first steps no more."""
    admin = access.current(request, Ability.MANAGE_PEOPLE)
    first_steps.put_away(admin.organisation, admin.user)
    return redirect("home")
