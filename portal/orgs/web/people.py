"""People of an organisation: who they are, where they claim, and in whose name at SpKey."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from portal.core.web.pagination import page_url
from portal.core.web.posted import posted
from portal.jobs.rights import open_job_numbers
from portal.notices import outbox
from portal.orgs import access, addresses, members, sessions, spkey_users
from portal.orgs.access import Ability
from portal.orgs.models import Membership
from portal.orgs.queries import (
    invitations_of,
    members_of,
    members_visible_to,
    named,
    sessions_of,
)
from portal.orgs.web.forms import FallbackForm, SpkeyUserForm
from portal.orgs.web.member_forms import PlaceForm, last_day_of
from portal.orgs.web.pending import pending

PAGE: Final = 25
ONLY_ADMINISTRATOR = _(
    "This is the only administrator without a last day. Make somebody else one first."
)


@dataclass(frozen=True, slots=True)
class Row:
    """A member in the list."""

    member: Membership
    open_jobs: int
    has_factor: bool
    last_day: date | None


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_variables("context")
def people_list(request: HttpRequest) -> HttpResponse:
    """Show who belongs to the organisation, a page of them, and take its fallback SpKey user id."""
    admin = access.current(request, Ability.MANAGE_PEOPLE)
    organisation = admin.organisation
    initial = {"fallback_spkey_user_id": organisation.fallback_spkey_user_id}
    form = FallbackForm(posted(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        fallback = form.cleaned_data["fallback_spkey_user_id"]
        spkey_users.set_fallback(organisation, fallback, admin.user)
        messages.success(request, gettext("Saved."))
        return redirect("people:list")
    text, everybody = request.GET.get("q", "").strip(), members_of(admin)
    found = named(everybody, text) if text else everybody
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "rows": _rows(list(page)),
        "page": page,
        "previous_url": page_url(request.GET, page.number - 1) if page.has_previous() else "",
        "next_url": page_url(request.GET, page.number + 1) if page.has_next() else "",
        "text": text,
        "people": everybody.count() if text else page.paginator.count,
        "administrators": members.administrators_of(organisation).count(),
        "pending": pending(invitations_of(admin)),
        "mail": outbox.reaches_mailboxes(),
        "now": timezone.now(),
    }
    return render(request, "orgs/people.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def people_edit(request: HttpRequest, pk: str) -> HttpResponse:
    """Show a member, and set their SpKey user id."""
    member = _own(request, pk)
    form = SpkeyUserForm(posted(request), initial={"spkey_user_id": member.spkey_user_id})
    if request.method == "POST" and form.is_valid():
        person = access.person(request)
        spkey_users.set_spkey_user_id(member, form.cleaned_data["spkey_user_id"], person)
        messages.success(request, gettext("Saved."))
        return redirect("people:list")
    return _member_page(request, member, form=form)


@require_POST
def people_place(request: HttpRequest, pk: str) -> HttpResponse:
    """Give a member another role, limit them to their jobs, and set their last day."""
    member = _own(request, pk)
    place = PlaceForm(request.POST, initial=PlaceForm.initial_of(member))
    if place.is_valid():
        try:
            members.change(
                member,
                role=place.cleaned_data["role"],
                all_sites=place.all_sites,
                expires_at=place.cleaned_data["last_day"],
                actor=access.person(request),
            )
        except members.LastAdministratorError:
            place.add_error(None, ONLY_ADMINISTRATOR)
        except ObjectDoesNotExist:
            raise Http404 from None  # Removed meanwhile.
    if place.errors:
        return _member_page(request, member, place=place)
    messages.success(request, gettext("Saved."))
    is_still_theirs = access.may(access.person(request), member.organisation, Ability.MANAGE_PEOPLE)
    return redirect("people:list" if is_still_theirs else "home")


@require_POST
def people_end_sessions(request: HttpRequest, pk: str) -> HttpResponse:
    """Sign a member out everywhere; one's own sessions have a page of their own."""
    member = _own(request, pk)
    person = access.person(request)
    if member.user_id == person.pk:
        return redirect("sessions:list")
    sessions.end_all(member.user, person)
    said = gettext("%(person)s is signed out everywhere.")
    messages.success(request, said % {"person": member.user.display_name})
    return redirect("people:edit", pk=member.pk)


def _own(request: HttpRequest, pk: str) -> Membership:
    person = access.person(request)
    member = get_object_or_404(members_visible_to(person), pk=pk)
    access.require(person, member.organisation_id, Ability.MANAGE_PEOPLE)
    return member


def _member_page(
    request: HttpRequest,
    member: Membership,
    *,
    form: SpkeyUserForm | None = None,
    place: PlaceForm | None = None,
) -> HttpResponse:
    form = form or SpkeyUserForm(initial={"spkey_user_id": member.spkey_user_id})
    place = place or PlaceForm(initial=PlaceForm.initial_of(member))
    [row] = _rows([member])
    context: dict[str, Any] = {
        "form": form,
        "place": place,
        "row": row,
        "member": member,
        "is_self": member.user_id == access.person(request).pk,
        "is_last": members.is_last_administrator(member),
        "is_confirmed": addresses.is_confirmed(member.user),
        "sessions": len(sessions_of(member.user)),
        "now": timezone.now(),
    }
    status = 422 if form.errors or place.errors else 200
    return render(request, "orgs/person.html", context, status=status)


def _rows(people: list[Membership]) -> list[Row]:
    jobs, factors = open_job_numbers(people), members.with_factor(people)
    return [
        Row(member, jobs.get(member.pk, 0), member.user_id in factors, last_day_of(member))
        for member in people
    ]
