"""Telling those whose session ended with their access why, and what is kept for them."""

from typing import Final

from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation import gettext

from portal.orgs import members
from portal.orgs.models import User
from portal.orgs.queries import person_with

# The name of the organisation that somebody was removed from; "" where their account is closed.
SESSION_ENDED: Final = "access_ended"


class EndedAccess(MiddlewareMixin):
    """Notes in the session that is left why its person is not signed in any more.

    Only of a session that was theirs until now: nobody else learns of it.
    """

    def process_request(self, request: HttpRequest) -> None:
        """Look whose session it was, where it is nobody's now."""
        whose = request.session.get(SESSION_KEY)
        if whose is None or request.user.is_authenticated:
            return
        person = person_with(whose)
        name = _ended_for(person) if person else None
        if name is not None and request.session.get(SESSION_ENDED) != name:
            request.session[SESSION_ENDED] = name


def _ended_for(person: User) -> str | None:
    if not person.is_active:
        return ""
    former = members.former_organisation(person)
    return former.name if former else None


def why(request: HttpRequest) -> str:
    """Return the sentence for somebody whose access has ended; "" for anybody else."""
    organisation = request.session.get(SESSION_ENDED)
    if organisation is None or request.user.is_authenticated:
        return ""
    if not organisation:
        return gettext(
            "Your account is closed. What you scanned on this device and did not send is kept "
            "here, and is sent once your account is open again. Ask your organisation’s "
            "administrator."
        )
    said = gettext(
        "Your access to %(organisation)s has ended. What you scanned on this device and did not "
        "send is kept here, and is sent once an administrator of %(organisation)s has invited you "
        "again."
    )
    return said % {"organisation": organisation}
