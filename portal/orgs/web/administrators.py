"""How operators give an organisation somebody to run it: by an invitation, never by a password."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.core.web.posted import posted
from portal.notices import invitation_emails, outbox
from portal.orgs import access, invitations
from portal.orgs.models import Invitation, Membership, Organisation
from portal.orgs.web.admin_audit import record_change, tell_administrators, tell_operators
from portal.orgs.web.forms import AdministratorForm
from portal.orgs.web.invite import link_of

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
    """Say that somebody is invited; show the link only where no mail server would carry it."""
    if outbox.reaches_mailboxes():
        said = gettext("%(organisation)s is set up. The invitation to %(address)s is on its way.")
        names = {"organisation": invitation.organisation.name, "address": invitation.email}
        messages.success(request, said % names)
        return redirect("admin:orgs_organisation_changelist")
    context = {"invitation": invitation, "link": link_of(invitation)}
    return render(request, "orgs/operator_administrator_link.html", context)


def invite_administrator(admin: Any, request: HttpRequest, pk: str) -> HttpResponse:
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
