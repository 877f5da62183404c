"""Whether a person has a second factor, has used it lately in this session, and can do so."""

import logging
import time
from enum import StrEnum

from allauth.account.authentication import get_authentication_records
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.deprecation import MiddlewareMixin
from django.utils.http import urlencode

from portal.orgs import access, factors
from portal.orgs.encryption import UnreadableSecretError
from portal.orgs.models import User
from portal.orgs.queries import authenticators_of

logger = logging.getLogger(__name__)


class Lack(StrEnum):
    """What is missing of a person's second factor."""

    NOTHING = ""
    NOT_SET_UP = "not set up"
    NOT_USED = "not used"
    NOT_FRESH = "not fresh"


def lack(request: HttpRequest, user: User, *, within: float | None = None) -> Lack:
    """Say what is missing: an authenticator app or a passkey, or its use in this very session.

    With `within`, it must have been used so many seconds ago at most.

    The sign-in library notes how a session was authenticated: `method` is "mfa" and `id` the
    authenticator's. One that has been removed since proves nothing any more.
    """
    own = authenticators_of(user)
    if factors.TYPES.isdisjoint(own.values()):
        return Lack.NOT_SET_UP
    records = get_authentication_records(request, user)
    used = [
        record["at"] for record in records if record["method"] == "mfa" and record.get("id") in own
    ]
    if not used:
        return Lack.NOT_USED
    # A time after now is that of another clock, and proves nothing.
    is_fresh = within is None or any(0 <= time.time() - at <= within for at in used)
    return Lack.NOTHING if is_fresh else Lack.NOT_FRESH


def way_to_use(person: User, back: str) -> str:
    """Return the address where the factor is used once more, which leads back to `back`.

    Who has a passkey is asked for it; the page leads to that of the codes as well.
    """
    has_passkey = factors.passkeys_of(person).exists()
    page = "mfa_reauthenticate_webauthn" if has_passkey else "mfa_reauthenticate"
    return f"{reverse(page)}?{urlencode({'next': back})}"


def ask_for_invitation(request: HttpRequest) -> HttpResponse:
    """Say to an operator or support agent without a factor how they get one (403)."""
    person = access.person(request)
    # Agents have nothing to do with the portal's machine.
    command = f"manage.py invite_operator {person.email}" if person.is_staff else ""
    return render(request, "orgs/factor_not_set_up.html", {"command": command}, status=403)


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
