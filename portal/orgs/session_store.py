"""Where sessions are kept: Django's table, and why a session ended with its person's access."""

from typing import Final

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError

from portal.orgs import members
from portal.orgs.models import User
from portal.orgs.queries import person_with

# The name of the organisation that somebody was removed from; "" where their account is closed.
ENDED: Final = "access_ended"


class SessionStore(db.SessionStore):
    """Django's session, except that one whose person's access has ended remembers why.

    A page sends several requests at once with the same cookie, and each of them is to find it:
    so the row stays, under the same key, and holds nothing else.
    """

    def flush(self) -> None:
        """Forget everything; keep why the access of its person has ended, where it has."""
        whose = self.get(SESSION_KEY)
        person = person_with(whose) if whose is not None else None
        name = ended_for(person) if person else None
        if name is None:
            return super().flush()
        self.clear()
        self[ENDED] = name
        try:
            self.save()
        except UpdateError:  # Somebody has removed the row meanwhile.
            super().flush()
        return None


def ended_for(person: User) -> str | None:
    """Say which access of the person's has ended: an organisation's name, "" for their account.

    None while there is any, or where there never was one.
    """
    if not person.is_active:
        return ""
    former = members.former_organisation(person)
    return former.name if former else None
