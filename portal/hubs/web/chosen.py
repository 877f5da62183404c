"""The hubs that somebody chose in the inventory: rows by their ids, or all that its filters find.

Both are a browser's word: they are looked up among the hubs that the member may see.
"""

from dataclasses import dataclass
from typing import Self
from uuid import UUID

from django.http import HttpRequest, QueryDict

from portal.hubs.models import HubQuerySet
from portal.hubs.web.forms import InventoryFilter
from portal.jobs import rights
from portal.orgs.models import Membership


@dataclass(frozen=True, slots=True)
class Choice:
    """What a bulk action is asked for: `ids` alone, or with `is_every` what `filters` find.

    `address` is the query of the list that it was made in, "" where that is not said.
    """

    ids: list[UUID]
    filters: QueryDict
    is_every: bool
    address: str

    @classmethod
    def of(cls, request: HttpRequest) -> Self:
        """Return what was chosen. The list's query comes as `filters`, or its fields do."""
        query, is_every = request.POST.get("filters"), "every" in request.POST
        filters = request.POST if query is None else QueryDict(query)
        return cls(
            ids=[] if is_every else _ids(request.POST.getlist("hub")),
            filters=filters,
            is_every=is_every,
            address="" if query is None else filters.urlencode(),
        )

    def among(self, member: Membership) -> HubQuerySet:
        """Return those of the hubs that the member may see; none for filters that are none."""
        if not self.is_every:
            return rights.hubs_of(member).filter(pk__in=self.ids)
        asked = InventoryFilter(self.filters, member=member)
        return asked.found() if asked.is_valid() else rights.hubs_of(member).none()


def _ids(texts: list[str]) -> list[UUID]:
    """Return the ids: of a row alone, or of those on other pages with spaces between."""
    ids = []
    for text in " ".join(texts).split():
        try:
            ids.append(UUID(text))
        except ValueError:
            continue
    return ids
