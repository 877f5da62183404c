"""What was given, as lines under headings."""

from collections.abc import Iterator
from dataclasses import dataclass

from portal.imports.reading import text_file
from portal.imports.reading.bounds import Deadline
from portal.imports.reading.columns import Headings, headings_of, recognised
from portal.imports.reading.faults import FileFault, unusable
from portal.imports.reading.kinds import is_workbook
from portal.imports.reading.lines import Line


@dataclass(frozen=True, slots=True)
class Table:
    """The lines below the headings, and from which sheet of a workbook with several they are."""

    headings: Headings
    lines: list[Line]
    sheet: str = ""
    other_sheets: int = 0


def read(data: bytes) -> Table:
    """Return the table. Raises UnusableFileError."""
    if is_workbook(data):
        # Large, and text needs none of it.
        from portal.imports.reading import workbook  # noqa: PLC0415

        sheet = workbook.read(data)
        return _table(iter(sheet.lines), sheet.name, sheet.others)
    return _table(text_file.lines(text_file.decode(data), Deadline(), recognised))


def _table(found: Iterator[Line], sheet: str = "", other_sheets: int = 0) -> Table:
    filled = [line for line in found if not line.is_empty]
    if not filled:
        raise unusable(FileFault.EMPTY)
    headings = headings_of(filled[0])
    lines = filled[1:] if headings.are_named else filled
    if not lines:
        raise unusable(FileFault.NO_ROWS)
    return Table(headings, lines, sheet, other_sheets)
