"""Whether a person has a second factor, and has used it in this very session."""

from enum import StrEnum

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.http import HttpRequest

from portal.orgs.models import User
from portal.orgs.queries import authenticators_of


class Lack(StrEnum):
    """What is missing of an agent's second factor."""

    NOTHING = ""
    NOT_SET_UP = "not set up"
    NOT_USED = "not used"


def lack(request: HttpRequest, user: User) -> Lack:
    """Say what is missing: an authenticator app, or its use in this very session.

    The sign-in library notes how a session was authenticated: `method` is "mfa" and `id` the
    authenticator's. One that has been removed since proves nothing any more.
    """
    own = authenticators_of(user)
    if Authenticator.Type.TOTP not in own.values():
        return Lack.NOT_SET_UP
    records = get_authentication_records(request, user)
    if any(record["method"] == "mfa" and record.get("id") in own for record in records):
        return Lack.NOTHING
    return Lack.NOT_USED
