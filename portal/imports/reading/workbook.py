"""An Excel workbook (XLSX): its first sheet, read within bounds that are looked at before."""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import Any, Final
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter, range_boundaries

from portal.imports.reading import bounds, package
from portal.imports.reading.faults import CellFault, FileFault, UnusableFileError, unusable
from portal.imports.reading.lines import Counter, Line, Sheet, tidy

# The last that Excel has.
LAST_ROW: Final = 1_048_576
_MERGED: Final = re.compile(
    rb'<(?:\w+:)?mergeCell\b[^>]*?\bref="([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})"'
)
_FORMULA: Final = re.compile(rb"<(?:\w+:)?f[ >/]")
# What openpyxl raises for what is no workbook, besides what it lets through from below.
_DAMAGED: Final = (
    *(KeyError, ValueError, TypeError, AttributeError, IndexError, EOFError, OSError),
    *(ParseError, zipfile.BadZipFile, NotImplementedError, RuntimeError, ArithmeticError),
)


class Merged:
    """Merged ranges, asked row by row downwards: first column and row, last column and row."""

    def __init__(self, ranges: Iterable[tuple[int, int, int, int]]) -> None:
        self._below = sorted(ranges, key=lambda each: each[1], reverse=True)
        self._here: list[tuple[int, int, int, int]] = []

    def at(self, number: int) -> list[tuple[int, int, int, int]]:
        """Return the ranges that a row is a part of."""
        while self._below and self._below[-1][1] <= number:
            self._here.append(self._below.pop())
        self._here = [each for each in self._here if each[3] >= number]
        return self._here


def read(data: bytes, most_unpacked: int = bounds.UNPACKED_BYTES) -> Sheet:
    """Return the first sheet's lines. Raises UnusableFileError."""
    package.check_contents(data, most_unpacked)
    try:
        package.check_parts(data)
        return _read(data)
    except UnusableFileError:
        raise
    except _DAMAGED:
        raise unusable(FileFault.DAMAGED) from None


def _read(data: bytes) -> Sheet:
    book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    try:
        sheets: list[Any] = [each for each in book.worksheets if each.sheet_state == "visible"]
        if not sheets:
            raise unusable(FileFault.EMPTY)
        first = sheets[0]
        xml = _xml_of(data, first)
        merged = Merged(_merged(xml))
        formulas = _formulas(data, first.title) if _FORMULA.search(xml) else {}
        found = [
            _line(number, cells, formulas.get(number, frozenset()), merged)
            for number, cells in _rows(first, formulas)
        ]
        others = sum(_holds_something(sheet) for sheet in sheets[1:])
        return Sheet(found, first.title if len(sheets) > 1 else "", others)
    finally:
        book.close()


def _rows(
    sheet: Any, formulas: Mapping[int, object] = MappingProxyType({})
) -> Iterator[tuple[int, Sequence[Any]]]:
    """Yield each row that is not empty, with its number; one of formulas without values is none."""
    # What a sheet says of its own size is often wrong, and may be meant to be.
    sheet.reset_dimensions()
    counter = Counter()
    for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
        if number > LAST_ROW:
            raise unusable(FileFault.DAMAGED)
        last = next((n for n in range(len(cells), 0, -1) if not _is_blank(cells[n - 1])), 0)
        if not last and number not in formulas:
            continue
        if last > bounds.COLUMNS:
            raise unusable(FileFault.FAR_CELL, f"{get_column_letter(last)}{number}", number)
        counter.count(number)
        yield number, cells[:last]


def _holds_something(sheet: Any) -> bool:
    if not hasattr(sheet, "reset_dimensions"):
        return False
    return next(_rows(sheet), None) is not None


def _is_blank(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _xml_of(data: bytes, sheet: Any) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        return opened.read(sheet._worksheet_path)


def _merged(xml: bytes) -> list[tuple[int, int, int, int]]:
    """Return the merged ranges: first column and row, last column and row, from 1."""
    written = _MERGED.findall(xml)
    if len(written) > bounds.MERGED_RANGES:
        raise unusable(FileFault.TOO_SLOW)
    found = [range_boundaries(match.decode()) for match in written]
    return [(int(a or 1), int(b or 1), int(c or 1), int(d or 1)) for a, b, c, d in found]


def _formulas(data: bytes, title: str) -> dict[int, frozenset[int]]:
    """Return which cells of which row of that sheet hold a formula, counted from 0."""
    book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
    found: dict[int, frozenset[int]] = {}
    try:
        sheet: Any = book[title]
        sheet.reset_dimensions()
        for number, cells in enumerate(sheet.iter_rows(), start=1):
            here = {n for n, cell in enumerate(cells) if getattr(cell, "data_type", "") == "f"}
            if here:
                found[number] = frozenset(here)
    finally:
        book.close()
    return found


def _line(
    number: int,
    values: Sequence[Any],
    formulas: frozenset[int],
    merged: Merged,
) -> Line:
    faults: dict[int, CellFault] = {}
    cells = []
    for index, value in enumerate(values):
        text, fault = _text(value)
        # What a formula came to is taken, where the file has it.
        if index in formulas and not text:
            fault = CellFault.FORMULA
        if fault:
            faults[index] = fault
        cells.append(text)
    for index in sorted(formulas):
        if index >= len(cells):
            cells += [""] * (index + 1 - len(cells))
            faults[index] = CellFault.FORMULA
    for left, _top, right, _bottom in merged.at(number):
        for index in range(left - 1, min(right, bounds.COLUMNS)):
            cells += [""] * (index + 1 - len(cells))
            faults[index] = CellFault.MERGED
    return Line(number, cells, faults)


def _text(value: Any) -> tuple[str, CellFault | None]:
    """Return a cell as people see it, and what a program has made of it."""
    if value is None:
        return "", None
    if isinstance(value, bool):
        return str(value).upper(), None
    if isinstance(value, int):
        return str(value), CellFault.NUMBER
    if isinstance(value, float):
        return (str(int(value)) if value.is_integer() else repr(value)), CellFault.NUMBER
    if isinstance(value, datetime | date | time | timedelta):
        return str(value), CellFault.DATE
    return tidy(str(value)), None
