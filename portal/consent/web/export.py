"""What support did on an organisation, as CSV: streamed, and each line with its grant."""

import csv
from collections.abc import Iterator
from typing import Final

from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from portal.audit.models import Entry
from portal.audit.record import record
from portal.audit.web.csv_file import AT_A_TIME, BYTE_ORDER_MARK, MOST, harmless
from portal.audit.web.rows import Row, rows_of
from portal.consent import queries
from portal.consent.display import wording
from portal.consent.models import Grant
from portal.core.web.pagination import older_than
from portal.core.windows import first_of
from portal.orgs import access
from portal.orgs.access import Ability
from portal.orgs.models import Membership

CSV: Final = "text/csv; charset=utf-8"


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


@require_POST
def export(request: HttpRequest) -> HttpResponseBase:
    """Send every action of support's on the organisation as a file; that is recorded, too."""
    admin = access.current(request, Ability.VIEW_RECORD)
    record(
        "support.exported",
        actor=admin.user,
        organisation_id=admin.organisation_id,
        subject=admin.organisation,
    )
    pieces = _lines(admin, translation.get_language() or "en")
    answer = StreamingHttpResponse((piece.encode() for piece in pieces), content_type=CSV)
    day = timezone.localdate().isoformat()
    answer["Content-Disposition"] = f'attachment; filename="support-{day}.csv"'
    return answer


def _lines(admin: Membership, language: str) -> Iterator[str]:
    writer = csv.writer(_Echo())
    with translation.override(language):
        start = BYTE_ORDER_MARK + writer.writerow(_heads())
    yield start
    written, rows = 0, queries.actions_on(admin).filter(at__lte=timezone.now())
    while found := first_of(rows, min(AT_A_TIME, MOST - written), queries.conditions_of(admin)):
        with translation.override(language):
            yield "".join(writer.writerow(cells) for cells in _cells(found, admin))
        written += len(found)
        last = found[-1]
        rows = queries.actions_on(admin).filter(older_than("at", last.at, last.pk))


def _heads() -> list[str]:
    return [
        gettext("Time"),
        gettext("What happened"),
        gettext("Under"),
        gettext("Access until"),
        gettext("Hub"),
        gettext("SpKey site id"),
        gettext("Result"),
        gettext("Details"),
        gettext("Reference"),
    ]


def _cells(entries: list[Entry], admin: Membership) -> Iterator[list[str]]:
    grants = queries.grants_behind(entries, admin)
    for entry, row in zip(entries, rows_of(entries, admin), strict=True):
        cells = _row(row, grants.get(entry.object_id))
        yield [harmless(cell) for cell in cells]


def _row(row: Row, grant: Grant | None) -> list[str]:
    return [
        timezone.localtime(row.at).isoformat(sep=" ", timespec="seconds"),
        row.sentence,
        wording.kind(grant) if grant else "",
        wording.moment(grant.ends_at) if grant else "",
        row.hub,
        row.site,
        row.result,
        "; ".join(f"{name}: {value}" for name, value in row.details),
        row.request,
    ]
