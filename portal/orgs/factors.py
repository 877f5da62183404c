"""Which second factors there are, and whether a person has one.

Recovery codes stand in for a factor that was lost, and are none by themselves.
"""

from typing import Final

from allauth.mfa.models import Authenticator
from django.db.models import QuerySet

from portal.orgs.models import User

TYPES: Final = frozenset({Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN})


def of(person: User) -> QuerySet[Authenticator]:
    """Return the person's authenticator app and passkeys."""
    found: QuerySet[Authenticator] = Authenticator.objects.filter(user=person, type__in=TYPES)
    return found


def passkeys_of(person: User) -> QuerySet[Authenticator]:
    """Return the person's passkeys."""
    return of(person).filter(type=Authenticator.Type.WEBAUTHN)
