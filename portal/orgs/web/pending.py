"""Invitations that wait for an answer, as lists of them show each."""

from dataclasses import dataclass
from typing import Any

from django.views.decorators.debug import sensitive_variables

from portal.core.ui import Chip
from portal.notices import invitation_emails, outbox
from portal.orgs.display import invitation_wording
from portal.orgs.models import Invitation
from portal.orgs.models.invitations import InvitationQuerySet
from portal.orgs.web.invite import link_of


@dataclass(frozen=True, slots=True)
class Pending:
    """An invitation that waits for an answer.

    Without a mail server `mail` is None, and `link` is what is given to people by hand.
    """

    invitation: Invitation
    mail: Chip | None
    link: str = ""


@sensitive_variables("found")
def pending(waiting: InvitationQuerySet) -> list[Pending]:
    """Return each invitation with what became of its e-mail, or with its link while it is good."""
    found: Any = invitation_emails.with_emails(waiting)
    if outbox.reaches_mailboxes():
        return [Pending(each, _mail(each)) for each in found]
    return [Pending(each, None, "" if each.is_expired else link_of(each)) for each in found]


def _mail(invitation: Any) -> Chip:
    return invitation_wording.mail_state(
        invitation.email_tries,
        sent=invitation.email_sent_at is not None,
        given_up=invitation.email_given_up_at is not None,
    )
