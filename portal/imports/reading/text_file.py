"""What was pasted, or a CSV file, of whatever program: UTF-8, UTF-16, or Greek Windows'.

Separated by semicolons, tabs or commas. What stands in quotes may hold any of them, and line ends.
"""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from portal.imports.reading import columns
from portal.imports.reading.bounds import COLUMNS, Deadline
from portal.imports.reading.faults import FileFault, UnusableFileError, unusable
from portal.imports.reading.lines import Counter, Line, check_width, tidy

DELIMITERS: Final = "\t;,|"
UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")
ENCODINGS: Final = ("utf-8-sig", "cp1253")
# A list of one column is not divided at all.
UNDIVIDED: Final = "\x1f"
HEAD: Final = 64 * 1024
FORMULA: Final = ("=", "+", "-", "@")

# How many of these cells are names of columns.
type Recognise = Callable[[Sequence[str]], int]


def decode(data: bytes) -> str:
    """Return the text of the bytes. Raises UnusableFileError for what is none."""
    encodings = ("utf-16",) if data.startswith(UTF_16) else ENCODINGS
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise unusable(FileFault.UNREADABLE)


def look_at_head(data: bytes) -> None:
    """Read the headings alone. Raises UnusableFileError for what can be refused by them."""
    head = data[:HEAD]
    if len(data) > HEAD and not data.startswith(UTF_16):
        head = head[: head.rfind(b"\n") + 1] or head
    elif len(data) > HEAD:
        head = head[: len(head) - len(head) % 2]
    try:
        found = lines(decode(head), Deadline(), columns.recognised)
        first = next((line for line in found if not line.is_empty), None)
    except UnusableFileError as error:
        if len(data) > HEAD and error.problems[0].fault == FileFault.OPEN_QUOTE:
            return  # It may be closed beyond what was looked at.
        raise
    if first is None and len(data) <= HEAD:
        raise unusable(FileFault.EMPTY)
    if first is not None:
        columns.headings_of(first)


def lines(text: str, deadline: Deadline, recognise: Recognise) -> Iterator[Line]:
    """Yield the lines. Raises UnusableFileError where one cannot be told from the next."""
    text = text.lstrip("\ufeff")
    delimiter = _delimiter(text, recognise)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    counter, began = Counter(), 1
    try:
        for cells in reader:
            deadline.check()
            number, began = began, reader.line_num + 1
            line = Line(number, _filled([_bared(tidy(cell)) for cell in cells]))
            if not line.is_empty:
                counter.count(number)
                check_width(len(line.cells), number)
            yield line
    except csv.Error:
        raise unusable(FileFault.OPEN_QUOTE, line=began) from None


def _bared(cell: str) -> str:
    """Return the cell without the mark by which our own files keep it from being a formula."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in FORMULA else cell


def _filled(cells: list[str]) -> list[str]:
    """Return the cells without empty ones at the end, of which some programs write many."""
    while len(cells) > COLUMNS and not cells[-1]:
        cells.pop()
    return cells


def _delimiter(text: str, recognise: Recognise) -> str:
    """Return what separates the cells: what makes the most known names of the first line.

    Where it names no column, the first sign that it holds, or else the text.
    """
    first = next((line for line in text.splitlines() if line.strip(f" {DELIMITERS}")), "")
    parts = {sign: [part.strip(' "') for part in first.split(sign)] for sign in DELIMITERS}
    named = {sign: recognise(cells) for sign, cells in parts.items()}
    best = max(DELIMITERS, key=lambda sign: named[sign])
    if named[best] > 1 or (named[best] == 1 and best in first):
        return best
    if named[best] == 1:  # The name of the one column.
        return UNDIVIDED
    held = [sign for sign in DELIMITERS if sign in first]
    held += [sign for sign in DELIMITERS if sign in text]
    return held[0] if held else UNDIVIDED
