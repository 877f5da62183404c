"""How the powerful get a second factor: by an invitation, never by a password alone.

Whoever has the password of an operator or a support agent must not be able to enrol an
authenticator of their own with it. An invitation comes from an operator, or from the portal's
machine.
"""

import secrets
from hashlib import sha256

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from portal.audit.record import record
from portal.orgs import factors
from portal.orgs.models import FactorInvitation, User


class NotInvitableError(ValueError):
    """The person may not sign in, is neither operator nor agent, or has a second factor already."""


@transaction.atomic
def invite(person: User, actor: User | None) -> str:
    """Return the token of a new invitation, which is good once; earlier ones are void.

    `actor` is None where the portal's machine invites. Raises NotInvitableError.
    """
    if not is_invitable(person):
        raise NotInvitableError
    FactorInvitation.objects.filter(user=person, accepted_at=None).delete()
    token = secrets.token_urlsafe(32)
    FactorInvitation.objects.create(
        user=person,
        digest=_digest(token),
        expires_at=timezone.now() + FactorInvitation.VALID,
    )
    record("factor.invited", actor=actor, organisation_id=None, subject=person)
    return token


def is_invitable(person: User) -> bool:
    """Say whether they are an operator or a support agent who lacks a second factor."""
    return person.is_active and person.is_powerful and not factors.of(person).exists()


def is_open(person: User, token: str) -> bool:
    """Say whether this token is an invitation of this person's that is still good."""
    return person.is_powerful and _open(person, token).exists()


@transaction.atomic
def accept(person: User, token: str) -> bool:
    """Use the person's invitation up; return whether it was good."""
    # One statement on one table: of two at the same moment, the second finds it used.
    if not person.is_powerful or not _open(person, token).update(accepted_at=timezone.now()):
        return False
    record("factor.accepted", actor=person, organisation_id=None, subject=person)
    return True


def _open(person: User, token: str) -> QuerySet[FactorInvitation]:
    return FactorInvitation.objects.filter(
        user=person, digest=_digest(token), accepted_at=None, expires_at__gt=timezone.now()
    )


def _digest(token: str) -> str:
    # 256 random bits need no salt and no slow hash.
    return sha256(token.encode()).hexdigest()
