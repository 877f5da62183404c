"""A list of sites as it is given, pasted or as a file of any kind: read as those of hubs are."""

import csv
import io
from datetime import timedelta
from typing import Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.core.throttle import alone
from portal.core.ui import Text
from portal.imports.display import file_wording, wording
from portal.imports.models import Verdict
from portal.imports.reading import kinds, reader, text_file
from portal.imports.reading.bounds import Deadline
from portal.imports.reading.faults import CellFault, FileFault, UnusableFileError, unusable
from portal.imports.reading.lines import Line, Sheet
from portal.orgs.models import Organisation
from portal.sites import importing
from portal.sites.importing import Row

LONGEST_TEXT: Final = 200_000
# A web request reads it, and not a worker.
SECONDS: Final = 5
MOST_UNPACKED: Final = 4 * 1024 * 1024
MOST_SENTENCES: Final = 10

TOO_LONG = _("The list cannot be read, or is too long. Save it as CSV, or paste it here.")
NOTHING = _("Paste a list, or choose a file.")
# Where a list of sites has other bounds than one of hubs.
_INSTEAD: dict[FileFault, Text] = {
    FileFault.EMPTY: NOTHING,
    FileFault.TOO_LARGE: TOO_LONG,
    FileFault.TOO_MANY_ROWS: TOO_LONG,
}


def text_of(data: bytes) -> str:
    """Return the text of a file that is one. Raises UnusableFileError."""
    text = text_file.decode(data)
    if len(text) > LONGEST_TEXT:
        raise unusable(FileFault.TOO_LARGE)
    return text


def sheet_of(data: bytes, whose: Organisation) -> Sheet | None:
    """Return the first sheet of a file that is a workbook, None for text.

    Raises UnusableFileError for what is neither, and while another of the organisation's is read:
    each keeps one of the few threads that answer everybody.
    """
    if not kinds.is_workbook(data):
        return None
    with alone("workbook of sites", str(whose.pk), at_most=3 * timedelta(seconds=SECONDS)) as free:
        if not free:
            raise unusable(FileFault.BUSY)
        return reader.read_sheet(data, SECONDS, MOST_UNPACKED)


def written(sheet: Sheet) -> str:
    """Return a sheet as text that is read as the same lines. Raises UnusableFileError."""
    width = max((len(line.cells) for line in sheet.lines), default=0)
    last = sheet.lines[-1].number if sheet.lines else 0
    if last > LONGEST_TEXT:
        raise unusable(FileFault.TOO_LARGE)
    out = [""] * last
    for line in sheet.lines:
        out[line.number - 1] = _as_csv([*line.cells, *[""] * (width - len(line.cells))])
    text = "\n".join(out)
    if len(text) > LONGEST_TEXT:
        raise unusable(FileFault.TOO_LARGE)
    return text


def _as_csv(cells: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="").writerow(cells)
    return out.getvalue()


def rows_of(text: str) -> list[Row]:
    """Return the lines of a list. Raises UnusableFileError."""
    lines = text_file.lines(text, Deadline(SECONDS), importing.recognised)
    return [(line.number, line.cells) for line in lines]


def sentences(error: UnusableFileError) -> list[str]:
    """Return what is wrong with a list that cannot be used."""
    return [
        str(_INSTEAD.get(problem.fault) or file_wording.sentence(problem))
        for problem in error.problems
    ]


def what_excel_made(sheet: Sheet) -> list[str]:
    """Return what is wrong with cells that are no plain text, a sentence or two a line."""
    faulty = [(line, fault) for line in sheet.lines if (fault := _fault(line))]
    return [_of_line(line, fault) for line, fault in faulty[:MOST_SENTENCES]]


def _fault(line: Line) -> CellFault | None:
    # A number is text like any other, where no id is meant.
    return next((each for each in line.faults.values() if each != CellFault.NUMBER), None)


def _of_line(line: Line, fault: CellFault) -> str:
    words = wording.VERDICTS[Verdict(fault)]
    said = {"line": line.number, "what": words.chip.word, "step": words.step}
    return gettext("Line %(line)s: %(what)s. %(step)s") % said
