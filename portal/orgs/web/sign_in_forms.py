"""Passwords and second factors as they are typed: the library's forms, with our own limits."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.fields import PasswordField, SetPasswordField
from allauth.account.forms import ChangePasswordForm, ResetPasswordKeyForm
from allauth.core import context
from allauth.mfa import signals
from allauth.mfa.base import forms as mfa_forms
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY
from allauth.mfa.utils import decrypt, encrypt
from allauth.mfa.webauthn import forms as passkey_forms
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from portal.orgs import addresses, factors
from portal.orgs.models import User
from portal.orgs.web import sign_in_limits

CODE_USED = _("That code has been used. Wait for the next one.")
PASSKEY_REFUSED = _("That passkey was not accepted. Try again, or use another way.")
NAME_CHARACTERS = 60
NEW_PASSWORD = _("New password")
NEW_PASSWORD_AGAIN = _("New password, once more")
GOOD_PASSWORD = _(
    "At least 10 characters. Three or four words that have nothing to do with each other are best."
)


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


class _PasskeyForm(passkey_forms.AuthenticateWebAuthnForm):  # type: ignore[misc]  # likewise
    """What a passkey of the person's has signed, counted as a code is."""

    def clean_credential(self) -> Authenticator:
        """Return the passkey. Raises LimitReachedError after too many that were wrong."""
        sign_in_limits.take_code(context.request, self.user)
        try:
            passkey: Authenticator = super().clean_credential()
        except (ValidationError, ValueError, TypeError, KeyError, AttributeError) as error:
            # Of what is made up, the library refuses some and stumbles over the rest.
            self._tell_of_failure()
            raise ValidationError(PASSKEY_REFUSED) from error
        sign_in_limits.forgive_code(context.request, self.user)
        return passkey

    def _tell_of_failure(self) -> None:
        if passkey := factors.passkeys_of(self.user).first():
            signals.authentication_failed.send(
                sender=Authenticator,
                request=context.request,
                user=self.user,
                authenticator=passkey,
                reauthentication=self.reauthenticated,
            )


class AuthenticatePasskeyForm(_PasskeyForm):
    """Asked for at sign-in."""


class ReauthenticatePasskeyForm(_PasskeyForm, passkey_forms.ReauthenticateWebAuthnForm):  # type: ignore[misc]
    """Asked for again, before what is dangerous."""


class AddPasskeyForm(passkey_forms.AddWebAuthnForm):  # type: ignore[misc]  # allauth has no types
    """A passkey that was just made, and its name."""

    name = forms.CharField(
        label=_("Name"),
        max_length=NAME_CHARACTERS,
        help_text=_("What it is kept on, such as “Work phone” or “Blue key”."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Propose no name: that of the device is the person's to say."""
        kwargs["initial"] = {"name": ""}
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        """Return what was filled in, once the portal has checked what the passkey signed."""
        try:
            cleaned: dict[str, Any] = super().clean()
        except (ValidationError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise ValidationError(PASSKEY_REFUSED) from error
        return cleaned


class RenamePasskeyForm(passkey_forms.EditWebAuthnForm):  # type: ignore[misc]  # likewise
    """Another name of a passkey."""

    name = forms.CharField(label=_("Name"), max_length=NAME_CHARACTERS)


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


class NewPasswordField(SetPasswordField):  # type: ignore[misc]  # allauth has no types
    """A new password, which the form judges: that takes long, and comes after all else."""

    def clean(self, value: str) -> str:
        """Return it as it was typed."""
        typed: str = PasswordField.clean(self, value)
        return typed


def judge_new_password(form: forms.Form, person: User) -> None:
    """Refuse a new password that is too easy, once nothing else is wrong with the form."""
    if form.errors:
        return
    try:
        get_adapter().clean_password(form.cleaned_data["password1"], user=person)
    except ValidationError as error:
        form.add_error("password1", error)


class OwnPasswordForm(ChangePasswordForm):  # type: ignore[misc]  # allauth has no types
    """Another password of one's own."""

    oldpassword = PasswordField(
        show_reset_help=True, label=_("Current password"), autocomplete="current-password"
    )
    password1 = NewPasswordField(label=NEW_PASSWORD, help_text=GOOD_PASSWORD)
    password2 = PasswordField(label=NEW_PASSWORD_AGAIN, autocomplete="new-password")

    def clean(self) -> dict[str, Any] | None:
        """Judge the new password, after the present one was right."""
        cleaned: dict[str, Any] | None = super().clean()
        judge_new_password(self, self.user)
        return cleaned

    def clean_oldpassword(self) -> str:
        """Return the present one, counted and recorded as at sign-in.

        Raises LimitReachedError after too many that were wrong.
        """
        present: str = self.cleaned_data["oldpassword"]
        if not get_adapter().reauthenticate(self.user, present):
            raise get_adapter().validation_error("enter_current_password")
        return present


class PasswordByLinkForm(ResetPasswordKeyForm):  # type: ignore[misc]  # allauth has no types
    """A new password, set through the link that was sent to the person's address."""

    password1 = NewPasswordField(label=NEW_PASSWORD, help_text=GOOD_PASSWORD)
    password2 = PasswordField(label=NEW_PASSWORD_AGAIN, autocomplete="new-password")

    def clean(self) -> dict[str, Any] | None:
        """Judge the new password, after both were the same."""
        cleaned: dict[str, Any] | None = super().clean()
        judge_new_password(self, self.user)
        return cleaned

    def save(self) -> None:
        """Set it; the address is confirmed by that."""
        super().save()
        addresses.confirm(self.user)
