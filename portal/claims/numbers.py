"""The short number by which people quote a claim, such as C-7KQ2M4: drawn by lot, never changed.

It tells nothing of how many claims there are. It has neither vowels nor what is taken for another
character, so that it can be read out, and spells no word.
"""

import re
import secrets
from typing import Final

_CHARACTERS: Final = "23456789BCDFGHJKMNPQRSTVWXYZ"
_LENGTH: Final = 6
_MANY: Final = len(_CHARACTERS) ** _LENGTH
# Typed on a Greek keyboard, they look the same.
_GREEK: Final = str.maketrans("ΒΖΗΚΜΝΡΤΥΧ", "BZHKMNPTYX")  # noqa: RUF001
_NUMBER: Final = re.compile(f"C?([{_CHARACTERS}]{{{_LENGTH}}})")
LONGEST: Final = len("C-") + _LENGTH


def fresh() -> str:
    """Return a number by lot. Another claim may have it: the database says so."""
    return spelled(secrets.randbelow(_MANY))


def spelled(value: int) -> str:
    """Return the number that stands for a whole one, each another up to 480 millions."""
    found = []
    for _ in range(_LENGTH):
        value, rest = divmod(value, len(_CHARACTERS))
        found.append(_CHARACTERS[rest])
    return "C-" + "".join(reversed(found))


def typed(text: str) -> str:
    """Return the number that somebody has typed, with or without its C and hyphen; "" for none."""
    bare = re.sub(r"[\W_]", "", text.upper().translate(_GREEK))
    found = _NUMBER.fullmatch(bare)
    return f"C-{found[1]}" if found else ""
