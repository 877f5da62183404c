"""How sign-in differs from allauth's defaults."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import Http404, HttpRequest, HttpResponse

from portal.orgs import encryption


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Nobody signs up by themselves: people are added by those who run the portal."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Refuse."""
        return False


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    """Second factors' secrets are encrypted at rest like every other secret."""

    def encrypt(self, text: str) -> str:
        """Return the text as an encrypted token."""
        return encryption.encrypt(encryption.Secret(text))

    def decrypt(self, encrypted_text: str) -> str:
        """Return the text of an encrypted token."""
        return encryption.decrypt(encrypted_text).reveal()


def closed(request: HttpRequest) -> HttpResponse:
    """Answer 404: the sign-in library has a page here that the portal does not offer."""
    raise Http404
