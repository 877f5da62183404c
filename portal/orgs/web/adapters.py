"""How sign-in differs from allauth's defaults."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from portal.orgs import encryption
from portal.orgs.queries import person_by_email


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Nobody signs up by themselves: people are added by those who run the portal."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _("The e-mail address or the password is not correct."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Refuse."""
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Write to people in the language they chose, else in the requester's language.

        Who asks for an e-mail to somebody's address need not be that person.
        """
        reader = person_by_email(email)
        language = reader.language if reader else ""
        with translation.override(language or translation.get_language()):
            super().send_mail(template_prefix, email, context)


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
