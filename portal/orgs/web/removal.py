"""Taking somebody out of an organisation, and leaving it: each asks, and says what follows."""

from django.contrib import messages
from django.contrib.auth import logout
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from portal.claims.queries import open_claims_by
from portal.jobs.rights import open_jobs_of
from portal.orgs import access, members
from portal.orgs.access import Ability
from portal.orgs.models import Membership
from portal.orgs.queries import members_visible_to


@require_http_methods(["GET", "HEAD", "POST"])
def people_remove(request: HttpRequest, pk: str) -> HttpResponse:
    """Ask whether to remove the member, saying what becomes of their work, and do it."""
    person = access.person(request)
    member = get_object_or_404(members_visible_to(person), pk=pk)
    access.require(person, member.organisation_id, Ability.MANAGE_PEOPLE)
    if member.user_id == person.pk:
        return redirect("people:leave")
    if request.method != "POST":
        return _ask(request, "orgs/remove.html", member)
    try:
        members.remove(member, person)
    except members.LastAdministratorError:
        return _ask(request, "orgs/remove.html", member, status=422)
    except ObjectDoesNotExist:
        raise Http404 from None  # Somebody else was quicker.
    said = gettext("%(person)s does not belong to %(organisation)s any more.")
    names = {"person": member.user.display_name, "organisation": member.organisation.name}
    messages.success(request, said % names)
    return redirect("people:list")


@require_http_methods(["GET", "HEAD", "POST"])
def people_leave(request: HttpRequest) -> HttpResponse:
    """Ask somebody whether to leave the organisation that they work in, and do it."""
    member = access.current(request, Ability.VIEW)
    if request.method != "POST":
        return _ask(request, "orgs/leave.html", member)
    try:
        members.leave(member)
    except members.LastAdministratorError:
        return _ask(request, "orgs/leave.html", member, status=422)
    except ObjectDoesNotExist:
        raise Http404 from None
    if not members.belongs_anywhere(member.user):
        logout(request)
    said = gettext("You left %(organisation)s.")
    messages.success(request, said % {"organisation": member.organisation.name})
    return redirect("home")


def _ask(
    request: HttpRequest, template: str, member: Membership, *, status: int = 200
) -> HttpResponse:
    context = {
        "member": member,
        "is_last": members.is_last_administrator(member),
        "claims": open_claims_by(member),
        "jobs": open_jobs_of(member).count(),
    }
    return render(request, template, context, status=status)
