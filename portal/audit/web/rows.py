"""The record's rows, as a page and a file show them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal.audit.display import wording
from portal.audit.display.details import details
from portal.audit.models import Entry
from portal.orgs.models import Membership
from portal.orgs.queries import organisation_names


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
    # For which other organisation an agent of the reader's did it; "" where for none.
    organisation: str
    request: str
    details: list[tuple[str, str]]


def rows_of(entries: Iterable[Entry], member: Membership) -> list[Row]:
    """Return entries of the record of the member's organisation, as they may see them."""
    entries = list(entries)
    names = _others(entries, member)
    return [row_of(each, member.user_id, names.get(each.pk)) for each in entries]


def _others(entries: Sequence[Entry], member: Membership) -> dict[Any, str]:
    """Return for which organisation each entry was done that an agent of the member's did."""
    own = member.organisation_id
    by_agents = {
        each.pk: each.organisation_id for each in entries if each.acting_organisation_id == own
    }
    names = organisation_names(other for other in by_agents.values() if other)
    return {pk: names.get(other, "") if other else "" for pk, other in by_agents.items()}


def row_of(entry: Entry, reader: Any, supported: str | None = None) -> Row:
    """Return an entry as this person may see it.

    `supported` is the organisation for which an agent of their own organisation did it.
    """
    is_self = entry.actor_id is not None and entry.actor_id == reader
    is_own = is_self or supported is not None
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
        organisation=supported or "",
        request=entry.request,
        details=details(entry),
    )


def once_each(entries: Iterable[Entry]) -> list[Entry]:
    """Return the entries without those that tell another organisation of the same moment."""
    seen = {(each.at, each.verb, each.actor_id, each.object_id): each for each in entries}
    return list(seen.values())
