"""Writing to those who are invited: like people's own e-mails, to an address without an account.

The link is made when the e-mail is sent. It is the same at each try, so that a mailbox which knows
the second for the first keeps one that works.
"""

import logging

from django.core.mail import EmailMessage
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone

from portal.core import leasing
from portal.core.leasing import Lease
from portal.core.worker import WorkKind
from portal.notices import letters, outbox
from portal.notices.models import InvitationEmail
from portal.orgs import invitations
from portal.orgs.models import Invitation
from portal.orgs.models.invitations import InvitationQuerySet
from portal.orgs.queries import active_person

logger = logging.getLogger(__name__)


def write_for(invitation: Invitation, language: str) -> None:
    """Let the worker send the invitation, in the transaction that made it or made it anew."""
    InvitationEmail.objects.create(
        invitation=invitation, language=language, **leasing.due_at(timezone.now())
    )


def with_emails(found: InvitationQuerySet) -> QuerySet[Invitation]:
    """Return the invitations with what became of the newest e-mail of each.

    `sent_at` and `given_up_at` are both None while it is on its way.
    """
    newest = InvitationEmail.objects.filter(invitation=OuterRef("pk")).order_by("-created_at")
    return found.annotate(
        email_tries=Subquery(newest.values("tries")[:1]),
        email_sent_at=Subquery(newest.values("sent_at")[:1]),
        email_given_up_at=Subquery(newest.values("given_up_at")[:1]),
    )


def some_due() -> bool:
    """Say whether there is an e-mail to lease."""
    return leasing.some_within(leasing.due(InvitationEmail.objects.all()), outbox.AT_A_TIME)


def take_due(limit: int) -> list[Lease[InvitationEmail]]:
    """Lease at most `limit` due e-mails, the longest due first, and only a few at a time."""
    due = leasing.due(InvitationEmail.objects.all())
    return leasing.take_within(due, limit, outbox.AT_A_TIME)


def send(lease: Lease[InvitationEmail]) -> None:
    """Send a leased e-mail, or put it off. One whose lease is lost is left to its new holder.

    It is given up when its invitation is accepted, revoked or too old.
    """
    leased = lease.row(for_at_least=outbox.LONGEST_SEND)
    email = leased.select_related("invitation__organisation").first()
    if email is None:
        return
    if not invitations.is_good(email.invitation):
        logger.info("invitation e-mail %s is of no use any more", email.pk)
        outbox.give_up(lease)
    elif not outbox.deliver(lease, lambda: _email(email)):
        outbox.try_again(lease, email)


def letter_of(email: InvitationEmail, language: str, token: str) -> letters.Letter:
    """Return what the e-mail says in that language; `token` is what its link opens with."""
    invitation = email.invitation
    facts = {
        "organisation": invitation.organisation.name,
        "inviter": invitation.inviter_name,
        # By their name there: jobs are a room above the letters.
        "jobs": [each.job for each in invitation.jobs.select_related("job__site")],
        "address": invitation.email,
        "role": invitation.role,
        "token": token,
    }
    return letters.letter("invitation", language, facts)


def _email(email: InvitationEmail) -> EmailMessage:
    invitation = email.invitation
    person = active_person(invitation.email)
    language = (person and person.language) or email.language
    written = letter_of(email, language, invitations.token_of(invitation))
    return letters.email(written, invitation.email, email.pk)


INVITATION_EMAILS = WorkKind(
    name="invitation e-mails",
    model=InvitationEmail,
    is_due=some_due,
    take=take_due,
    work=send,
    longest=lambda: outbox.LONGEST_SEND,
)
