"""Reading a stranger's file without harm to anybody else: apart, and within limits."""

from collections.abc import Sequence
from typing import Any

from portal.core import apart
from portal.imports.reading import bounds, read_file
from portal.imports.reading.columns import Column, Headings
from portal.imports.reading.faults import (
    CellFault,
    FileFault,
    FileProblem,
    UnusableFileError,
    unusable,
)
from portal.imports.reading.lines import Line, Sheet
from portal.imports.reading.table import Table


def read_table(data: bytes) -> Table:
    """Return the table that the file is, as `table.read` does. Raises UnusableFileError."""
    return read_named(data, ())


def read_named(data: bytes, said: Sequence[str]) -> Table:
    """Return the table of a file of which somebody says what each column holds, as it does."""
    found = _read(data, read_file.TABLE, bounds.READ_SECONDS, bounds.UNPACKED_BYTES, said)
    columns = tuple(None if name is None else Column(name) for name in found["columns"])
    headings = Headings(columns, found["are_named"])
    return Table(headings, _lines(found), found["name"], found["others"])


def read_sheet(data: bytes, seconds: int, most_unpacked: int) -> Sheet:
    """Return the workbook's first sheet, as `workbook.read` does. Raises UnusableFileError."""
    found = _read(data, read_file.SHEET, seconds, most_unpacked)
    return Sheet(_lines(found), found["name"], found["others"])


def _read(
    data: bytes, wanted: str, seconds: int, most_unpacked: int, said: Sequence[str] = ()
) -> dict[str, Any]:
    words = (str(seconds), wanted, str(most_unpacked), ",".join(said))
    try:
        # Of the processor it has that many; it may have to wait for it.
        found = apart.answer(read_file.__name__, *words, content=data, seconds=2 * seconds)
    except apart.GivenUpError:
        raise unusable(FileFault.TOO_SLOW) from None
    if problems := found.get("problems"):
        known = [FileProblem.from_json(problem) for problem in problems]
        raise UnusableFileError(known, found.get("head", ()))
    return found


def _lines(found: dict[str, Any]) -> list[Line]:
    return [
        Line(number, cells, {index: CellFault(fault) for index, fault in faults})
        for number, cells, faults in found["lines"]
    ]
