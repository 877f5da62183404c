"""What makes a password too easy beside Django's own rules."""

import re
import string
from collections.abc import Container, Iterable
from threading import Lock
from typing import Final

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.orgs import easy_words, hashing
from portal.orgs.models import User

OURS: Final = frozenset({"portal", "spkey", "smartphonekey", "smartphone", "installer"})
SHORTEST_WORD: Final = 4
ADDED: Final = string.digits + string.punctuation + string.whitespace
# Some of twice this length, made for it, keep zxcvbn busy for seconds; these for less than one.
JUDGED_CHARACTERS: Final = 32
# zxcvbn keeps the words of the one it judges in its module, where all threads see them.
_one_at_a_time: Final = Lock()


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
        self.refuse(password, _words_of(user))

    def refuse(self, password: str, theirs: set[str]) -> None:
        """Raise ValidationError for one of our words and these alone."""
        words = sorted(OURS | theirs, key=len, reverse=True)
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


class EasyGuesses:
    """Refuses a password that somebody would find within so many guesses, as zxcvbn counts them.

    It tries its list of breached passwords first, then words, names, dates, rows of keys and what
    is repeated, alone and together. Of a long password it judges the beginning. Greek it does not
    know, nor what the portal is about: `easy_words` has that.
    """

    sentence: Final = _(
        "Stolen passwords, names, dates and single words are easy to guess: take three or four"
        " words that have nothing to do with each other."
    )

    def __init__(self, least_guesses: int = 10**8) -> None:
        self.least_guesses = least_guesses

    def validate(self, password: str, user: User | None = None) -> None:
        """Raise ValidationError."""
        own = _own_words(user)
        is_easy = easy_words.is_of_easy_words(password, own, _breached())
        if is_easy or _guesses(password[:JUDGED_CHARACTERS], own) < self.least_guesses:
            raise ValidationError(self.sentence, code="password_easy_to_guess")

    def get_help_text(self) -> Promise:
        """Return the rule."""
        return self.sentence


def _breached() -> Container[str]:
    # Its lists take 14 MB, and processes that set no password need none of them.
    from zxcvbn.matching import RANKED_DICTIONARIES  # noqa: PLC0415

    passwords: Container[str] = RANKED_DICTIONARIES["passwords"]
    return passwords


def _guesses(password: str, words: list[str]) -> float:
    from zxcvbn import zxcvbn  # noqa: PLC0415

    with hashing.KNOWN.turn(), _one_at_a_time:
        return float(zxcvbn(password, user_inputs=words)["guesses"])


def _own_words(user: User | None) -> list[str]:
    own = f"{user.email} {user.name}" if user else ""
    return [*OURS, *_words_of(user), *re.findall(r"[^\W_]+", own)]


def _words_of(user: User | None) -> set[str]:
    if user is None or user._state.adding:
        return set()
    return words_in(user.memberships.active().values_list("organisation__name", flat=True))


def words_in(names: Iterable[str]) -> set[str]:
    """Return the words of these organisations' names that somebody would try."""
    words = (word for name in names for word in re.findall(r"\w+", name))
    return {word for word in words if len(word) >= SHORTEST_WORD}
