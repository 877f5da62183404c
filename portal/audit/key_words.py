"""What kinds of keys, and ways to send one, are called: in forms, and in the record of changes."""

from typing import Final

from django.utils.translation import gettext_lazy as _

KEY_ALONE: Final = _("The API key alone")
TOKEN_ALONE: Final = _("The bearer token alone")
SUPER_KEY: Final = _("Super key (SpKey support)")
