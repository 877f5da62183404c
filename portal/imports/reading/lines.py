"""A line of a table, of whatever file: its number, its cells, and what is wrong with some."""

from dataclasses import dataclass, field
from typing import Final

from portal.imports.reading import bounds
from portal.imports.reading.faults import CellFault, FileFault, unusable

LONGEST_SHOWN: Final = 40


@dataclass(frozen=True, slots=True)
class Line:
    """`cells` are texts without spaces around them; `faults` says which cells hold no plain text.

    `number` is the line's in the file, as the program shows it that wrote it.
    """

    number: int
    cells: list[str]
    faults: dict[int, CellFault] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether nothing stands in it."""
        return not any(self.cells) and not self.faults


@dataclass(slots=True)
class Sheet:
    """A workbook's sheet that was read: its name, and how many others hold something too."""

    lines: list[Line] = field(default_factory=list)
    name: str = ""
    others: int = 0


class Counter:
    """Counts lines that are not empty. Raises UnusableFileError beyond the bound."""

    def __init__(self) -> None:
        self._left = bounds.ROWS + 1  # One names the columns.

    def count(self, number: int) -> None:
        """Count a line."""
        self._left -= 1
        if self._left < 0:
            raise unusable(FileFault.TOO_MANY_ROWS, line=number)


def check_width(cells: int, number: int) -> None:
    """Raise UnusableFileError where a line has too many cells."""
    if cells > bounds.COLUMNS:
        raise unusable(FileFault.TOO_MANY_COLUMNS, line=number)


def tidy(cell: str) -> str:
    """Return a cell as one line of printable characters."""
    if cell.isprintable():
        return " ".join(cell.split())
    printable = (sign if sign.isprintable() else " " for sign in cell)
    return " ".join("".join(printable).split())


def shown(text: str) -> str:
    """Return the text as a sentence quotes it."""
    text = tidy(text)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"
