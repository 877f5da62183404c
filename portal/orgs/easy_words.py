# ruff: noqa: RUF001
"""Words that everybody here would try in a password, in English, in Greek and in Latin letters.

A short list of our own: what the portal is about, and what people say and see every day.
"""

import re
from collections.abc import Container, Iterator
from functools import cache
from itertools import product
from math import inf
from typing import Final

from portal.core.folding import folded

_ENGLISH: Final = """
    portal spkey smartphone smartphonekey smart phone key keys lock locks locked unlock hub hubs
    install installer installers installation claim claims site sites
    building label tray sandbox support agent operator door doors gate open opened
    admin admins administrator root user users guest manager owner team staff member company
    organisation organization property properties office work
    job home house
    password passwords pass passwd passphrase passcode code pin secret secrets login signin logon
    access account letmein let me in please pls welcome hello hi hey thanks thank you love
    test tests testing demo temp temporary default sample change changeme new old first
    my our your the and is for to of it we
    january february march april may june july august september october november december
    monday tuesday wednesday thursday friday saturday sunday today
    spring summer autumn fall winter year day week month
    greece greek hellas athens cyprus
"""
_GREEK: Final = """
    κωδικός κωδικοί κωδικό συνθηματικό σύνθημα πρόσβαση σύνδεση είσοδος λογαριασμός μυστικό
    μυστικός κλειδί κλειδιά κλειδαριά πόρτα πόρτες πύλη σπίτι γραφείο δουλειά εργασία εταιρεία
    εταιρία κτίριο διαχειριστής διαχείριση χρήστης τεχνικός εγκατάσταση εγκαταστάτης χώρος
    ακίνητα ομάδα δοκιμή τεστ καλημέρα καλησπέρα καληνύχτα γεια χαίρετε σου σας μου μας το και
    ευχαριστώ παρακαλώ καλώς ήρθες αγάπη αγαπώ σε άνοιξε άνοιξη καλοκαίρι φθινόπωρο χειμώνας
    νέος νέο παλιό ιανουάριος φεβρουάριος μάρτιος απρίλιος μάιος ιούνιος ιούλιος αύγουστος
    σεπτέμβριος οκτώβριος νοέμβριος δεκέμβριος δευτέρα τρίτη τετάρτη πέμπτη παρασκευή σάββατο
    κυριακή σήμερα ελλάδα ελλάς κύπρος αθήνα θεσσαλονίκη πάτρα πειραιάς ηράκλειο λάρισα βόλος
    ιωάννινα χανιά ρόδος καβάλα καλαμάτα κρήτη μακεδονία κέρκυρα λευκωσία λεμεσός ολυμπιακός
    παναθηναϊκός αεκ παοκ άρης πανιώνιος ατρόμητος απόλλων ηρακλής γαύρος γιώργος γεώργιος
    γιάννης ιωάννης κώστας κωνσταντίνος δημήτρης δημήτριος νίκος νικόλαος παναγιώτης βασίλης
    χρήστος αθανάσιος θανάσης μιχάλης αντώνης σπύρος σταύρος αλέξανδρος μαρία ελένη κατερίνα
    αικατερίνη βασιλική σοφία άννα γεωργία δήμητρα κωνσταντίνα παναγιώτα ιωάννα ευαγγελία
"""
# How people write Greek with the keys of an English keyboard.
_LATIN: Final = {
    "ου": "ou", "α": "a", "β": "v b", "γ": "g", "δ": "d", "ε": "e", "ζ": "z", "η": "i h",
    "θ": "th", "ι": "i", "κ": "k", "λ": "l", "μ": "m", "ν": "n", "ξ": "x ks", "ο": "o", "π": "p",
    "ρ": "r", "σ": "s", "τ": "t", "υ": "y u", "φ": "f", "χ": "x h ch", "ψ": "ps", "ω": "o w",
}  # fmt: skip
_LETTERS: Final = re.compile("|".join(_LATIN))
_LONGEST_WORD: Final = 24
# As many digits are no year, and somebody's choice.
_MANY_OTHERS: Final = 8
# More of them take long to look at.
_MOST_LETTERS: Final = 128


def is_of_easy_words(password: str, own: list[str], common: Container[str]) -> bool:
    """Say whether the password is nothing but easy words, the person's own and one common one.

    Case and accents make no difference, nor do signs, and a few digits and single letters.
    """
    pieces = _pieces(password)
    words = [piece for piece in pieces if len(piece) > 1]
    others = sum(map(str.isdigit, password)) + len(pieces) - len(words)
    if not words or others >= _MANY_OTHERS or sum(map(len, words)) > _MOST_LETTERS:
        return False
    easy = every() | {piece for word in own for piece in _pieces(word)}
    return sum(_common_words_in(word, easy, common) for word in words) <= 1


@cache
def every() -> frozenset[str]:
    """Return the words, in small letters without accents."""
    greek = _pieces(_GREEK)
    return frozenset([*_pieces(_ENGLISH), *greek, *(w for word in greek for w in _in_latin(word))])


def _common_words_in(piece: str, easy: frozenset[str], common: Container[str]) -> float:
    """Return how few common words make up the piece, beside easy ones; without end if none do."""
    fewest = [0.0, *[inf] * len(piece)]
    for end in range(1, len(piece) + 1):
        for start in range(max(0, end - _LONGEST_WORD), end):
            word = piece[start:end]
            if word in easy:
                fewest[end] = min(fewest[end], fewest[start])
            elif len(word) >= 4 and word in common:
                fewest[end] = min(fewest[end], fewest[start] + 1)
    return fewest[-1]


def _pieces(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+", folded(text))


def _in_latin(word: str) -> Iterator[str]:
    return map("".join, product(*(_LATIN[found].split() for found in _LETTERS.findall(word))))
