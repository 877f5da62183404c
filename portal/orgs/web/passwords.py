"""What makes a password too easy beside Django's own rules."""

import re
import string
from typing import Final

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.orgs.models import User

OURS: Final = frozenset({"portal", "spkey", "smartphonekey", "smartphone", "installer"})
SHORTEST_WORD: Final = 4
ADDED: Final = string.digits + string.punctuation + string.whitespace


class ContextWords:
    """Refuses a password of too few characters beside words that everybody here would try.

    These are the portal's names and those of the person's organisations.
    """

    sentence: Final = _(
        "The names of the portal and of your organisation are easy to guess: use other words."
    )

    def __init__(self, least: int = 8) -> None:
        self.least = least

    def validate(self, password: str, user: User | None = None) -> None:
        """Raise ValidationError."""
        words = sorted(OURS | _words_of(user), key=len, reverse=True)
        pattern = "|".join(map(re.escape, words))
        rest, found = re.subn(pattern, "", password, flags=re.IGNORECASE)
        if found and len(rest) < self.least:
            raise ValidationError(self.sentence, code="password_of_context_words")

    def get_help_text(self) -> Promise:
        """Return the rule."""
        return self.sentence


class CommonWords(CommonPasswordValidator):
    """Refuses a common password, whatever digits and signs stand before and behind it as well."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Raise ValidationError."""
        super().validate(password, user)
        super().validate(password.strip(ADDED) or password, user)


def _words_of(user: User | None) -> set[str]:
    if user is None or user._state.adding:
        return set()
    names = user.memberships.active().values_list("organisation__name", flat=True)
    words = (word for name in names for word in re.findall(r"\w+", name))
    return {word for word in words if len(word) >= SHORTEST_WORD}
