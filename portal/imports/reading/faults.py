"""What can be wrong with a file, or a cell of it. Its words are in `display/file_wording.py`."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final, Self


class FileFault(StrEnum):
    """Why a file, or what was pasted, cannot be used as it is."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    OLD_EXCEL = "old_excel"
    OTHER_KIND = "other_kind"
    OTHER_OFFICE = "other_office"
    UNREADABLE = "unreadable"
    DAMAGED = "damaged"
    UNPACKS_TOO_LARGE = "unpacks_too_large"
    TOO_SLOW = "too_slow"
    BUSY = "busy"
    TOO_MANY_ROWS = "too_many_rows"
    TOO_MANY_COLUMNS = "too_many_columns"
    FAR_CELL = "far_cell"
    OPEN_QUOTE = "open_quote"
    NO_ROWS = "no_rows"
    UNKNOWN_COLUMN = "unknown_column"
    COLUMN_TWICE = "column_twice"
    NO_HUB_COLUMN = "no_hub_column"
    NO_HEADINGS = "no_headings"


OF_COLUMNS: Final = frozenset(
    (
        FileFault.UNKNOWN_COLUMN,
        FileFault.COLUMN_TWICE,
        FileFault.NO_HUB_COLUMN,
        FileFault.NO_HEADINGS,
    )
)
"""What somebody can put right who says what the columns hold."""


class CellFault(StrEnum):
    """Why a cell holds no plain text. A row with one is judged by the same name."""

    FORMULA = "formula"
    DATE = "date"
    NUMBER = "number"
    MERGED = "merged"


@dataclass(frozen=True, slots=True)
class FileProblem:
    """A fault of the file: what was read there, in which line, and what was probably meant."""

    fault: FileFault
    text: str = ""
    line: int = 0
    meant: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return the problem as a row keeps it."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Self:
        """Return the problem that a row keeps."""
        return cls(**{**kept, "fault": FileFault(kept["fault"])})


class UnusableFileError(ValueError):
    """The file has faults, of which there is at least one. Nothing of it was taken.

    Where its columns are not clear, `head` are its first lines.
    """

    def __init__(self, problems: Sequence[FileProblem], head: Sequence[Sequence[str]] = ()) -> None:
        super().__init__("the file cannot be used")
        self.problems = list(problems)
        self.head = [list(cells) for cells in head]


def is_of_columns(problems: Iterable[FileProblem]) -> bool:
    """Whether all that is wrong is that the columns are not clear."""
    return all(problem.fault in OF_COLUMNS for problem in problems)


def unusable(fault: FileFault, text: str = "", line: int = 0) -> UnusableFileError:
    """Return the error of a file with this one fault."""
    return UnusableFileError([FileProblem(fault, text, line)])
