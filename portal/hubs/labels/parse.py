"""What a label says: scanned, typed or pasted text in, one hub id out.

The only place where labels are understood. The text is a stranger's: an id is looked for in it, and
nothing that it names is fetched, opened or rendered.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Final, Literal
from urllib.parse import unquote
from uuid import UUID

from portal.hubs.labels import arranged, keyboards, markup, naming
from portal.hubs.labels.naming import JOIN, Name

type Kind = Literal["empty", "too_long", "nothing", "nobodys", "several", "keyboard"]

LONGEST: Final = 256
"""Characters of scanned text that are looked at; a label that holds more is refused."""

DIGITS: Final = 32
SHOWN: Final = 60
HYPHENS: Final = frozenset("_\u2043\u2212")
NOBODYS: Final = ("0" * DIGITS, "f" * DIGITS)

HEX: Final = "[0-9A-Fa-f]"
# Letters and digits on either side mean that the run is part of something else.
APART: Final = (r"(?<![^\W_])", r"(?![^\W_])")
GROUPS: Final = [f"{HEX}{{{digits}}}" for digits in (8, 4, 4, 4, 12)]
HYPHENED: Final = "-".join(GROUPS)
# A line may be broken at a hyphen.
GAP: Final = r"(?: ?-[ \n]?|\n-| )"
GROUPED: Final = re.compile(GAP.join(GROUPS).join(APART))
# In one run, or with some of the hyphens; with one alone it may be two numbers.
COMPACT: Final = re.compile("-?".join(GROUPS).join(APART))
FOURS: Final = re.compile(
    rf"{HEX}{{4}}(?P<gap>[ \-])(?:{HEX}{{4}}(?P=gap)){{6}}{HEX}{{4}}".join(APART)
)
# Where one row of fours is no id, the others are none.
ROW_OF_FOURS: Final = re.compile(rf"(?:{GROUPS[1]}[ \-]){{3,}}{GROUPS[1]}".join(APART))
SINGLE: Final = re.compile(rf"{HEX}(?: {HEX}){{31}}")
BESIDE: Final = (
    re.compile(rf"(?:^|[\W_])(?=[A-Fa-f]*[0-9]){HEX}{{4,}}:?[ \-]*\Z"),
    re.compile(rf"[ \-]*{GROUPS[1]}(?![^\W_])"),
)
# What version and variant an id has; eight numbers of four digits rarely seem to have one.
PLAUSIBLE: Final = re.compile(rf"{HEX}{{12}}[1-8]{HEX}{{3}}[89ABab]{HEX}{{15}}")
# What scanners put before a text: which kind of code it was (`]Q3`).
SYMBOLOGY: Final = re.compile(r"(^|[\s,;|])\][A-Za-z][0-9A-Za-z](?=\S)")
SYMBOLOGIES: Final = re.compile(rf"({HEX}{{12}})\][A-Za-z][0-9A-Za-z](?=\S)")
# A code of GS1 says by two digits or more what follows.
GS1: Final = re.compile(
    r"((?:^|[\s,;|])\](?:C1|d2|e0|Q3|J1)\x1d?|\x1d)(?:21|24[01]|25[01]|8004|8010|9[0-9])"
    rf"(?=(?:{HYPHENED}|{HEX}{{32}})(?![^\W_]))"
)
PARTED: Final = r"(?:\\[nrt]|[xX])?"
ADDRESS: Final = "(?=[G-Zg-z][A-Za-z]*[:/.])"
TOGETHER: Final = re.compile(rf"({HYPHENED})(?:{PARTED}(?={HYPHENED})|{ADDRESS})")
WRITTEN: Final = re.compile(f"{HYPHENED}|{HEX}{{32}}")
RUNS: Final = re.compile(
    rf"{APART[0]}(?:{WRITTEN.pattern})(?:{PARTED}(?:{WRITTEN.pattern}))*(?:{APART[1]}|{ADDRESS})"
)
# Where mail and word processors break a line within a word.
SOFT: Final = re.compile("[\u00ad\u200b\u21b5\u23ce\\\\]+[ \t]*\n")
BREAK: Final = r"[ \t]*\n[ \t]*"
BROKEN: Final = re.compile(
    rf"[0-9A-Fa-f-]{{1,36}}(?:[=-]{BREAK}[0-9A-Fa-f-]{{1,36}}){{1,8}}".join(APART)
)
SPREAD: Final = re.compile(f"={BREAK}|{BREAK}")
HYPHENATED: Final = re.compile(f"[=-]?{BREAK}")
COLUMNS: Final = re.compile(r"\S(?: {2,}|\t|\|)[ \t]*\S")
# No label has so long a word.
LONG_RUN: Final = re.compile("[0-9A-Za-z+/=]{121,}")
LINE_ENDS: Final = re.compile("\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")
# An id with another sign for its hyphens.
SPOILT: Final = re.compile(
    rf"{HEX}{{8}}(?P<gap>[^0-9A-Fa-f\s\-])(?:{HEX}{{4}}(?P=gap)){{3}}{HEX}{{12}}".join(APART)
)
USUAL: Final = re.compile(HYPHENED)
# Two hyphens for one, or what is one in Japan and in drawings; elsewhere it is a letter or a line.
HYPHENS_OF_OTHERS: Final = re.compile(rf"({HEX}{{4}})(?:--|[\u30fc\u2500\u2501])(?={HEX}{{4}})")
# How mail quotes.
QUOTES: Final = re.compile(r"^[ \t]*>[> \t]*", re.MULTILINE)
WRAPPING: Final = " -{}()[]<>\"'.,;\n\t"


class LabelProblem(ValueError):
    """The text names no hub, or more than one.

    `kind` says why; `read` is what was read, shortened and made safe to look at (plain text, to be
    escaped like any other); `typed` is the number of digits, where somebody typed too few or too
    many; `ids` the hubs of which one is meant, where there are several. The text itself stays out
    of `str()`, so that it reaches no log. What people read of it is in `display/label_wording.py`.
    """

    def __init__(
        self, kind: Kind, text: str, typed: int | None = None, ids: Sequence["HubId"] = ()
    ) -> None:
        super().__init__(kind)
        self.kind = kind
        self.read = printable(text)
        self.typed = typed
        self.ids = tuple(ids)


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
    or invisible characters in it, broken at a hyphen, or typed by a scanner that is set to another
    keyboard; and one within a URL (percent-encoded too), JSON, `urn:uuid:`, braces or other words.
    An id that occurs twice is one id. Of several, the one counts that the label calls the hub's.
    Not understood: 32 hexadecimal digits that are part of a longer run of letters and digits, or
    of several numbers; what the label calls a key, a password or the like; ids of nobody.

    `text` is at most 256 characters as it was scanned. `str()` of the result is the canonical form,
    lower case with hyphens. Raises `LabelProblem`.
    """
    if USUAL.fullmatch(text) and not _is_nobodys(usual := HubId(text)):
        return usual
    if len(text) > LONGEST:
        # Finding secrets takes longer than the text does: a table in one line would take minutes.
        raise LabelProblem("too_long", without_secrets(text[:LONGEST]))
    found = _meant_by(text)
    if len(found) > 1 or (found and is_doubtful(_folded(text))):
        raise LabelProblem("several", without_secrets(text), ids=found)
    if not found:
        raise _refused(text)
    return found[0]


def _refused(text: str) -> LabelProblem:
    plain = _folded(text)
    ids = [HubId(found[0]) for found in _ids_in(_hidden(plain))]
    if ids and all(map(_is_nobodys, ids)):
        return LabelProblem("nobodys", without_secrets(text))
    return LabelProblem("nothing", without_secrets(text), typed=_digits_typed(plain))


def _meant_by(text: str) -> Sequence[HubId]:
    """The hubs that the text names, as it stands or by another keyboard."""
    plain = _folded(text)
    if not plain.strip():
        raise LabelProblem("empty", text)
    if SPOILT.search(plain):
        readings = keyboards.undone(text, _scanned, is_mixed=True)
        if len(readings) == 1:
            return readings[0]
        if any(_ids_in(plain)):
            raise LabelProblem("keyboard", without_secrets(text))
    if found := _hubs_in(plain):
        return found
    # What the text shows as it stands is no hub's, by any keyboard.
    if any(_ids_in(plain)) or _hidden(plain) != plain:
        return ()
    readings = keyboards.undone(text, _scanned)
    if len(readings) == 1:
        return readings[0]
    if readings or (_digits_typed(plain) is None and keyboards.looks_like_one(text.strip())):
        raise LabelProblem("keyboard", without_secrets(text))
    return ()


def is_doubtful(plain: str) -> bool:
    """Whether all that folded text names is one id, by names that may be of something else."""
    text = _hidden(plain)
    ids = list(_ids_in(text))
    is_one = len({HubId(found[0]) for found in ids}) == 1
    return is_one and all(_is_doubted(text, found) for found in ids)


def _is_doubted(text: str, found: re.Match[str]) -> bool:
    before = text[: found.start()]
    if naming.names_other(before):
        return True
    # Keys are printed in one piece; with hyphens a number is rarely anything but an id.
    name = naming.unknown_name(before)
    return bool(name & naming.OF_NO_ID if "-" in found[0] else name)


def _scanned(meant: str) -> list[HubId]:
    """The hubs in what a scanner meant: codes have ids in one piece."""
    plain = _folded(meant)
    return _hubs_in(plain) if COMPACT.search(plain) else []


def _hidden(plain: str) -> str:
    """Folded text with each value's name before it, and what it calls secret blacked out."""
    return naming.hidden(arranged.arranged(plain))


def without_secrets(text: str) -> str:
    """The text, with what it calls secret blacked out."""
    plain = _folded(text)
    hidden = _hidden(plain)
    if not _hubs_in(plain):
        hidden = naming.words_hidden(hidden)
    return text if hidden == plain else hidden


def fit_for_address(text: str) -> str:
    """What of a searched text may stand in an address: of a label with a secret only the rest."""
    return without_secrets(text) if len(text) >= DIGITS else text


def secrets_in(text: str) -> frozenset[UUID]:
    """What looks like an id, and is a secret by what the text says."""
    plain = _folded(text)
    shown = {HubId(found[0]) for found in _ids_in(_hidden(plain))}
    return frozenset(HubId(found[0]) for found in _ids_in(plain)) - shown


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
    such as full-width digits folded, hyphens, spaces and line ends each of one kind, and invisible
    characters, quotation marks of mail and what scanners put before a text gone."""
    plain = unicodedata.normalize("NFKC", markup.undone(unquote(unquote(text))))
    plain = GS1.sub(r"\1 ", LONG_RUN.sub("…", plain))
    plain = SOFT.sub("=\n", LINE_ENDS.sub("\n", plain))
    plain = "".join(_folded_character(character) for character in plain)
    plain = HYPHENS_OF_OTHERS.sub(r"\1-", QUOTES.sub("", plain))
    plain = BROKEN.sub(_mended, naming.words_mended(plain))
    plain = SYMBOLOGY.sub(r"\1 ", SYMBOLOGIES.sub(rf"\1{JOIN}", plain))
    return TOGETHER.sub(rf"\1{JOIN}", RUNS.sub(_parted, plain))


def _mended(found: re.Match[str]) -> str:
    """An id that line ends break within its groups, in one piece."""
    text = found.string
    begin = text.rfind("\n", 0, found.start()) + 1
    end = text.find("\n", found.end())
    if COLUMNS.search(text, begin, end if end >= 0 else len(text)):
        return found[0]
    spread = SPREAD.sub("", found[0])
    if USUAL.fullmatch(spread):
        return spread
    digits = HYPHENATED.sub("", found[0])
    if USUAL.fullmatch(digits):
        return digits
    is_id = re.fullmatch(f"{HEX}{{32}}", digits) and ("-" not in found[0] or _is_plausible(digits))
    return digits if is_id else found[0]


def _parted(found: re.Match[str]) -> str:
    """Ids that ran together, apart. Digits alone may be one long number: two that look like ids,
    one behind the other, are hardly that."""
    ids = WRITTEN.findall(found[0])
    is_number = len(ids) > 1 and "-" not in found[0] and not all(map(_is_plausible, ids))
    if is_number:
        return found[0]
    is_address_next = found.string[found.end() : found.end() + 1].isalnum()
    return JOIN.join(ids) + JOIN * is_address_next


def _folded_character(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Pd" or character in HYPHENS:
        return "-"
    if category == "Cf":
        return ""
    if character in "\n\t":
        return character
    return " " if category in {"Zs", "Cc"} else character


def _hubs_in(plain: str) -> list[HubId]:
    """The ids that folded text may mean, in order: those that it calls a hub's, if any."""
    text = _hidden(plain)
    named: dict[HubId, Name] = {}
    name, last = Name.NONE, 0
    for found in sorted(_ids_in(text), key=re.Match.start):
        if found.start() < last:
            continue
        # What follows an id with no word between them is called what that is.
        between = text[last : found.start()]
        called = naming.name_of(between)
        if called is not None or (re.search(r"[^\W_]", between) and last):
            name = called if called is not None else Name.NONE
        last = found.end()
        hub = HubId(found[0])
        if not _is_nobodys(hub):
            named[hub] = max(name, named.get(hub, Name.OTHER))
    most = max(named.values(), default=Name.OTHER)
    return [hub for hub, name in named.items() if name == most != Name.OTHER]


def _is_nobodys(hub: HubId) -> bool:
    return hub.hex in NOBODYS


def _ids_in(text: str) -> Iterator[re.Match[str]]:
    """All that looks like an id, whatever it is called."""
    for found in COMPACT.finditer(text):
        if _is_in_one(text, found):
            yield found
    for found in GROUPED.finditer(text):
        if _is_one(text, found):
            yield found
    fours = [found for found in FOURS.finditer(text) if _is_alone(text, found)]
    if len(fours) == len(ROW_OF_FOURS.findall(text)) and all(
        _is_plausible(one[0]) for one in fours
    ):
        yield from fours
    if single := SINGLE.fullmatch(text.strip(WRAPPING)):
        yield single


def _is_in_one(text: str, found: re.Match[str]) -> bool:
    """Whether the digits are one id: not where hyphens part numbers."""
    hyphens = found[0].count("-")
    if hyphens in {0, 4}:
        return True
    is_chained = "-" in {
        text[found.start() - 1 : found.start()],
        text[found.end() : found.end() + 1],
    }
    return hyphens > 1 and not is_chained and _is_plausible(found[0])


def _is_one(text: str, found: re.Match[str]) -> bool:
    """Whether five groups are one id: not of two columns, not five numbers in a row of others."""
    if "\n" in found[0]:
        begin = text.rfind("\n", 0, found.start()) + 1
        end = text.find("\n", found.end())
        return not COLUMNS.search(text, begin, end if end >= 0 else len(text))
    is_whole = found[0] == text.strip(WRAPPING)
    return "-" in found[0] or is_whole or _is_plausible(found[0])


def _is_alone(text: str, found: re.Match[str]) -> bool:
    """Whether no more digits stand beside these."""
    before, after = BESIDE
    return not before.search(text[: found.start()]) and not after.match(text, found.end())


def _is_plausible(text: str) -> bool:
    digits = "".join(re.findall(HEX, text))
    return bool(PLAUSIBLE.fullmatch(digits)) and not digits.isdecimal()


def _digits_typed(folded: str) -> int | None:
    """How many hexadecimal digits the text has when it has nothing else but gaps and brackets
    around it: someone typed an id. `None` for any other text."""
    typed = re.sub(rf"[- \n\t{JOIN}]", "", folded.strip(WRAPPING))
    return len(typed) if re.fullmatch(f"{HEX}+", typed) else None
