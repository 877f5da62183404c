"""Whether a text that people type names an organisation, or somebody's e-mail address.

What one organisation reads must not tell it of another. Compared are letters and digits alone, by
whole words: whatever the capitals, accents and spaces, and without what a company's form is called.
A part of a name, or another case of it, is not known again: this is for slips, and no lock.
"""

import re
import string
from collections.abc import Iterable
from typing import Final

from portal.core.folding import folded

EMAIL: Final = re.compile(r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+")
WORD: Final = re.compile(r"[^\W_]+")
# What stands around words in a sentence.
AROUND: Final = string.punctuation + "«»“”"
# No name has it.
GAP: Final = " "
# Left out at the end of a name, as people do when they speak of one.
FORMS: Final = frozenset(
    {
        *("ab", "ae", "ag", "as", "bv", "co", "company", "corp", "corporation", "gmbh", "inc"),
        *("kg", "limited", "llc", "llp", "lp", "ltd", "nv", "oe", "oy", "plc", "sa", "sarl"),
        *("sas", "spa", "srl", "αε", "εε", "επε", "ικε", "οε"),
    }
)


def names_one(text: str, called: Iterable[str], *, beside: Iterable[str] = ()) -> bool:
    """Say whether the text has one of these names or ids in it, elsewhere than within `beside`."""
    words = _words(text)
    for name in filter(None, map(_core, beside)):
        words = _without(words, name)
    return any(_has(words, name) for name in map(_core, called) if name)


def words_naming_one(text: str, called: Iterable[str], *, beside: Iterable[str] = ()) -> str:
    """Return the fewest words of the text, as they were typed, that name one; "" where none do."""
    called, beside = set(called), set(beside)
    if not names_one(text, called, beside=beside):
        return ""
    typed = text.split()
    for number in range(1, len(typed) + 1):
        for first in range(len(typed) - number + 1):
            words = " ".join(typed[first : first + number])
            if names_one(words, called, beside=beside):
                return words.strip(AROUND)
    return text


def has_address(text: str) -> bool:
    """Say whether the text has an e-mail address in it, whoever's: that is not looked up."""
    return EMAIL.search(text) is not None


def _words(text: str) -> list[str]:
    return WORD.findall(folded(text.replace(".", "")) + " " + folded(text))


def _core(name: str) -> str:
    """Return the letters of the name in one piece, without the company's form at its end."""
    words = WORD.findall(folded(name.replace(".", "")))
    while len(words) > 1 and words[-1] in FORMS:
        words.pop()
    return "".join(words)


def _has(words: list[str], name: str) -> bool:
    """Say whether some words that follow one another make up the name."""
    return any(_length(words[at:], name) for at in range(len(words)))


def _without(words: list[str], name: str) -> list[str]:
    """Return the words with a gap wherever some that follow one another make up the name."""
    found, at = list[str](), 0
    while at < len(words):
        length = _length(words[at:], name)
        found.append(GAP if length else words[at])
        at += length or 1
    return found


def _length(words: list[str], name: str) -> int:
    """Return how many of the first words make up the name, 0 where they do not."""
    for number, word in enumerate(words, start=1):
        if not name.startswith(word):
            return 0
        name = name[len(word) :]
        if not name:
            return number
    return 0
