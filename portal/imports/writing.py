"""Writing to many rows, a few hundred at a time: nobody else who writes waits for long."""

from collections.abc import Iterable
from typing import Any, Final

from django.db.models import QuerySet

from portal.audit.record import append, entry
from portal.hubs import changes
from portal.hubs.models import Hub
from portal.imports.models import Import, Row
from portal.imports.permissions import person_of

AT_ONCE: Final = 500
# Of both, a hub and a row of an import.
WORDS: Final = ("place", "note")


def write(rows: QuerySet[Row], **fields: Any) -> int:
    """Write these fields to the rows, which then are none of these any more. Return how many."""
    written = 0
    while pks := list(rows.order_by("pk").values_list("pk", flat=True)[:AT_ONCE]):
        written += Row.objects.filter(pk__in=pks).update(**fields)
    return written


def keep_words(plan: Import, rows: Iterable[Row]) -> None:
    """Keep with the hubs what rows that are done say of them: the place and the note.

    One hub in a transaction: of two who change several in one, each may wait for the other.
    """
    for row in rows:
        said = {name: text for name, text in words_of(row).items() if text}
        if said and row.hub_id is not None:
            hubs = Hub.objects.filter(organisation=plan.organisation_id, hub_id=row.hub_id)
            for hub in hubs:
                changes.describe(hub, said, person_of(plan), {}, file=plan.name)


def record_brought_in(plan: Import, rows: Iterable[Row]) -> None:
    """Record of each of these rows that its hub came in, inside the caller's transaction."""
    append(
        entry(
            "hub.brought_in",
            actor=person_of(plan),
            organisation_id=plan.organisation_id,
            subject=plan,
            hub=str(row.hub_id),
            file=plan.name,
            changes={name: ["", text] for name, text in words_of(row).items() if text},
        )
        for row in rows
    )


def words_of(row: Row) -> dict[str, str]:
    """Return what a row says of its hub, by the names of the hub's columns."""
    return {name: getattr(row, name) for name in WORDS}
