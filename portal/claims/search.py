"""Finding claims by words: of their hub, site, person or reference.

The words are looked up in what is few (hubs, sites, people), and the claims by what they belong to,
so that the history of years is never read through.
"""

import re
from collections.abc import Iterable, Sequence
from functools import reduce
from operator import and_, or_
from typing import Any, Final
from uuid import UUID

from django.apps.registry import Apps
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import CharField, Count, F, ForeignKey, Q, UUIDField
from django.db.models.functions import Coalesce, Upper
from django.db.models.lookups import Exact, In

from portal.claims.models import Claim
from portal.claims.queries import claimers, claims_of, typed_site_ids
from portal.hubs import search
from portal.hubs.models import Hub
from portal.orgs.models import Membership
from portal.sites.queries import sites_of

MOST_WORDS: Final = 6
# More hubs than that are looked for among the claims: where many match, some are found at once.
FEW: Final = 200
# Where so many of the newest claims are found, the newest first are.
NEWEST: Final = 1_000
OFTEN: Final = 50
ALL: Final = Q()
_START_OF_ID = re.compile(r"[0-9a-f]{6,32}")


def know_rare_values(_apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Have PostgreSQL know how often each site and person is among the claims: a migration's step.

    It knows that of a hundred values only, and takes the rare others for as frequent as those.
    """
    if editor.connection.vendor == "postgresql":
        for column in ("site_id", "submitted_by_id", "spkey_site_id"):
            statement = f"ALTER TABLE claims_claim ALTER COLUMN {column} SET STATISTICS 1000"
            editor.execute(statement, params=None)


def conditions(member: Membership, text: str) -> list[Q]:
    """Return conditions on the organisation's claims, of which those found meet at least one.

    Every word must be found: in the hub's id or serial, the site, the person who claimed, or as the
    beginning of the claim's own reference. An index serves each condition.
    """
    wanted = text.split()[:MOST_WORDS]
    if not wanted:
        return []
    index = _Words(member)
    words = [index.conditions(word) for word in wanted]
    # Few claims meet the conditions of a word that many things have none for.
    first, *others = sorted(words, key=_breadth)
    narrowed = reduce(and_, (reduce(or_, each.values()) for each in others), Q())
    return [condition & narrowed for condition in first.values()]


def _breadth(word: dict[str, Q]) -> tuple[bool, bool]:
    return "person" in word, "site" in word


class _Words:
    """What of the organisation's has a word, and the conditions on claims that come of it."""

    def __init__(self, member: Membership) -> None:
        self._member = member
        self._sites = list(sites_of(member).order_by().values_list("pk", "name", "spkey_site_id"))
        self._people = list(claimers(member).order_by().values_list("pk", "email", "name"))
        self._typed = [(site_id, site_id) for site_id in typed_site_ids(member)]

    def conditions(self, word: str) -> dict[str, Q]:
        """Return the conditions on a claim that has this word, by what has it."""
        found: dict[str, Q] = {"reference": Q(Exact(Upper("reference"), word.upper()))}
        if hubs := self._hubs(word):
            found["hub"] = hubs
        if site_ids := _with(word, self._sites):
            found["site"] = self._one_of("site_id", site_ids)
        if people_ids := _with(word, self._people):
            found["person"] = self._one_of("submitted_by_id", people_ids)
        if typed := _with(word, self._typed):
            found["no site"] = self._one_of("spkey_site_id", typed, Q(site=None))
        start = word.replace("-", "").lower()
        if _START_OF_ID.fullmatch(start):
            first, last = UUID(start.ljust(32, "0")), UUID(start.ljust(32, "f"))
            found["claim"] = Q(pk__gte=first, pk__lte=last)
        return found

    def _one_of(self, column: str, values: Sequence[UUID | str], indexed: Q = ALL) -> Q:
        """Return the condition that a claim has one of the values in this column.

        The column's index has only claims that meet the condition `indexed`, as all of these do.

        Where the newest claims have them often, newest first finds some at once; by the column's
        index, the database would sort all that ever had them. The expression keeps it from that.
        Where they are rare, newest first would read through the years.
        """
        newest = claims_of(self._member).order_by("-created_at", "-id")[:NEWEST]
        one_of = Q(**{f"{column}__in": values})
        if newest.aggregate(found=Count("pk", filter=one_of))["found"] < OFTEN:
            return one_of & indexed
        field = Claim._meta.get_field(column)
        kind = UUIDField() if isinstance(field, ForeignKey) else CharField()
        return Q(In(Coalesce(F(column), F(column), output_field=kind), values))

    def _hubs(self, word: str) -> Q | None:
        matching = search.matching(word)
        if matching is None:
            return None
        hubs = Hub.objects.filter(matching, organisation=self._member.organisation_id)
        ids = list(hubs.values_list("pk", flat=True)[: FEW + 1])
        if not ids:
            return None
        return Q(hub__in=ids) if len(ids) <= FEW else Q(hub__in=hubs)


def _with(word: str, rows: Iterable[tuple[Any, ...]]) -> list[Any]:
    """Return the first of each row that has the word in the others.

    Compared here: of letters beyond ASCII, SQLite does not know which is the capital of which.
    """
    folded = word.casefold()
    return [pk for pk, *texts in rows if any(folded in text.casefold() for text in texts)]
