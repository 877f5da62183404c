"""How sign-in differs from allauth's defaults."""

from typing import Any, Final
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.core.throttle import LimitReachedError
from portal.core.web.client_address import network_address
from portal.notices import account_emails
from portal.notices.models import AccountEmail
from portal.orgs import encryption, sign_in_record
from portal.orgs.models import User
from portal.orgs.web import sign_in_limits
from portal.orgs.web.second_factor import UnreadableFactorError

# The library's e-mails that the portal has words for. Its others are switched off.
KINDS: Final = {
    "account/email/password_reset_key": AccountEmail.Kind.NEW_PASSWORD,
    "account/email/password_changed": AccountEmail.Kind.PASSWORD_CHANGED,
    "account/email/password_reset": AccountEmail.Kind.PASSWORD_CHANGED,
    "account/email/password_set": AccountEmail.Kind.PASSWORD_CHANGED,
    "mfa/email/totp_activated": AccountEmail.Kind.FACTOR_ADDED,
    "mfa/email/totp_deactivated": AccountEmail.Kind.FACTOR_REMOVED,
    "mfa/email/webauthn_added": AccountEmail.Kind.PASSKEY_ADDED,
    "mfa/email/webauthn_removed": AccountEmail.Kind.PASSKEY_REMOVED,
    "mfa/email/recovery_codes_generated": AccountEmail.Kind.CODES_MADE,
}


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Nobody signs up by themselves: people come by an invitation, see `orgs.invitations`."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _("The e-mail address or the password is not correct."),
    }

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the try. Raises LimitReachedError, and records it, while it has to wait.

        Raises PermissionDenied where passwords sign nobody in.
        """
        if not settings.PASSWORD_SIGN_IN:
            raise PermissionDenied
        email = str(credentials.get("email", ""))
        try:
            sign_in_limits.take_password(request, email)
        except LimitReachedError:
            sign_in_record.locked(email)
            raise

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        """Return the person with these credentials, None where there is none.

        Raises BusyError, before the try is counted, while others take all turns at hashing.
        """
        email = str(credentials.get("email", ""))
        with sign_in_limits.turns(request, email).turn():
            person = super().authenticate(request, **credentials)
        if person is None:
            sign_in_limits.count_wrong_password(request, email)
        else:
            sign_in_limits.forgive_password(request, email)
        return person

    def post_login(self, request: HttpRequest, user: User, **how: Any) -> HttpResponse:
        """Remember the device: strangers' tries at the account do not hold it up."""
        response: HttpResponse = super().post_login(request, user, **how)
        sign_in_limits.remember_device(request, response, user)
        return response

    def reauthenticate(self, user: User, password: str) -> bool:
        """Say whether it is the person's password, where passwords serve at all."""
        return settings.PASSWORD_SIGN_IN and bool(super().reauthenticate(user, password))

    def get_reauthentication_methods(self, user: User) -> list[dict[str, Any]]:
        """Return the ways to prove oneself again, first the one that is led to."""
        ways: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        for way in ways:
            if way["url"] == reverse("mfa_reauthenticate_webauthn"):
                way["description"] = gettext("Use your passkey")
        if not settings.PASSWORD_SIGN_IN:
            ways = [way for way in ways if way["id"] != "reauthenticate"]
        if settings.OIDC is not None:
            sentence = gettext("Sign in with %(provider)s") % {"provider": settings.OIDC["name"]}
            ways.append({"id": "oidc", "description": sentence, "url": reverse("oidc-again")})
        return ways

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the client's address as the portal knows it, whatever a proxy was told."""
        return str(network_address(request))

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Refuse."""
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Leave what the library would send now to the worker: see `account_emails`.

        It goes to the address that the person has when it is sent, whatever was typed.
        """
        language = translation.get_language()
        account_emails.write_to(context["user"], KINDS[template_prefix], language)

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Tell a person of a change to their account, in the same way."""
        self.send_mail(template_prefix, user.email, {"user": user})


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    """Second factors' secrets are encrypted at rest like every other secret."""

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Return for whom passkeys are made: the portal's own address, whatever the request's."""
        return {
            "id": urlsplit(settings.PORTAL_URL).hostname or "",
            "name": settings.MFA_TOTP_ISSUER,
        }

    def encrypt(self, text: str) -> str:
        """Return the text as an encrypted token."""
        return encryption.encrypt(encryption.Secret(text))

    def decrypt(self, encrypted_text: str) -> str:
        """Return the text of an encrypted token. Raises UnreadableFactorError without its key."""
        try:
            return encryption.decrypt(encrypted_text).reveal()
        except encryption.UnreadableSecretError as error:
            raise UnreadableFactorError(*error.args) from None


def closed(request: HttpRequest) -> HttpResponse:
    """Answer 404: the sign-in library has a page here that the portal does not offer."""
    raise Http404
