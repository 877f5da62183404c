"""What was given, as lines under headings."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from portal.imports.reading import text_file
from portal.imports.reading.bounds import Deadline
from portal.imports.reading.columns import Headings, headings_of, headings_said, recognised
from portal.imports.reading.faults import FileFault, UnusableFileError, unusable
from portal.imports.reading.kinds import is_workbook
from portal.imports.reading.lines import Line


@dataclass(frozen=True, slots=True)
class Table:
    """The lines below the headings, and from which sheet of a workbook with several they are."""

    headings: Headings
    lines: list[Line]
    sheet: str = ""
    other_sheets: int = 0


# Of a file whose columns are not clear, so many lines are shown, and so much of a cell.
HEAD_LINES: Final = 4
HEAD_CELL: Final = 60


def read(data: bytes, said: Sequence[str] = ()) -> Table:
    """Return the table; with `said`, what each column holds. Raises UnusableFileError."""
    if is_workbook(data):
        # Large, and text needs none of it.
        from portal.imports.reading import workbook  # noqa: PLC0415

        sheet = workbook.read(data)
        return _table(iter(sheet.lines), said, sheet.name, sheet.others)
    return _table(text_file.lines(text_file.decode(data), Deadline(), recognised), said)


def _table(
    found: Iterator[Line], said: Sequence[str], sheet: str = "", other_sheets: int = 0
) -> Table:
    filled = [line for line in found if not line.is_empty]
    if not filled:
        raise unusable(FileFault.EMPTY)
    headings = headings_said(filled[0], said) if said else _headings_of(filled)
    lines = filled[1:] if headings.are_named else filled
    if not lines:
        raise unusable(FileFault.NO_ROWS)
    return Table(headings, lines, sheet, other_sheets)


def _headings_of(filled: list[Line]) -> Headings:
    try:
        return headings_of(filled[0])
    except UnusableFileError as error:
        head = [[cell[:HEAD_CELL] for cell in line.cells] for line in filled[:HEAD_LINES]]
        raise UnusableFileError(error.problems, head) from None
