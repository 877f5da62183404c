"""SpKey site ids made from what people call a site.

Greek letters become Latin ones by ELOT 743, as on passports and road signs. What two letters sound
like together hangs on their neighbours, and on which of them has the accent; the rest is
python-slugify's.
"""

# ruff: noqa: RUF001 - Greek letters that look like Latin ones are what this is about.

import re
import unicodedata
from typing import Final

from slugify import slugify

LONGEST: Final = 100
# A shorter one says nothing, nor does one of digits alone.
SHORTEST: Final = 3

# Written with their accents apart: a first vowel with one, or a second with two dots, is by itself.
_TONOS, _TWO_DOTS = "\u0301", "\u0308"
_VOWEL_AND_Y: Final = re.compile(f"([αεη])υ(?!{_TWO_DOTS}){_TONOS}?(?=(.?))", re.DOTALL)
_FIRST: Final = {"α": "a", "ε": "e", "η": "i"}
_VOICELESS: Final = frozenset("θκξπσςτφχψ")
_OU: Final = re.compile(f"ου(?!{_TWO_DOTS})")
_WORD_WITH_B: Final = re.compile(f"(?<![\\w{_TONOS}])μπ")

_REPLACEMENTS: Final = (
    *(("μπ", "mp"), ("γγ", "ng"), ("γκ", "gk"), ("γξ", "nx"), ("γχ", "nch")),
    *zip("αβγδεζηικλμνξοπρσςτυφω", "avgdeziiklmnxoprsstyfo", strict=True),
    *(("θ", "th"), ("χ", "ch"), ("ψ", "ps")),
)


def made_from(name: str) -> str:
    """Return the id that a site of this name has, where no other has it."""
    text = unicodedata.normalize("NFD", name.lower())
    text = _VOWEL_AND_Y.sub(_af_or_av, text)
    text = _WORD_WITH_B.sub("b", _OU.sub("ou", text))
    found = slugify(
        text, entities=False, max_length=LONGEST, word_boundary=True, replacements=_REPLACEMENTS
    )
    says_something = len(found) >= SHORTEST and not found.replace("-", "").isdigit()
    return found if says_something else "-".join(filter(None, ("site", found)))


def _af_or_av(found: re.Match[str]) -> str:
    vowel, next_letter = found.groups()
    ends = not next_letter.isalpha()
    return _FIRST[vowel] + ("f" if ends or next_letter in _VOICELESS else "v")


def unused(stem: str, taken: frozenset[str]) -> str:
    """Return the id, with the first number that makes it one that is not taken."""
    number, found = 1, stem
    while found in taken:
        number += 1
        found = f"{stem}-{number}"
    return found
