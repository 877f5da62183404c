"""Passwords and second factors as they are typed: the library's forms, with our own limits."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import ChangePasswordForm
from allauth.core import context
from allauth.mfa.base import forms as mfa_forms
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY
from allauth.mfa.utils import decrypt, encrypt
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from portal.orgs.web import sign_in_limits

CODE_USED = _("That code has been used. Wait for the next one.")


class _SecondFactorForm(mfa_forms.BaseAuthenticateForm):  # type: ignore[misc]  # allauth has no types
    """A code of the person's authenticator app, or a recovery code."""

    def clean_code(self) -> str:
        """Return the code. Raises LimitReachedError after too many that were wrong."""
        sign_in_limits.take_code(context.request, self.user)
        code: str = super().clean_code()
        if not sign_in_limits.use_code(self.user, code):
            raise ValidationError(CODE_USED)
        sign_in_limits.forgive_code(context.request, self.user)
        return code


class AuthenticateForm(_SecondFactorForm, mfa_forms.AuthenticateForm):  # type: ignore[misc]
    """Asked for at sign-in."""


class ReauthenticateForm(_SecondFactorForm, mfa_forms.ReauthenticateForm):  # type: ignore[misc]
    """Asked for again, before what is dangerous."""


class SetUpForm(ActivateTOTPForm):  # type: ignore[misc]  # allauth has no types
    """The code that shows that an authenticator app has been set up.

    Meanwhile the app's seed is in the session, as in the database encrypted.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Take the seed that the page showed, for its form; a new one for the page itself."""
        token = context.request.session.get(SECRET_SESSION_KEY)
        super().__init__(*args, **kwargs)
        if self.is_bound and token:
            self.secret = decrypt(token)
        else:
            # The library has just put it there in clear; nothing of that was stored yet.
            context.request.session[SECRET_SESSION_KEY] = encrypt(self.secret)

    def clean_code(self) -> str:
        """Return the code, which then serves for nothing else."""
        sign_in_limits.take_code(context.request, self.user)
        code: str = super().clean_code()
        if not sign_in_limits.use_code(self.user, code):
            raise ValidationError(CODE_USED)
        sign_in_limits.forgive_code(context.request, self.user)
        return code


class OwnPasswordForm(ChangePasswordForm):  # type: ignore[misc]  # allauth has no types
    """Another password of one's own."""

    def clean_oldpassword(self) -> str:
        """Return the present one, counted and recorded as at sign-in.

        Raises LimitReachedError after too many that were wrong.
        """
        present: str = self.cleaned_data["oldpassword"]
        if not get_adapter().reauthenticate(self.user, present):
            raise get_adapter().validation_error("enter_current_password")
        return present
