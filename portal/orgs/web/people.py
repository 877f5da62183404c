"""People of an organisation, and in whose name at SpKey they claim."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext

from portal.core.web.posted import posted
from portal.orgs import access, addresses, spkey_users
from portal.orgs.access import Ability
from portal.orgs.queries import members_of, members_visible_to
from portal.orgs.web.forms import FallbackForm, SpkeyUserForm


def people_list(request: HttpRequest) -> HttpResponse:
    """Show who belongs to the organisation, and take its fallback SpKey user id."""
    admin = access.current(request, Ability.MANAGE_PEOPLE)
    organisation = admin.organisation
    initial = {"fallback_spkey_user_id": organisation.fallback_spkey_user_id}
    form = FallbackForm(posted(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        fallback = form.cleaned_data["fallback_spkey_user_id"]
        spkey_users.set_fallback(organisation, fallback, admin.user)
        messages.success(request, gettext("Saved."))
        return redirect("people:list")
    context = {"form": form, "members": members_of(admin), "now": timezone.now()}
    return render(request, "orgs/people.html", context, status=422 if form.errors else 200)


def people_edit(request: HttpRequest, pk: str) -> HttpResponse:
    """Set a member's SpKey user id."""
    person = access.person(request)
    member = get_object_or_404(members_visible_to(person), pk=pk)
    access.require(person, member.organisation_id, Ability.MANAGE_PEOPLE)
    initial = {"spkey_user_id": member.spkey_user_id}
    form = SpkeyUserForm(posted(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        spkey_users.set_spkey_user_id(member, form.cleaned_data["spkey_user_id"], person)
        messages.success(request, gettext("Saved."))
        return redirect("people:list")
    is_confirmed = addresses.is_confirmed(member.user)
    context = {"form": form, "member": member, "is_confirmed": is_confirmed}
    return render(request, "orgs/person.html", context, status=422 if form.errors else 200)
