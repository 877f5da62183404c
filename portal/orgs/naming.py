"""Whether a text that people type names an organisation, or somebody's e-mail address.

What one organisation reads must not tell it of another. Compared are letters and digits alone, by
whole words: however it is spelt, spaced or accented, and without what a company's form is called.
"""

import re
from collections.abc import Iterable
from typing import Final

from portal.core.folding import folded

EMAIL: Final = re.compile(r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+")
WORD: Final = re.compile(r"[^\W_]+")
# Left out at the end of a name, as people do when they speak of one.
FORMS: Final = frozenset(
    {
        *("ab", "ae", "ag", "as", "bv", "co", "company", "corp", "corporation", "gmbh", "inc"),
        *("kg", "limited", "llc", "llp", "lp", "ltd", "nv", "oe", "oy", "plc", "sa", "sarl"),
        *("sas", "spa", "srl", "αε", "εε", "επε", "ικε", "οε"),
    }
)


def names_one(text: str, called: Iterable[str]) -> bool:
    """Say whether the text has one of these names or ids in it."""
    words = _words(text)
    return any(_has(words, name) for name in map(_core, called) if name)


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
    return any(_begins(words[at:], name) for at in range(len(words)))


def _begins(words: list[str], name: str) -> bool:
    for word in words:
        if not name.startswith(word):
            return False
        name = name[len(word) :]
        if not name:
            return True
    return False
