"""What a label says: scanned, typed or pasted text in, one hub id out.

The only place where labels are understood. The text is a stranger's: an id is looked for in it, and
nothing that it names is fetched, opened or rendered.
"""

import re
import unicodedata
from typing import Final, Literal
from urllib.parse import unquote
from uuid import UUID

type Kind = Literal["empty", "too_long", "nothing", "several"]

LONGEST: Final = 256
"""Characters of scanned text that are looked at; a label that holds more is refused."""

DIGITS: Final = 32
SHOWN: Final = 60

# A hand-held scanner types as if the keyboard were American: its hyphen then arrives as the sign
# that stands on that key in Germany, Italy or Spain, the Nordic countries, Turkey.
MISTYPED_HYPHENS: Final = "ß'+*"
HYPHENS: Final = frozenset("_\u2043\u2212" + MISTYPED_HYPHENS)

# On a Greek keyboard these are where an American one has a to f.
GREEK_KEYS: Final = str.maketrans("αβψδεφΑΒΨΔΕΦ", "abcdefABCDEF")

HEX: Final = "[0-9A-Fa-f]"
GAP: Final = "[- ]{1,4}"
# Letters and digits on either side mean that the run is part of something else.
GROUPED: Final = re.compile(
    rf"(?<![^\W_]){HEX}{{8}}{GAP}{HEX}{{4}}{GAP}{HEX}{{4}}{GAP}{HEX}{{4}}{GAP}{HEX}{{12}}(?![^\W_])"
)
UNBROKEN: Final = re.compile(rf"(?<![^\W_]){HEX}{{{DIGITS}}}(?![^\W_])")
WRAPPING: Final = " -{}()[]<>\"'.,;"


class LabelProblem(ValueError):
    """The text names no hub, or more than one.

    `kind` says why; `read` is what was read, shortened and made safe to look at (plain text, to be
    escaped like any other); `typed` is the number of digits, where somebody typed too few or too
    many. The text itself stays out of `str()`, so that it reaches no log. What people read of it
    is in `display/label_wording.py`.
    """

    def __init__(self, kind: Kind, text: str, typed: int | None = None) -> None:
        super().__init__(kind)
        self.kind = kind
        self.read = printable(text)
        self.typed = typed


class HubId(UUID):
    """A hub's id, as `text` with its 32 digits spells it: equal to the UUID, however spelt."""

    __slots__ = ("_printed",)

    def __init__(self, text: str) -> None:
        digits = "".join(re.findall(HEX, text))
        super().__init__(digits)
        object.__setattr__(self, "_printed", digits)

    @property
    def printed(self) -> str:
        """The id with the label's capitals, hyphens in their places; "" where it has none."""
        digits = getattr(self, "_printed", "")
        if digits == digits.lower():
            return ""
        return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def parse(text: str) -> HubId:
    """Find the one hub id in `text`.

    Understood: a UUID in any case, with or without hyphens, with other dashes, spaces, full-width
    or invisible characters in it, or typed on a Greek keyboard; and one within a URL
    (percent-encoded too), JSON, `urn:uuid:`, braces or other words. An id that occurs twice is one
    id. Not understood: 32 hexadecimal digits that are part of a longer run of letters and digits.

    `text` is at most 256 characters as it was scanned. `str()` of the result is the canonical form,
    lower case with hyphens. Raises `LabelProblem`.
    """
    if len(text) > LONGEST:
        raise LabelProblem("too_long", text)
    folded = _folded(text)
    if not folded.strip():
        raise LabelProblem("empty", text)
    found = _ids_in(folded)
    if len(found) > 1:
        raise LabelProblem("several", text)
    if not found:
        raise LabelProblem("nothing", text, typed=_digits_typed(folded))
    return found.pop()


def printable(text: str, longest: int = SHOWN) -> str:
    """`text` on one line, with control, invisible and direction-changing characters spelt as
    `[U+202E]`, cut with an ellipsis after about `longest` characters."""
    shown = ""
    for character in text.strip():
        piece = _spelt(character)
        if len(shown) + len(piece) > longest:
            return shown + "…"
        shown += piece
    return shown


def _spelt(character: str) -> str:
    hidden = unicodedata.category(character) in {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}
    return f"[U+{ord(character):04X}]" if hidden else character


def _folded(text: str) -> str:
    """The text with percent-encoding undone (twice: a link may carry a link), compatibility forms
    such as full-width digits folded, hyphens and spaces each of one kind, Greek keys read as
    American ones, and invisible characters gone."""
    plain = unicodedata.normalize("NFKC", unquote(unquote(text)))
    return "".join(_folded_character(character) for character in plain).translate(GREEK_KEYS)


def _folded_character(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Pd" or character in HYPHENS:
        return "-"
    if category == "Cf":
        return ""
    return " " if category in {"Zs", "Zl", "Zp", "Cc"} else character


def _ids_in(folded: str) -> set[HubId]:
    found = {HubId(match[0]) for match in GROUPED.finditer(folded)}
    found |= {HubId(match[0]) for match in UNBROKEN.finditer(folded)}
    if not found and _digits_typed(folded) == DIGITS:
        found = {HubId(folded)}
    return found


def _digits_typed(folded: str) -> int | None:
    """How many hexadecimal digits the text has when it has nothing else but gaps and brackets
    around it: someone typed an id. `None` for any other text."""
    typed = folded.strip(WRAPPING).replace("-", "").replace(" ", "")
    return len(typed) if re.fullmatch(f"{HEX}+", typed) else None
