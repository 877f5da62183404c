"""The first page: the scan button and today's claims, or what needs an administrator."""

from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from portal.claims import first_steps, queries
from portal.claims.display import first_steps as step_words
from portal.claims.display import home_items, list_item
from portal.claims.display.home_items import Todo
from portal.claims.display.list_item import ListItem
from portal.claims.first_steps import Progress
from portal.claims.groups import claims_in
from portal.claims.models import Reason
from portal.claims.web import home_jobs
from portal.core.models import Heartbeat
from portal.jobs import queries as job_queries
from portal.orgs import access, members
from portal.orgs.access import Ability
from portal.orgs.models import ApiCredential, Membership, Organisation
from portal.orgs.web import second_factor
from portal.sites.queries import sites_of


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show where to start."""
    person = access.person(request)
    memberships = access.memberships(person)
    membership = access.choose(request, memberships)
    if membership is None:
        return render(request, "claims/nowhere.html")
    context: dict[str, Any] = (
        _for_agent(request, membership) if _is_agent(membership) else _for_member(membership)
    )
    if membership.role == Membership.Role.ADMIN:
        steps = first_steps.progress(membership)
        context["todos"] = todos(membership, is_new=steps is not None)
        context |= _of_steps(steps, membership.organisation)
        context |= home_jobs.for_admin(membership)
    elif Ability.CLAIM in access.abilities(membership):
        context |= home_jobs.for_worker(membership)
        context["rows"] = _besides(context["unfinished"], context["rows"])
    elif membership.role == Membership.Role.VIEWER:
        context |= home_jobs.todays(membership)
    others = [each for each in memberships if each.pk != membership.pk]
    context["jobs_elsewhere"] = job_queries.todays_elsewhere(others)
    return render(request, "claims/home.html", context)


def _is_agent(membership: Membership) -> bool:
    return Ability.SUPPORT in access.abilities(membership)


def _for_agent(request: HttpRequest, agent: Membership) -> dict[str, object]:
    """Show the claims made for others, to an agent who has given the second factor."""
    if second_factor.lack(request, agent.user):
        return {"rows": [], "lacks_factor": True}
    claims = queries.latest(queries.claims_for_others(agent), agent)
    return {"rows": [list_item.for_others(claim) for claim in claims], "for_others": True}


def _for_member(member: Membership) -> dict[str, object]:
    claims = queries.latest(queries.claims_of(member), member)
    return {
        "rows": [list_item.of(claim) for claim in claims],
        "is_of_everybody": member.role != Membership.Role.INSTALLER,
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


def _of_steps(steps: Progress | None, organisation: Organisation) -> dict[str, object]:
    if steps is None:
        return {}
    lines = step_words.lines(steps, organisation)
    return {"first_steps": lines, "done": steps.done, "whole": len(first_steps.Step)}


def todos(admin: Membership, *, is_new: bool = False) -> list[Todo]:
    """Return what an administrator should look at, the gravest first.

    What a new organisation lacks is among its first steps.
    """
    found: list[Todo] = []
    if not Heartbeat.is_heard():
        found.append(home_items.NO_WORKER)
    if _has_unreachable_key(admin.organisation):
        found.append(home_items.KEY_NOT_CHECKED)
    found += home_items.of_claims(_numbers(admin))
    if is_new:
        return found
    if not admin.organisation.holds_super_key and not sites_of(admin).open().exists():
        found.append(home_items.NO_SITE)
    if members.administrators_of(admin.organisation).count() == 1:
        found.append(home_items.ONE_ADMINISTRATOR)
    return found


def _has_unreachable_key(organisation: Organisation) -> bool:
    """The banner speaks of a key that stops claims; here, of one that nobody has seen work."""
    credential = organisation.stored_credential
    return credential is not None and credential.state == ApiCredential.State.UNREACHABLE


def _numbers(admin: Membership) -> dict[str, int]:
    """Count what the claims need: those that go on however old, those that ended lately."""
    groups = {name: claims_in(name) for name in home_items.COUNTED}
    # Those are listed by themselves, with what can be answered there.
    groups["blocked"] &= ~Q(reason=Reason.RIGHT_GONE)
    return queries.numbers(admin, groups)
