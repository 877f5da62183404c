"""The record's rows, as a page and a file show them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal.audit.display import wording
from portal.audit.models import Entry


@dataclass(frozen=True, slots=True)
class Row:
    """One entry in words."""

    at: datetime
    sentence: str
    role: str
    address: str
    came_from: str
    kind: str
    result: str
    went_wrong: bool
    hub: str
    site: str
    request: str
    details: list[tuple[str, str]]


def row_of(entry: Entry, reader: Any) -> Row:
    """Return an entry as this person may see it."""
    is_own = entry.actor_id is not None and entry.actor_id == reader
    return Row(
        at=entry.at,
        sentence=wording.sentence(entry, is_own=is_own),
        role=wording.role(entry),
        address=wording.address_of(entry, is_own=is_own),
        came_from=wording.came_from(entry, is_own=is_own),
        kind=wording.kind(entry),
        result=wording.result(entry),
        went_wrong=bool(entry.result),
        hub=str(entry.hub or ""),
        site=entry.site,
        request=entry.request,
        details=wording.details(entry),
    )


def once_each(entries: Iterable[Entry]) -> list[Entry]:
    """Return the entries without those that tell another organisation of the same moment."""
    seen = {(each.at, each.verb, each.actor_id, each.object_id): each for each in entries}
    return list(seen.values())
