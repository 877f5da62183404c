"""A list of what a job expects, pasted or as a CSV file: places, hub ids, or both, line by line.

Every wrong line is named, and nothing of a list with a wrong line is taken: half a list would look
like a whole one. What people read of a fault is in `display/list_wording.py`.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from portal.core.folding import folded
from portal.hubs.labels import parse as labels

MOST: Final = 500
LONGEST_PLACE: Final = 80
# In characters: what a file may hold beyond that is not looked at.
LONGEST_TEXT: Final = 200_000
LONGEST_SHOWN: Final = 40

PLACE, HUB_ID = "place", "hub_id"
DELIMITERS: Final = "\t;,"
# A list of one column is not divided at all.
UNDIVIDED: Final = "\x1f"
# What nobody calls a place: a long word of mostly hexadecimal digits, or how an id begins.
LEAST_LIKE_AN_ID: Final = 20
_BEGIN_OF_ID: Final = re.compile(r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-|…|\.\.)", re.IGNORECASE)
_ID: Final = re.compile(r"\{?[0-9A-Fa-f]{8}-?(?:[0-9A-Fa-f]{4}-?){3}[0-9A-Fa-f]{12}\}?")


class Fault(StrEnum):
    """What is wrong with a line, or with the list."""

    UNREADABLE = "unreadable"
    UNKNOWN_COLUMN = "unknown_column"
    COLUMN_TWICE = "column_twice"
    TOO_MANY_PARTS = "too_many_parts"
    NOT_AN_ID = "not_an_id"
    PLACE_TOO_LONG = "place_too_long"
    PLACE_TWICE = "place_twice"
    HUB_TWICE = "hub_twice"
    TOO_MANY_LINES = "too_many_lines"


@dataclass(frozen=True, slots=True)
class Problem:
    """A fault of a line: its number from 1, what was read there, and the line it repeats."""

    fault: Fault
    line: int = 0
    text: str = ""
    earlier: int = 0


@dataclass(frozen=True, slots=True)
class Expected:
    """A place, a hub, or both: one of them is there."""

    place: str = ""
    hub_id: UUID | None = None


class UnusableListError(ValueError):
    """The list has faults, of which there is at least one."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("the list has faults")
        self.problems = list(problems)


def _bare(name: str) -> str:
    """Return a heading in small letters, without accents and joints."""
    return " ".join(re.sub(r"[_\-.:]", " ", folded(name)).split())


# As people head their columns.
_PLACES: Final = ("place", "location", "position", "where", "θέση", "τοποθεσία", "σημείο")
_HUBS: Final = (
    "hub id",
    "hub",
    "hubid",
    "id",
    "uuid",
    "κωδικός hub",
    "κωδικός",
    "αναγνωριστικό hub",
)
COLUMNS: Final = {
    **{_bare(name): PLACE for name in _PLACES},
    **{_bare(name): HUB_ID for name in _HUBS},
}


def decode(data: bytes) -> str:
    """Return a file's text: UTF-8, or what a Greek Windows writes. Raises UnusableListError."""
    for encoding in ("utf-8-sig", "cp1253"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise UnusableListError([Problem(Fault.UNREADABLE)])


def parse(text: str) -> list[Expected]:
    """Return what the list expects, in its order. Raises UnusableListError, with all its faults."""
    if len(text) > LONGEST_TEXT or "\0" in text:
        raise UnusableListError([Problem(Fault.UNREADABLE)])
    found: list[tuple[int, Expected]] = []
    problems: list[Problem] = []
    for line, read in _lines(text.lstrip("\ufeff")):
        if isinstance(read, Problem):
            problems.append(read)
        else:
            found.append((line, read))
    if len(found) > MOST:
        problems.append(Problem(Fault.TOO_MANY_LINES, found[MOST][0]))
    problems += _repeated(found)
    if problems:
        raise UnusableListError(sorted(problems, key=lambda problem: problem.line))
    return [expected for _, expected in found]


def written(expected: Iterable[Expected]) -> str:
    """Return the list as text that `parse` reads as the same list."""
    lines = list(expected)
    if not lines:
        return ""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\n")
    if any(each.hub_id for each in lines) or not _is_plain([each.place for each in lines]):
        writer.writerow((PLACE, "hub id"))
        writer.writerows((each.place, each.hub_id or "") for each in lines)
        return out.getvalue()
    return "".join(f"{each.place}\n" for each in lines)


def _is_plain(places: Sequence[str]) -> bool:
    """Whether the places, a line each, are read as they are."""
    if any(COLUMNS.get(_bare(part)) for part in places[0].split(",")):
        return False
    return all(_is_plain_line(place) for place in places)


def _is_plain_line(place: str) -> bool:
    parts = [part.strip() for part in place.split(",")]
    is_divided = any(sign in place for sign in '\t;"') or _as_id(parts[0]) or _as_id(parts[-1])
    return not is_divided and place == ", ".join(parts).strip(" ,")


type _Read = tuple[int, Expected | Problem]


def _lines(text: str) -> Iterator[_Read]:
    """Yield what each line says that is not empty, with its number."""
    delimiter, columns = _header(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    header_seen = columns is None
    try:
        for cells in reader:
            line, parts = reader.line_num, [_tidy(cell) for cell in cells]
            if not any(parts):
                continue
            if not header_seen:
                header_seen = True
                yield from _of_header(line, parts)
            elif columns is not None:
                yield line, _by_columns(line, parts, columns)
            else:
                yield line, _by_looks(line, parts, delimiter)
    except csv.Error:
        yield reader.line_num, Problem(Fault.UNREADABLE, reader.line_num)


def _header(text: str) -> tuple[str, list[str | None] | None]:
    """Return what separates the parts, and the columns where the first line names some."""
    first = next((line for line in text.splitlines() if line.strip(f" {DELIMITERS}")), "")
    for delimiter in (*DELIMITERS, UNDIVIDED):
        names = [COLUMNS.get(_bare(part.strip(' "'))) for part in first.split(delimiter)]
        if any(names) and (len(names) > 1 or delimiter == UNDIVIDED):
            return delimiter, names
    return next((sign for sign in DELIMITERS if sign in text), ","), None


def _of_header(line: int, names: Sequence[str]) -> Iterator[_Read]:
    seen: set[str] = set()
    for name in names:
        column = COLUMNS.get(_bare(name))
        if name and column is None:
            yield line, Problem(Fault.UNKNOWN_COLUMN, line, _shown(name))
        elif column in seen:
            yield line, Problem(Fault.COLUMN_TWICE, line, _shown(name))
        seen |= {column} if column else set()


def _by_columns(
    line: int, parts: Sequence[str], columns: Sequence[str | None]
) -> Expected | Problem:
    if any(parts[len(columns) :]):
        return Problem(Fault.TOO_MANY_PARTS, line)
    by_name = dict(zip(columns, parts, strict=False))
    return _expected(line, by_name.get(PLACE, ""), by_name.get(HUB_ID, ""))


def _by_looks(line: int, parts: list[str], delimiter: str) -> Expected | Problem:
    """Read a line without headings: an id at either end is the hub's, the rest is the place."""
    if len(parts) == 1 and _as_id(parts[0].rpartition(" ")[2]):
        parts = list(filter(None, parts[0].rpartition(" ")[::2]))
    if _as_id(parts[-1]):
        *rest, typed = parts
    elif _as_id(parts[0]):
        typed, *rest = parts
    elif delimiter == "," or not any(parts[1:]):
        typed, rest = "", parts  # Places have commas in them: "Flat 12, riser".
    else:
        typed, rest = parts[-1], parts[:-1]
    place = ", ".join(rest) if delimiter == "," else " ".join(filter(None, rest))
    return _expected(line, place.strip(" ,"), typed)


def _expected(line: int, place: str, typed: str) -> Expected | Problem:
    if len(place) > LONGEST_PLACE:
        return Problem(Fault.PLACE_TOO_LONG, line, _shown(place))
    if like_id := next(filter(_is_like_id, place.split()), ""):
        return Problem(Fault.NOT_AN_ID, line, _shown(place if _as_id(like_id) else like_id))
    if not typed:
        return Expected(place)
    try:
        return Expected(place, UUID(str(labels.parse(typed))))
    except labels.LabelProblem:
        return Problem(Fault.NOT_AN_ID, line, _shown(typed))


def _repeated(found: Sequence[tuple[int, Expected]]) -> Iterator[Problem]:
    """Yield a problem for each place or hub that an earlier line has."""
    places: dict[str, int] = {}
    hubs: dict[UUID, int] = {}
    for line, each in found:
        if each.place and (earlier := places.setdefault(each.place.casefold(), line)) != line:
            yield Problem(Fault.PLACE_TWICE, line, _shown(each.place), earlier)
        if each.hub_id and (earlier := hubs.setdefault(each.hub_id, line)) != line:
            yield Problem(Fault.HUB_TWICE, line, str(each.hub_id), earlier)


def _as_id(text: str) -> bool:
    return _ID.fullmatch(text) is not None


def _is_like_id(word: str) -> bool:
    """Whether the word is most of an id, or one with wrong characters in it."""
    signs = [sign for sign in word if sign.isalnum()]
    digits = [sign for sign in signs if sign in "0123456789abcdefABCDEF"]
    is_long = len(signs) >= LEAST_LIKE_AN_ID and len(digits) * 4 >= len(signs) * 3
    return is_long or _BEGIN_OF_ID.search(word) is not None


def _tidy(cell: str) -> str:
    """Return a cell as one line of printable characters."""
    printable = (sign if sign.isprintable() else " " for sign in cell)
    return " ".join("".join(printable).split())


def _shown(text: str) -> str:
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"
