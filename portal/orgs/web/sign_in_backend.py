"""Who is signed in, and whether they lack a second factor that is required of them."""

from uuid import UUID

from allauth.account.auth_backends import AuthenticationBackend

from portal.orgs import required_factors
from portal.orgs.models import User


class Backend(AuthenticationBackend):  # type: ignore[misc]  # allauth has no types
    """The sign-in library's, with that."""

    def get_user(self, user_id: UUID | str) -> User | None:
        """Return the person of a session, None for one who may not sign in."""
        person = required_factors.find_person(user_id)
        return person if person is not None and person.is_active else None
