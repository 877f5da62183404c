"""Sentences that a library says, and has no Greek for, or one with other words than ours.

Django looks into our catalogue first: a sentence that is marked here is found there. Nothing else
uses these names.
"""

from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

# django.contrib.auth.password_validation
PASSWORD_TOO_SHORT: Final = ngettext_lazy(
    "This password is too short. It must contain at least %d character.",
    "This password is too short. It must contain at least %d characters.",
)
PASSWORD_TOO_SIMILAR: Final = _(
    "Your password can’t be too similar to your other personal information."
)
PASSWORD_TOO_COMMON: Final = _("Your password can’t be a commonly used password.")

# allauth.account, allauth.mfa
PASSWORD_WRONG: Final = _("Incorrect password.")
USE_PASSWORD: Final = _("Use your password")
USE_CODE: Final = _("Use authenticator app or code")
CODE: Final = _("Authenticator code")
SECOND_FACTORS: Final = (_("MFA"), _("TOTP Authenticator"), _("WebAuthn"))

# django.contrib.admin, on the operators' pages
AROUND_PAGES: Final = (
    _("Skip to main content"),
    _("Breadcrumbs"),
    _("Sidebar"),
    _("Start typing to filter…"),
    _("Filter navigation items"),
    _("Toggle theme (current theme: auto)"),
    _("Toggle theme (current theme: light)"),
    _("Toggle theme (current theme: dark)"),
    _("Model name"),
    _("Add link"),
    _("Change or view list link"),
)
LISTS: Final = (
    _("Search %(name)s"),
    _("Pagination %(name)s"),
    _("Pagination %(name)s entries"),
    _("Filter by %(field_name)s"),
    _(" By %(filter_title)s "),
    _("Show counts"),
    _("Hide counts"),
    _("Run"),
    _("Select this object for an action - {}"),
    _("Select all objects on this page for an action"),
    _("- Select an option -"),
)
FORMS: Final = (
    _("Error:"),
    _("Added:"),
    _("Changed:"),
    _("Deleted:"),
    _("View selected %(model)s"),
    _(
        "Are you sure you want to delete the %(object_name)s “%(escaped_object)s”? "
        "All of the following related items will be deleted:"
    ),
)

# django.contrib.auth, where operators add a person or set a password
PASSWORDS: Final = (
    _("After you’ve created a user, you’ll be able to edit more user options."),
    _("Password-based authentication"),
    _("Enabled"),
    _("Disabled"),
    _(
        "Whether the user will be able to authenticate using a password or not. "
        "If disabled, they may still be able to authenticate using other backends, "
        "such as Single Sign-On or LDAP."
    ),
    _("Enable password-based authentication for this user by setting a password."),
    _("This action will <strong>enable</strong> password-based authentication for this user."),
    _("Enable password-based authentication"),
    _("Disable password-based authentication"),
    _("Password-based authentication was disabled."),
    _("Set password"),
    _("Set password: %s"),
    _("Reset password"),
)
