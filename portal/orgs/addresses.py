"""Whether a person's e-mail address is known to be theirs.

Who runs the portal types it; it is confirmed by who sets a password through a link sent to it.
"""

from allauth.account.models import EmailAddress
from django.db.models import QuerySet

from portal.orgs.models import User


def is_confirmed(person: User) -> bool:
    """Say whether they confirmed their present address."""
    return bool(_present(person).filter(verified=True).exists())


def confirm(person: User) -> None:
    """Take their present address as theirs: they followed a link that was sent to it."""
    keep(person)
    _present(person).update(verified=True)


def keep(person: User) -> None:
    """Keep their present address as the one they have, not confirmed where it is another."""
    if _present(person).exists():
        return
    EmailAddress.objects.update_or_create(
        user=person, primary=True, defaults={"email": person.email, "verified": False}
    )


def _present(person: User) -> QuerySet[EmailAddress]:
    mine: QuerySet[EmailAddress] = EmailAddress.objects.filter(user=person)
    return mine.filter(email__iexact=person.email)
