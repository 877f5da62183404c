"""Whether a person has a second factor, has used it in this very session, and can do so."""

import logging
from enum import StrEnum

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.deprecation import MiddlewareMixin

from portal.orgs.encryption import UnreadableSecretError
from portal.orgs.models import User
from portal.orgs.queries import authenticators_of

logger = logging.getLogger(__name__)


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


class UnreadableFactorError(UnreadableSecretError):
    """A stored second factor that none of the configured encryption keys opens."""


class UnreadableFactor(MiddlewareMixin):
    """Says on whichever page needs a second factor that the portal cannot read it."""

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer with a page of its own, and tell those who run the portal in the log."""
        if not isinstance(error, UnreadableFactorError):
            return None
        logger.error("a second factor cannot be read: no configured encryption key opens it")
        return render(request, "orgs/unreadable_factor.html", status=503)
