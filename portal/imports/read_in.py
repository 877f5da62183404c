"""A file that was given becomes rows: read by a worker, and then forgotten."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from portal.core.leasing import Lease, LeaseLostError, due_at, given_back
from portal.hubs.labels import parse as labels
from portal.imports.models import (
    LONGEST_PLACE,
    Batch,
    Import,
    Piece,
    Row,
    RowState,
    State,
    Verdict,
)
from portal.imports.reading import reader
from portal.imports.reading.bounds import LONGEST_CELL
from portal.imports.reading.columns import Column, Headings
from portal.imports.reading.faults import CellFault, FileFault, UnusableFileError, unusable
from portal.imports.reading.lines import Line, tidy
from portal.imports.reading.table import Table

ROWS_A_BATCH: Final = 50
# So that nobody else who writes waits for long.
WRITTEN_AT_ONCE: Final = 500
# Until then somebody may say what the columns of a file hold, of which that is not clear.
FILE_KEPT: Final = timedelta(days=7)
USED: Final = (Column.HUB, Column.SITE, Column.PLACE, Column.NOTE)
PROBLEMS_KEPT: Final = 50
# What a row does not tell any more that is made of another.
OF_CELLS: Final = frozenset(
    (*CellFault, Verdict.TOO_MANY_CELLS, Verdict.CELL_TOO_LONG),
)
LABEL_PROBLEMS: Final = {"several": Verdict.SEVERAL_IDS}


def read(lease: Lease[Import], plan: Import) -> None:
    """Read the file of a leased import into rows, and have them looked at.

    A worker that is killed meanwhile leaves a part of them, which the next one does anew.
    """
    Row.objects.filter(plan=plan).delete()
    Batch.objects.filter(plan=plan).delete()
    data = b"".join(bytes(piece.data) for piece in Piece.objects.filter(plan=plan).iterator())
    try:
        rows, found = _rows_and_table(plan, data)
    except UnusableFileError as error:
        _refuse(lease, plan, error)
    else:
        _take(lease, plan, rows, found)


def _rows_and_table(plan: Import, data: bytes) -> tuple[list[Row], Table]:
    """Return the rows, and what they were read from. Raises UnusableFileError."""
    if plan.retry_of is None:
        said = plan.columns
        found = reader.read_named(data, said) if said else reader.read_table(data)
        return list(rows_of(found)), found
    lines = {int(number) for number in data.split()}
    # All of them, since a database takes only so many numbers in a question.
    old = [row for row in plan.retry_of.rows.order_by("line").iterator() if row.line in lines]
    if not old:  # Their time was over meanwhile.
        raise unusable(FileFault.EMPTY)
    found = Table(Headings(USED), [Line(row.line, _cells_of(row)) for row in old])
    return [_as_before(row, before) for row, before in zip(rows_of(found), old, strict=True)], found


def _cells_of(row: Row) -> list[str]:
    return [row.hub_text, row.site_text, row.place, row.note]


def _as_before(row: Row, before: Row) -> Row:
    """Return the row, with what was wrong with its cells in the file."""
    if before.verdict in OF_CELLS:
        row.verdict, row.about, row.state = before.verdict, before.about, RowState.PLANNED
    return row


def _take(lease: Lease[Import], plan: Import, rows: list[Row], found: Table) -> None:
    for start in range(0, len(rows), WRITTEN_AT_ONCE):
        with transaction.atomic():
            _hold(lease)
            _write(plan, rows[start : start + WRITTEN_AT_ONCE])
    now = timezone.now()
    with transaction.atomic():
        lease.write(
            state=State.CHECKING,
            total=len(rows),
            sheet=found.sheet[:120],
            other_sheets=found.other_sheets,
            marks=[],
            **given_back(now),
        )
        Batch.objects.filter(plan=plan).update(**due_at(now))
        Piece.objects.filter(plan=plan).delete()


def _refuse(lease: Lease[Import], plan: Import, error: UnusableFileError) -> None:
    problems = [problem.as_json() for problem in error.problems[:PROBLEMS_KEPT]]
    now = timezone.now()
    with transaction.atomic():
        lease.write(
            state=State.REFUSED,
            problems=problems,
            head=error.head,
            finished_at=now,
            **given_back(now + FILE_KEPT if error.head else None),
        )
        if not error.head:
            Piece.objects.filter(plan=plan).delete()


def forget(lease: Lease[Import], plan: Import) -> None:
    """Forget a file whose columns nobody has named in time."""
    with transaction.atomic():
        lease.write(head=[], **given_back(None))
        Piece.objects.filter(plan=plan).delete()


def _hold(lease: Lease[Import]) -> None:
    if not lease.row().filter(state=State.READING).exists():
        raise LeaseLostError


def _write(plan: Import, rows: list[Row]) -> None:
    """Write the rows, those that are to be looked at in batches."""
    unread = [row for row in rows if row.state == RowState.NEW]
    number = -(-len(unread) // ROWS_A_BATCH)
    batches = Batch.objects.bulk_create(
        Batch(plan=plan, organisation_id=plan.organisation_id) for _ in range(number)
    )
    for index, row in enumerate(unread):
        row.batch = batches[index // ROWS_A_BATCH]
    for row in rows:
        row.plan = plan
    Row.objects.bulk_create(rows)


def rows_of(found: Table) -> Iterator[Row]:
    """Yield a row for each line, judged as far as that needs nobody but the line itself."""
    seen: dict[UUID, int] = {}
    for line in found.lines:
        row = _row(found.headings, line)
        if row.hub_id and seen.setdefault(row.hub_id, line.number) != line.number:
            row.verdict, row.about = Verdict.TWICE, str(seen[row.hub_id])
        if row.verdict:
            row.state = RowState.PLANNED
        yield row


def _row(headings: Headings, line: Line) -> Row:
    cells = {column: _cell(headings, line, column) for column in USED}
    row = Row(
        line=line.number,
        hub_text=cells[Column.HUB][:LONGEST_CELL],
        site_text=cells[Column.SITE][:LONGEST_CELL],
        place=cells[Column.PLACE][:LONGEST_CELL],
        note=cells[Column.NOTE][:LONGEST_CELL],
    )
    row.verdict, row.about = _fault(headings, line, cells)
    if not row.verdict:
        _identify(row, cells[Column.HUB])
    return row


def _cell(headings: Headings, line: Line, column: Column) -> str:
    index = headings.at(column)
    return line.cells[index] if index is not None and index < len(line.cells) else ""


def _fault(headings: Headings, line: Line, cells: dict[Column, str]) -> tuple[str, str]:
    """Return what is wrong with the line's cells, and with which; empty texts where nothing is."""
    for index, cell in enumerate(line.cells):
        column = headings.columns[index] if index < len(headings.columns) else None
        fault = line.faults.get(index)
        if column is None and cell:
            return Verdict.TOO_MANY_CELLS, tidy(cell)[:80]
        if column not in USED or fault is None:
            continue
        if fault != CellFault.NUMBER or column == Column.HUB:
            return fault, cell[:80]
    if any(len(cell) > LONGEST_CELL for cell in cells.values()):
        return Verdict.CELL_TOO_LONG, ""
    if len(cells[Column.PLACE]) > LONGEST_PLACE:
        return Verdict.PLACE_TOO_LONG, ""
    return "", ""


def _identify(row: Row, text: str) -> None:
    try:
        found = labels.parse(text)
    except labels.LabelProblem as problem:
        row.verdict = LABEL_PROBLEMS.get(problem.kind, Verdict.NOT_AN_ID)
        row.about = problem.read[:80]
    else:
        row.hub_id, row.printed_id = UUID(str(found)), found.printed
