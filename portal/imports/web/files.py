"""The rows of an import as CSV: streamed, and such that they can be imported again."""

import csv
from collections.abc import Iterator
from typing import Final

from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext

from portal.audit.web.csv_file import BYTE_ORDER_MARK, harmless
from portal.imports.display import page, wording
from portal.imports.models import Import, Row
from portal.imports.site_finder import SiteFinder
from portal.orgs import access
from portal.orgs.access import Ability
from portal.orgs.models import Membership

AT_A_TIME: Final = 500


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def lines(plan: Import, rows: QuerySet[Row], member: Membership, language: str) -> Iterator[str]:
    """Yield the lines of the file, a few hundred at a time, in that language.

    Hub, site, place and note are as they were written: what was not done is corrected there, and
    imported again.
    """
    writer = csv.writer(_Echo())
    sites = SiteFinder(plan.organisation, member)
    for_admin = Ability.MANAGE_PEOPLE in access.abilities(member)
    with translation.override(language):
        yield BYTE_ORDER_MARK + writer.writerow(_heads())
    after = 0
    while found := list(rows.filter(line__gt=after).order_by("line")[:AT_A_TIME]):
        with translation.override(language):
            piece = "".join(
                writer.writerow(_cells(plan, row, sites, for_admin=for_admin)) for row in found
            )
        yield piece
        after = found[-1].line


def _heads() -> list[str]:
    return [
        gettext("Line"),
        gettext("Hub id"),
        gettext("Site"),
        gettext("Place"),
        gettext("Note"),
        gettext("Result"),
        gettext("Cause"),
        gettext("Next step"),
    ]


def _cells(plan: Import, row: Row, sites: SiteFinder, *, for_admin: bool) -> list[str]:
    words = wording.of_row(plan.kind, row, for_admin=for_admin)
    texts = (row.hub_text, row.site_text, row.place, row.note)
    said = (str(words.chip.word), page.about(row, sites), str(words.step))
    return [str(row.line), *(harmless(text) for text in (*texts, *said))]
