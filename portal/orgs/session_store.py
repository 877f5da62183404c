"""Where sessions are kept: Django's table, and why one ended with its person's access."""

from typing import Final

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.db import OperationalError

from portal.orgs import members
from portal.orgs.models import User
from portal.orgs.queries import person_with

# The name of the organisation that somebody was removed from; "" where their account is closed.
ENDED: Final = "access_ended"


class SessionStore(db.SessionStore):
    """Django's session, except that one whose person's access has ended leaves behind why.

    A page sends several requests at once with the same cookie, and each of them is to find it: so
    the row stays under the old key, signs nobody in, and holds nothing else.
    """

    def save(self, must_create: bool = False) -> None:
        """Save it. Raises UpdateError where it was ended meanwhile, and for nothing else.

        Django says that of a database that is away, too.
        """
        try:
            super().save(must_create)
        except UpdateError as error:
            if isinstance(error.__context__, OperationalError):
                raise error.__context__ from None
            raise

    def flush(self) -> None:
        """Forget everything, the key as well; keep why its person's access has ended, if it has.

        What follows has a new key, as ever: whoever signs in next has one that nobody knew before.
        """
        key, whose = self.session_key, self.get(SESSION_KEY)
        person = person_with(whose) if whose is not None else None
        name = ended_for(person) if person else None
        if name is None:
            return super().flush()
        left = self.encode({ENDED: name})
        self.model.objects.filter(session_key=key).update(session_data=left)
        self.clear()
        self._session_key = None
        self[ENDED] = name
        return None


def ended_for(person: User) -> str | None:
    """Say which access of the person's has ended: an organisation's name, "" for their account.

    None while there is any, or where there never was one.
    """
    if not person.is_active:
        return ""
    former = members.former_organisation(person)
    return former.name if former else None
