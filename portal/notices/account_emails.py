"""Writing to people about their own account: no request waits for a mail server.

A request writes a row that says to whom and what kind; the worker sends it like a notice. The link
in it is a secret, and is made only then: it stands in no row, no page of the operators and no dump.
"""

import logging
from datetime import timedelta
from typing import Final

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.core.mail import EmailMessage
from django.utils import timezone

from portal.core import leasing
from portal.core.leasing import Lease
from portal.core.worker import WorkKind
from portal.notices import letters, outbox
from portal.notices.models import AccountEmail
from portal.orgs.models import User

logger = logging.getLogger(__name__)

# Who asked has asked again by then, or has forgotten it: a link that comes so late alarms people.
GIVE_UP_LINKS_AFTER: Final = timedelta(hours=1)


def write_to(person: User, kind: str, language: str) -> None:
    """Let the worker write to this person, in their own language or else in that one."""
    AccountEmail.objects.create(
        user=person,
        kind=AccountEmail.Kind(kind),
        language=language,
        **leasing.due_at(timezone.now()),
    )


def some_due() -> bool:
    """Say whether there is an e-mail to lease."""
    return leasing.some_within(leasing.due(AccountEmail.objects.all()), outbox.AT_A_TIME)


def take_due(limit: int) -> list[Lease[AccountEmail]]:
    """Lease at most `limit` due e-mails, the longest due first, and only a few at a time."""
    return leasing.take_within(leasing.due(AccountEmail.objects.all()), limit, outbox.AT_A_TIME)


def send(lease: Lease[AccountEmail]) -> None:
    """Send a leased e-mail, or put it off. One whose lease is lost is left to its new holder.

    A link is given up after an hour, the rest as late as notices are, and all of it when the
    person may not sign in any more.
    """
    leased = lease.row(for_at_least=outbox.LONGEST_SEND)
    email = leased.select_related("user").first()
    if email is None:
        return
    if not email.user.is_active or _is_too_late(email):
        logger.warning("account e-mail %s is given up after %d tries", email.pk, email.tries)
        outbox.give_up(lease)
    elif not outbox.deliver(lease, lambda: _email(email)):
        outbox.try_again(lease, email)


def _is_too_late(email: AccountEmail) -> bool:
    is_link = email.kind == AccountEmail.Kind.NEW_PASSWORD
    longest = GIVE_UP_LINKS_AFTER if is_link else outbox.GIVE_UP_AFTER
    return timezone.now() - email.created_at >= longest


def letter_of(email: AccountEmail, language: str, token: str) -> letters.Letter:
    """Return what the e-mail says in that language; `token` is what its link opens with."""
    person = email.user
    facts = {"address": person.email}
    if email.kind == AccountEmail.Kind.NEW_PASSWORD:
        facts |= {"person": user_pk_to_url_str(person), "token": token}
    return letters.letter(email.kind, language, facts)


def _email(email: AccountEmail) -> EmailMessage:
    person, token = email.user, ""
    if email.kind == AccountEmail.Kind.NEW_PASSWORD:
        token = default_token_generator.make_token(person)
    written = letter_of(email, person.language or email.language, token)
    return letters.email(written, person.email, email.pk)


# Its own kind: people wait for it, and a thousand notices must not come before it.
ACCOUNT_EMAILS = WorkKind(
    name="account e-mails",
    model=AccountEmail,
    is_due=some_due,
    take=take_due,
    work=send,
    longest=lambda: outbox.LONGEST_SEND,
)
