"""Inviting people: several at once, each with a verdict; sending again and revoking."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from portal.core.throttle import LimitReachedError
from portal.core.ui import Chip
from portal.core.web.once import first_sent, once
from portal.core.web.posted import posted
from portal.notices import invitation_emails, outbox
from portal.orgs import access, invitations
from portal.orgs.access import Ability
from portal.orgs.display import invitation_wording
from portal.orgs.models import Invitation, Membership
from portal.orgs.queries import invitations_of, invitations_visible_to
from portal.orgs.web.member_forms import ALL_SITES, InviteForm


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one address; `link` only where no mail server is configured."""

    address: str
    chip: Chip
    link: str = ""


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_variables("verdicts")
def people_invite(request: HttpRequest) -> HttpResponse:
    """Show the form, and invite the addresses that were typed into it.

    A link may ask for a role; what was chosen stays for addresses that were mistyped alone.
    """
    admin = access.current(request, Ability.MANAGE_PEOPLE)
    usual = {"role": Membership.Role.INSTALLER, "where": ALL_SITES}
    asked = request.GET.get("role")
    role = {"role": asked} if asked in Membership.Role.values else {}
    form = InviteForm(posted(request), initial=usual | role)
    verdicts: list[Verdict] = []
    if request.method == "POST" and form.is_valid():
        before = first_sent(request)
        addresses = form.cleaned_data["addresses"]
        verdicts = [_invite(admin, address, form, before) for address in addresses]
        mistyped = [each.address for each in verdicts if each.chip is invitation_wording.NO_ADDRESS]
        kept = {name: form.cleaned_data[name] for name in ("role", "where")}
        initial = kept | {"addresses": "\n".join(mistyped)} if mistyped else usual
        form = InviteForm(initial=initial)
    context = {"form": form, "verdicts": verdicts, "mail": outbox.reaches_mailboxes()}
    return render(request, "orgs/invite.html", context, status=422 if form.errors else 200)


@require_POST
@once
def invitation_again(request: HttpRequest, pk: str) -> HttpResponse:
    """Send an invitation with a new link."""
    send_again(request, _own(request, pk))
    return redirect("people:list")


@require_POST
@once
def invitation_revoke(request: HttpRequest, pk: str) -> HttpResponse:
    """Make an invitation's link void."""
    withdraw(request, _own(request, pk))
    return redirect("people:list")


def send_again(request: HttpRequest, invitation: Invitation) -> None:
    """Send the invitation with a new link, and say so.

    Where there is no mail server, the lists of invitations show the link.
    """
    try:
        with transaction.atomic():
            again = invitations.send_again(invitation, access.person(request))
            _write(again)
    except invitations.UnusableError as error:
        dead_end = invitation_wording.DEAD_ENDS[error.state]
        messages.error(request, gettext("Not sent again: %(why)s.") % {"why": dead_end.what})
        return
    if outbox.reaches_mailboxes():
        said = gettext("Sent again to %(address)s. The link sent before works no more.")
    else:
        said = gettext("Give %(address)s the new link. The one before works no more.")
    messages.success(request, said % {"address": invitation.email})


def withdraw(request: HttpRequest, invitation: Invitation) -> None:
    """Make the invitation's link void, and say so."""
    if invitations.revoke(invitation, access.person(request)):
        said = gettext("The invitation of %(address)s is withdrawn.")
        messages.success(request, said % {"address": invitation.email})
    else:
        messages.error(request, gettext("It was answered, or withdrawn, already."))


def link_of(invitation: Invitation) -> str:
    """Return the link by which the invitation is accepted."""
    token = invitations.token_of(invitation)
    return f"{settings.PORTAL_URL}{reverse('invitation', args=(token,))}"


def _own(request: HttpRequest, pk: str) -> Invitation:
    person = access.person(request)
    invitation = get_object_or_404(invitations_visible_to(person), pk=pk)
    access.require(person, invitation.organisation_id, Ability.MANAGE_PEOPLE)
    return invitation


def _invite(admin: Membership, address: str, form: InviteForm, before: datetime | None) -> Verdict:
    """Invite one address. Whether it has an account shows neither here nor in the answer's time.

    Where the form was sent `before`, by a double tap, whom that has invited is invited.
    """
    try:
        validate_email(address)
        with transaction.atomic():
            invitation = invitations.invite(
                admin.organisation,
                address,
                role=form.cleaned_data["role"],
                all_sites=form.all_sites,
                actor=admin.user,
            )
            _write(invitation)
    except ValidationError:
        return Verdict(address, invitation_wording.NO_ADDRESS)
    except invitations.AlreadyMemberError:
        return Verdict(address, invitation_wording.MEMBER)
    except invitations.AlreadyInvitedError:
        waiting = invitations_of(admin).filter(email=address.strip().lower()).first()
        if before is None or waiting is None or waiting.renewed_at < before:
            return Verdict(address, invitation_wording.ALREADY_INVITED)
        invitation = waiting
    except LimitReachedError:
        return Verdict(address, invitation_wording.TOO_MANY)
    link = "" if outbox.reaches_mailboxes() else link_of(invitation)
    return Verdict(address, invitation_wording.INVITED, link)


def _write(invitation: Invitation) -> None:
    invitation_emails.write_for(invitation, translation.get_language() or settings.LANGUAGE_CODE)
