"""Sentences that a library says, and has no Greek for.

Django looks into our catalogue first: a sentence that is marked here is found there. Nothing else
uses these names.
"""

from typing import Final

from django.utils.translation import ngettext_lazy

# django.contrib.auth.password_validation
PASSWORD_TOO_SHORT: Final = ngettext_lazy(
    "This password is too short. It must contain at least %d character.",
    "This password is too short. It must contain at least %d characters.",
)
