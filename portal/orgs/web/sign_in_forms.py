"""The second factor as it is typed: the library's forms, with the portal's own limits."""

from allauth.mfa.base import forms as mfa_forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from portal.orgs.web import sign_in_limits


class _SecondFactorForm(mfa_forms.BaseAuthenticateForm):  # type: ignore[misc]  # allauth has no types
    """A code of the person's authenticator app, or a recovery code."""

    def clean_code(self) -> str:
        """Return the code. Raises LimitReachedError after too many that were wrong."""
        sign_in_limits.take_code(self.user)
        code: str = super().clean_code()
        if not sign_in_limits.use_code(self.user, code):
            raise ValidationError(_("That code has been used. Wait for the next one."))
        sign_in_limits.forgive_code(self.user)
        return code


class AuthenticateForm(_SecondFactorForm, mfa_forms.AuthenticateForm):  # type: ignore[misc]
    """Asked for at sign-in."""


class ReauthenticateForm(_SecondFactorForm, mfa_forms.ReauthenticateForm):  # type: ignore[misc]
    """Asked for again, before what is dangerous."""
