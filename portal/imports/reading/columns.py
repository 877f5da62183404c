"""Which column is which: recognised by its name, in English and in Greek; nothing is guessed."""

import difflib
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from portal.hubs.labels import parse as labels
from portal.imports.reading.faults import FileFault, FileProblem, UnusableFileError
from portal.imports.reading.lines import Line, shown


class Column(StrEnum):
    """What a column holds. PASSED_OVER is what our own files tell, and nobody asks for.

    SITE_ID beside a SITE is passed over: people change the name that they read.
    """

    HUB = "hub"
    SITE = "site"
    SITE_ID = "site_id"
    PLACE = "place"
    NOTE = "note"
    PASSED_OVER = "passed_over"


_NAMES: Final[dict[Column, tuple[str, ...]]] = {
    Column.HUB: (
        *("hub id", "hub", "hubid", "hub uuid", "id", "uuid", "whole id", "label"),
        *(
            "id του hub",
            "id hub",
            "κωδικός hub",
            "κωδικός",
            "αναγνωριστικό hub",
            "αναγνωριστικό",
            "ετικέτα",
        ),
    ),
    Column.SITE: (*("site", "site name", "building", "χώρος", "όνομα χώρου", "κτίριο"),),
    Column.SITE_ID: (
        *("site id", "spkey site id", "siteid", "κωδικός χώρου", "κωδικός χώρου spkey"),
        *(
            "id χώρου",
            "id χώρου spkey",
            "spkey id χώρου",
            "αναγνωριστικό χώρου",
            "αναγνωριστικό χώρου spkey",
        ),
    ),
    Column.PLACE: (
        *("place", "location", "position", "where", "room", "flat"),
        *("θέση", "τοποθεσία", "σημείο", "διαμέρισμα", "δωμάτιο"),
    ),
    Column.NOTE: (
        *("note", "notes", "comment", "remark"),
        *("σημείωση", "σημειώσεις", "σχόλιο", "παρατήρηση"),
    ),
    Column.PASSED_OVER: (
        *("line", "row", "no", "verdict", "state", "status", "result", "cause", "next step"),
        *("serial", "serial number", "model", "firmware", "online", "last seen", "health"),
        *("claimed by", "claimed", "claimed at", "read", "read at", "offline since", "since"),
        *("γραμμή", "αύξων αριθμός", "κρίση", "κατάσταση", "αποτέλεσμα", "αιτία", "επόμενο βήμα"),
        *("σειριακός αριθμός", "μοντέλο", "υλικολογισμικό", "σε σύνδεση", "τελευταία επαφή"),
        *("τελευταία φορά", "από", "έκδοση", "σειριακός", "διαβάστηκε", "από ποιον"),
        *("καταχωρίστηκε από", "καταχωρίστηκε", "ενημερώθηκε"),
    ),
}
CLOSE: Final = 0.7


def bare(name: str) -> str:
    """Return a heading in small letters, without accents and joints."""
    spread = unicodedata.normalize("NFD", name.casefold())
    letters = "".join(sign for sign in spread if not unicodedata.combining(sign))
    return " ".join(re.sub(r"[_\-.:/#*()]", " ", letters).split())


COLUMNS: Final[dict[str, Column]] = {
    bare(name): column for column, names in _NAMES.items() for name in names
}
# What is suggested is written as people write it.
_WRITTEN: Final = {bare(name): name for names in _NAMES.values() for name in names}


@dataclass(frozen=True, slots=True)
class Headings:
    """What each column holds, and whether the first line says so, or holds a hub itself."""

    columns: tuple[Column | None, ...]
    are_named: bool = True

    def at(self, column: Column) -> int | None:
        """Return where the column is, counted from 0; None where there is none."""
        return self.columns.index(column) if column in self.columns else None


def recognised(cells: Sequence[str]) -> int:
    """Return how many of these are names of columns."""
    return sum(_column(cell) is not None for cell in cells)


def _column(cell: str) -> Column | None:
    """Return which column is called so; our own files say beside times in which zone they are."""
    found, without_zone = COLUMNS.get(bare(cell)), COLUMNS.get(bare(cell.partition("(")[0]))
    return found or (without_zone if without_zone is Column.PASSED_OVER else None)


def headings_of(first: Line) -> Headings:
    """Return what the columns hold, by the first line that is not empty.

    One that holds a hub id is no heading: then one column has the hubs, and another may have their
    places. Raises UnusableFileError that names each column it does not know, or knows twice.
    """
    if are_names(first):
        return _named(first)
    ids = [index for index, cell in enumerate(first.cells) if is_id(cell)]
    filled = [index for index, cell in enumerate(first.cells) if cell]
    if len(ids) > 1 or len(filled) > 2:
        raise UnusableFileError([FileProblem(FileFault.NO_HEADINGS, line=first.number)])
    columns: list[Column | None] = [None] * max(2, len(first.cells))
    columns[ids[0]] = Column.HUB
    place = next((index for index in filled if index != ids[0]), 1 - ids[0] if ids[0] < 2 else None)
    if place is not None:
        columns[place] = Column.PLACE
    return Headings(tuple(columns), are_named=False)


def headings_said(first: Line, said: Sequence[str]) -> Headings:
    """Return what the columns hold by what somebody says of each: a `Column`."""
    return Headings(tuple(Column(name) for name in said), are_named=are_names(first))


def are_names(first: Line) -> bool:
    """Whether the first line names the columns: it has a known name, or no hub id."""
    return bool(recognised(first.cells)) or not any(map(is_id, first.cells))


def is_known(cell: str) -> bool:
    """Whether a column is called just so."""
    return _column(cell) is not None


def said_by(cell: str) -> Column | None:
    """Return which column the heading is, or is most like; None for neither."""
    return _column(cell) or COLUMNS.get(bare(_meant(cell)))


def _named(first: Line) -> Headings:
    found = [_column(cell) for cell in first.cells]
    instead = Column.PASSED_OVER if Column.SITE in found else Column.SITE
    columns = tuple(instead if column == Column.SITE_ID else column for column in found)
    if problems := list(_problems(first, columns)):
        raise UnusableFileError(problems)
    return Headings(columns)


def _problems(first: Line, columns: Sequence[Column | None]) -> Iterator[FileProblem]:
    seen: set[Column] = set()
    for cell, column in zip(first.cells, columns, strict=True):
        if cell and column is None:
            meant = _meant(cell)
            yield FileProblem(FileFault.UNKNOWN_COLUMN, shown(cell), first.number, meant)
        elif column in seen and column != Column.PASSED_OVER:
            yield FileProblem(FileFault.COLUMN_TWICE, shown(cell), first.number)
        seen |= {column} if column else set()
    if Column.HUB not in seen:
        yield FileProblem(FileFault.NO_HUB_COLUMN, line=first.number)


def _meant(name: str) -> str:
    """Return the known name that this one is most like; "" where it is like none."""
    like = difflib.get_close_matches(bare(name), COLUMNS, 1, CLOSE)
    return _WRITTEN[like[0]] if like else ""


def is_id(cell: str) -> bool:
    """Whether it is read as the id of a hub."""
    try:
        labels.parse(cell)
    except labels.LabelProblem:
        return False
    return True
