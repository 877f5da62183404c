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
SECOND_FACTORS: Final = _("MFA")

# django.contrib.admin, on the operators' pages
LISTS: Final = (
    _("Select this object for an action - {}"),
    _("Select all objects on this page for an action"),
    _("- Select an option -"),
)
FORMS: Final = (
    _("Error:"),
    _("View selected %(model)s"),
)
