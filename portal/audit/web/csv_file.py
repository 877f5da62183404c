"""The record as CSV: streamed, so that a long one needs no more memory than a short one."""

import csv
import re
from collections.abc import Iterator, Sequence
from typing import Final

from django.db.models import Q, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext

from portal.audit.models import Entry
from portal.audit.web.rows import Row, rows_of
from portal.core.web.pagination import older_than
from portal.core.windows import first_of
from portal.orgs.models import Membership

MOST: Final = 100_000
AT_A_TIME: Final = 1_000
# Programs tell by it that what follows is UTF-8.
BYTE_ORDER_MARK: Final = "\ufeff"
# A table program takes what begins so for a formula, and carries it out.
FORMULA: Final = re.compile(r"[=+\-@\t\r]")


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def lines(
    entries: QuerySet[Entry], any_of: Sequence[Q], reader: Membership, language: str
) -> Iterator[str]:
    """Yield the lines of the file, newest first, in that language: at most MOST entries.

    Where there are more, the last line says so. The language is put on anew for each piece: between
    two of them other requests are answered.
    """
    writer = csv.writer(_Echo())
    with translation.override(language):
        start = BYTE_ORDER_MARK + writer.writerow(_heads())
    yield start
    written, rows = 0, entries
    while found := first_of(
        rows.order_by("-at", "-pk"), min(AT_A_TIME, MOST - written + 1), any_of
    ):
        kept = found[: MOST - written]
        with translation.override(language):
            piece = "".join(writer.writerow(_cells(row)) for row in rows_of(kept, reader))
            if len(kept) < len(found):
                piece += writer.writerow([_cut()])
        yield piece
        written += len(kept)
        if len(kept) < len(found):
            return
        rows = entries.filter(older_than("at", found[-1].at, found[-1].pk))


def _heads() -> list[str]:
    return [
        gettext("Time"),
        gettext("What happened"),
        gettext("About"),
        gettext("Result"),
        gettext("Role"),
        gettext("E-mail"),
        gettext("Network address"),
        gettext("Hub"),
        gettext("SpKey site id"),
        gettext("For the organisation"),
        gettext("Details"),
        gettext("Reference"),
    ]


def _cells(row: Row) -> list[str]:
    cells = [
        timezone.localtime(row.at).isoformat(sep=" ", timespec="seconds"),
        row.sentence,
        row.kind,
        row.result,
        row.role,
        row.address,
        row.came_from,
        row.hub,
        row.site,
        row.organisation,
        "; ".join(f"{name}: {value}" for name, value in row.details),
        row.request,
    ]
    return [harmless(cell) for cell in cells]


def harmless(cell: str) -> str:
    """Return the cell so that no table program takes it for a formula."""
    return f"'{cell}" if FORMULA.match(cell) else cell


def _cut() -> str:
    return gettext(
        "Only the newest 100,000 entries are here. Choose a shorter time to get the older ones."
    )
