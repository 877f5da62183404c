"""What people read of a file that cannot be used: what is wrong, where, and what to do."""

from typing import Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.core.ui import Text
from portal.imports.reading.faults import FileFault, FileProblem

_FAULTS: Final[dict[FileFault, Text]] = {
    FileFault.EMPTY: _("There is nothing in it. Paste hub ids, or choose a file with some."),
    FileFault.TOO_LARGE: _("This file is larger than 8 MB. Split it."),
    FileFault.OLD_EXCEL: _(
        "This is an old or protected Excel file. Save it as an Excel workbook (.xlsx) without a "
        "password, or as CSV."
    ),
    FileFault.OTHER_KIND: _(
        "This is not a table, whatever its name says. Save it as CSV or as an Excel workbook."
    ),
    FileFault.OTHER_OFFICE: _(
        "This is not an Excel workbook, whatever its name says. Save it as .xlsx or as CSV."
    ),
    FileFault.UNREADABLE: _("This cannot be read as text. Save it as CSV in UTF-8, or as .xlsx."),
    FileFault.DAMAGED: _("This workbook is damaged. Open it in Excel and save it anew."),
    FileFault.UNPACKS_TOO_LARGE: _(
        "This workbook unpacks to more than is read here. Copy the table into a new workbook."
    ),
    FileFault.TOO_SLOW: _(
        "Reading this file takes too long. Copy the table into a new workbook, or save it as CSV."
    ),
    FileFault.BUSY: _("Another file of yours is being read. Try again in a moment."),
    FileFault.TOO_MANY_ROWS: _("There are more than 10,000 rows. Split the file at line %(line)s."),
    FileFault.TOO_MANY_COLUMNS: _("Line %(line)s has more than 30 columns."),
    FileFault.FAR_CELL: _(
        "Something stands far from the table, in cell %(text)s. Empty it, or copy the table into a "
        "new workbook."
    ),
    FileFault.OPEN_QUOTE: _(
        "From line %(line)s on, the quotation marks do not pair up: it is not clear where a cell "
        "ends."
    ),
    FileFault.NO_ROWS: _("There are names of columns, and no row below them."),
    FileFault.UNKNOWN_COLUMN: _("The column “%(text)s” is not known."),
    FileFault.COLUMN_TWICE: _("The column “%(text)s” is there twice. Take one of them away."),
    FileFault.NO_HUB_COLUMN: _("There is no column with hub ids. Call it “Hub id”."),
    FileFault.NO_HEADINGS: _(
        "The columns have no names. Write them into the first line: Hub id, Site, Place, Note."
    ),
}
# For who is asked what the columns hold, and need not change the file.
_TO_NAME: Final[dict[FileFault, Text]] = {
    FileFault.UNKNOWN_COLUMN: _FAULTS[FileFault.UNKNOWN_COLUMN],
    FileFault.COLUMN_TWICE: _("The column “%(text)s” and another one mean the same."),
    FileFault.NO_HUB_COLUMN: _("No column is called after hub ids."),
    FileFault.NO_HEADINGS: _("The columns have no names."),
}


def meant(name: str) -> str:
    """Return the question whether this was meant."""
    return gettext("Did you mean “%(name)s”?") % {"name": name}


def to_name(problem: FileProblem) -> str:
    """Return what is not clear of a column, to who is asked what it holds."""
    return str(_TO_NAME[problem.fault]) % {"text": problem.text}


def sentence(problem: FileProblem) -> str:
    """Return what is wrong, as a sentence or two."""
    words = str(_FAULTS[problem.fault]) % {"text": problem.text, "line": problem.line}
    if problem.fault != FileFault.UNKNOWN_COLUMN:
        return words
    if problem.meant:
        return f"{words} {meant(problem.meant)}"
    return f"{words} {gettext('Take it away, or give it a known name.')}"
