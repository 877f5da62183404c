"""Reading a stranger's file without harm to anybody else: apart, and within limits."""

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
    found = _read(data, read_file.TABLE, bounds.READ_SECONDS, bounds.UNPACKED_BYTES)
    columns = tuple(None if name is None else Column(name) for name in found["columns"])
    headings = Headings(columns, found["are_named"])
    return Table(headings, _lines(found), found["name"], found["others"])


def read_sheet(data: bytes, seconds: int, most_unpacked: int) -> Sheet:
    """Return the workbook's first sheet, as `workbook.read` does. Raises UnusableFileError."""
    found = _read(data, read_file.SHEET, seconds, most_unpacked)
    return Sheet(_lines(found), found["name"], found["others"])


def _read(data: bytes, wanted: str, seconds: int, most_unpacked: int) -> dict[str, Any]:
    words = (str(seconds), wanted, str(most_unpacked))
    try:
        # Of the processor it has that many; it may have to wait for it.
        found = apart.answer(read_file.__name__, *words, content=data, seconds=2 * seconds)
    except apart.GivenUpError:
        raise unusable(FileFault.TOO_SLOW) from None
    if problems := found.get("problems"):
        raise UnusableFileError([FileProblem.from_json(problem) for problem in problems])
    return found


def _lines(found: dict[str, Any]) -> list[Line]:
    return [
        Line(number, cells, {index: CellFault(fault) for index, fault in faults})
        for number, cells, faults in found["lines"]
    ]
