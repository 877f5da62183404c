"""The inventory as a file: CSV or XLSX, with the filters of the page or of the chosen rows."""

import csv
import logging
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from datetime import datetime
from typing import IO, Final

import xlsxwriter
from django.contrib import messages
from django.http import (
    FileResponse,
    HttpRequest,
    HttpResponseBase,
    StreamingHttpResponse,
)
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.text import slugify
from django.views.decorators.http import require_POST
from xlsxwriter.exceptions import XlsxFileError

from portal.audit.record import record
from portal.audit.web.csv_file import BYTE_ORDER_MARK, harmless
from portal.hubs import inventory
from portal.hubs.display import rows, wording
from portal.hubs.models import Hub
from portal.hubs.web.chosen import Choice
from portal.hubs.web.forms import InventoryFilter
from portal.orgs import access
from portal.orgs.access import Ability
from portal.orgs.models import Membership

logger = logging.getLogger(__name__)

AT_A_TIME: Final = 500
# Text is text: nothing is taken for a formula, an address or a number.
PLAIN: Final = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
WIDTHS: Final = (38, 24, 24, 18, 14, 22, 26, 12, 18, 12, 20, 26, 22, 40)
TIME: Final = "yyyy-mm-dd hh:mm:ss"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


@require_POST
def as_csv(request: HttpRequest) -> HttpResponseBase:
    """Send the hubs as CSV, a piece at a time."""
    member, hubs = _asked(request, "csv")
    if hubs is None:
        return _page_of(request)
    language = translation.get_language() or "en"
    answer = StreamingHttpResponse(
        (piece.encode() for piece in _lines(hubs, language)), content_type="text/csv; charset=utf-8"
    )
    answer["Content-Disposition"] = f'attachment; filename="{_name(member)}.csv"'
    return answer


@require_POST
def as_xlsx(request: HttpRequest) -> HttpResponseBase:
    """Send the hubs as a workbook, which is made on disk."""
    member, hubs = _asked(request, "xlsx")
    if hubs is None:
        return _page_of(request)
    try:
        file = _workbook(hubs)
    except (OSError, XlsxFileError) as error:
        logger.error("a workbook could not be made on disk: %s", error)
        messages.error(request, str(wording.NO_WORKBOOK))
        return _page_of(request)
    name = f"{_name(member)}.xlsx"
    return FileResponse(file, as_attachment=True, filename=name, content_type=XLSX)


def _page_of(request: HttpRequest) -> HttpResponseBase:
    """Lead to the page with the same filters, which says what is wrong with them."""
    filters = Choice.of(request).filters
    asked = {name: filters[name] for name in sorted(InventoryFilter.base_fields.keys() & filters)}
    return redirect(reverse("hubs:list", query=asked))


def _asked(request: HttpRequest, form: str) -> tuple[Membership, Iterable[Hub] | None]:
    """Return who asks, and the hubs: the chosen ones, or all that meet the filters.

    None where a filter is none, and where hubs were to be chosen and none was.
    """
    member = access.current(request, Ability.VIEW)
    choice = Choice.of(request)
    asked = InventoryFilter(choice.filters, member=member)
    if not asked.is_valid():
        return member, None
    were_to_be_chosen = {"hub", "chosen"} & request.POST.keys() and not choice.is_every
    if were_to_be_chosen and not choice.ids:
        messages.info(request, str(wording.CHOOSE_FIRST))
        return member, None
    found = choice.among(member).select_related("site") if choice.ids else asked.found()
    filters = {} if choice.ids else asked.cleaned_data
    name, falling = asked.order
    record(
        "hub.exported",
        actor=member.user,
        organisation_id=member.organisation_id,
        subject=member.organisation,
        form=form,
        chosen=len(choice.ids),
        filters={key: str(value) for key, value in filters.items() if value},
    )
    order = inventory.ORDERS[name]
    return member, inventory.everything(found, order, falling=falling, at_a_time=AT_A_TIME)


def _lines(hubs: Iterable[Hub], language: str) -> Iterator[str]:
    """Yield the lines of the file. Between two pieces other requests are answered."""
    writer = csv.writer(_Echo())
    with translation.override(language):
        start = BYTE_ORDER_MARK + str(writer.writerow(rows.heads()))
    yield start
    for hub in hubs:
        with translation.override(language):
            line = str(writer.writerow(harmless(cell) for cell in rows.cells(hub)))
        yield line


def _workbook(hubs: Iterable[Hub]) -> IO[bytes]:
    """Return the workbook, to be closed by who reads it. Raises OSError and XlsxFileError."""
    with ExitStack() as on_failure:
        file = on_failure.enter_context(tempfile.TemporaryFile())
        _write_workbook(file, hubs)
        file.seek(0)
        on_failure.pop_all()
    return file


def _write_workbook(file: IO[bytes], hubs: Iterable[Hub]) -> None:
    book = xlsxwriter.Workbook(file, PLAIN)
    sheet = book.add_worksheet()
    bold, time = book.add_format({"bold": True}), book.add_format({"num_format": TIME})
    heads = rows.heads(zone=str(timezone.get_current_timezone()))
    for column, (head, width) in enumerate(zip(heads, WIDTHS, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, head, bold)
    sheet.freeze_panes(1, 0)
    for number, hub in enumerate(hubs, start=1):
        for column, cell in enumerate(rows.values(hub)):
            if isinstance(cell, datetime):
                # A workbook knows no zones: the head says which one it is.
                sheet.write_datetime(number, column, timezone.make_naive(cell), time)
            else:
                sheet.write_string(number, column, cell or "")
    book.close()


def _name(member: Membership) -> str:
    return f"hubs-{slugify(member.organisation.name) or 'all'}-{timezone.localdate().isoformat()}"
