"""Telling those whose session ended with their access why, and what is kept for them."""

from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation import gettext

from portal.orgs.queries import person_with
from portal.orgs.session_store import ENDED, ended_for


class EndedAccess(MiddlewareMixin):
    """Notes in the session of a closed account why its person is not signed in any more.

    Only of a session that was theirs until now: nobody else learns of it. Sessions that are over
    remember it by themselves: see `SessionStore.flush`.
    """

    def process_request(self, request: HttpRequest) -> None:
        """Look whose session it is, where nobody is signed in by it."""
        if request.user.is_authenticated:
            return
        whose = request.session.get(SESSION_KEY)
        person = person_with(whose) if whose is not None else None
        name = ended_for(person) if person else None
        if name is not None and request.session.get(ENDED) != name:
            request.session[ENDED] = name


def why(request: HttpRequest) -> str:
    """Return the sentence for somebody whose access has ended; "" for anybody else."""
    organisation = request.session.get(ENDED)
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
