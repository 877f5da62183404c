"""How operators give an organisation somebody to run it: by an invitation, never by a password."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST

from portal.core.web.once import once
from portal.core.web.posted import posted
from portal.notices import invitation_emails, outbox
from portal.orgs import access, invitations
from portal.orgs.models import Invitation, Membership, Organisation
from portal.orgs.web.admin_audit import record_change, tell_administrators, tell_operators
from portal.orgs.web.forms import AdministratorForm
from portal.orgs.web.invite import send_again, withdraw
from portal.orgs.web.pending import Pending, pending

BELONGS = _("They are an administrator there already, or have another role: change it on the page.")
INVITED = _("They have an invitation already, which is good for some days still.")


def invite_to_run(request: HttpRequest, organisation: Organisation, address: str) -> Invitation:
    """Invite an administrator, in the caller's transaction. Raises as `invitations.invite` does."""
    invitation = invitations.invite(
        organisation,
        address,
        role=Membership.Role.ADMIN,
        all_sites=True,
        actor=access.person(request),
        by_operator=True,
    )
    language = translation.get_language() or settings.LANGUAGE_CODE
    invitation_emails.write_for(invitation, language)
    return invitation


def invited(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Say that somebody is invited, on the page where the invitation is followed.

    Where no mail server would carry the link, it stands there for as long as it is good.
    """
    if outbox.reaches_mailboxes():
        said = gettext("The invitation to %(address)s is on its way.")
    else:
        said = gettext("%(address)s is invited. Give them the link yourself.")
    messages.success(request, said % {"address": invitation.email})
    return _page_of(invitation.organisation_id)


@sensitive_variables("found")
def open_invitations(organisation: Organisation) -> list[Pending]:
    """Return the invitations by which somebody may come to run the organisation, newest first.

    Operators see the link of no invitation that an administrator made.
    """
    to_run = organisation.invitations.filter(role=Membership.Role.ADMIN).unanswered()
    found = pending(to_run.order_by("-created_at", "email"))
    return [replace(each, link="") if each.invitation.inviter_name else each for each in found]


@require_POST
@once
def change_invitation(
    request: HttpRequest, pk: str, invitation: str, *, admin: Any
) -> HttpResponse:
    """Send an administrator's invitation again, or withdraw it."""
    organisation = get_object_or_404(admin.get_queryset(request), pk=pk)
    to_run = organisation.invitations.filter(role=Membership.Role.ADMIN)
    found = get_object_or_404(to_run.select_related("organisation"), pk=invitation)
    if request.POST.get("decision") == "withdraw":
        withdraw(request, found)
    else:
        send_again(request, found)
    return _page_of(organisation.pk)


def _page_of(pk: UUID) -> HttpResponse:
    return redirect("admin:orgs_organisation_change", pk)


@once
@sensitive_variables("context")
def invite_administrator(request: HttpRequest, pk: str, *, admin: Any) -> HttpResponse:
    """Invite a new administrator to an organisation that has lost its own.

    In two steps, of which the second says what it does, and with a reason that operators are told.
    """
    organisation = get_object_or_404(admin.get_queryset(request), pk=pk)
    form = AdministratorForm(posted(request))
    is_confirmed = request.method == "POST" and "confirmed" in request.POST
    if is_confirmed and form.is_valid():
        try:
            return invited(request, _recover(request, organisation, form))
        except invitations.AlreadyMemberError:
            form.add_error("address", ValidationError(BELONGS))
        except invitations.AlreadyInvitedError:
            form.add_error("address", ValidationError(INVITED))
    asks = request.method == "POST" and not is_confirmed and form.is_valid()
    context = {
        "organisation": organisation,
        "form": form,
        "asks": asks,
        "invitations": [
            each for each in open_invitations(organisation) if not each.invitation.is_expired
        ],
        "administrators": organisation.memberships.administrators().select_related("user"),
    }
    status = 422 if form.errors else 200
    return render(request, "orgs/operator_administrator.html", context, status=status)


@transaction.atomic
def _recover(
    request: HttpRequest, organisation: Organisation, form: AdministratorForm
) -> Invitation:
    address, why = form.cleaned_data["address"].lower(), form.cleaned_data["reason"]
    invitation = invite_to_run(request, organisation, address)
    record_change(
        request, "organisation.recovered", organisation, organisation, address=address, reason=why
    )
    what = "administrator_invited"
    tell_operators(request, what, why, whom=address, place=organisation.name)
    tell_administrators(organisation, what, why, whom=address)
    return invitation
