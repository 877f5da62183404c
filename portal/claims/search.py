"""Finding claims by words: of their hub, site, person or reference.

The words are looked up in what is few (hubs, sites, people), and the claims by what they belong to,
so that the history of years is never read through.
"""

import re
from collections.abc import Iterable
from functools import reduce
from operator import and_, or_
from typing import Any, Final
from uuid import UUID

from django.db.models import F, Q, UUIDField
from django.db.models.functions import Coalesce, Upper
from django.db.models.lookups import Exact, In

from portal.claims.queries import claimers
from portal.hubs import search
from portal.hubs.models import Hub
from portal.orgs.models import Membership
from portal.sites.queries import sites_of

MOST_WORDS: Final = 6
# More than that are looked for among the claims: where many match, some are found at once.
FEW: Final = 200
FEW_SITES: Final = 25
_START_OF_ID = re.compile(r"[0-9a-f]{6,32}")


def conditions(member: Membership, text: str) -> list[Q]:
    """Return conditions on the organisation's claims, of which those found meet at least one.

    Every word must be found: in the hub's id or serial, the site, the person who claimed, or as the
    beginning of the claim's own reference. An index serves each condition.
    """
    words = [_of_word(member, word) for word in text.split()[:MOST_WORDS]]
    if not words:
        return []
    # Few claims meet the conditions of a word that many things have none for.
    first, *others = sorted(words, key=_breadth)
    narrowed = reduce(and_, (reduce(or_, each.values()) for each in others), Q())
    return [condition & narrowed for condition in first.values()]


def _breadth(word: dict[str, Q]) -> tuple[bool, bool]:
    return "person" in word, "site" in word


def _of_word(member: Membership, word: str) -> dict[str, Q]:
    """Return the conditions on a claim that has this word, by what has it."""
    found: dict[str, Q] = {"reference": Q(Exact(Upper("reference"), word.upper()))}
    if hubs := _hubs(member, word):
        found["hub"] = hubs
    if site_ids := _with(word, sites_of(member).values_list("pk", "name", "spkey_site_id")):
        found["site"] = _at(site_ids)
    if people_ids := _with(word, claimers(member).values_list("pk", "email", "name")):
        found["person"] = Q(submitted_by__in=people_ids)
    found["no site"] = Q(site=None, spkey_site_id__icontains=word)
    start = word.replace("-", "").lower()
    if _START_OF_ID.fullmatch(start):
        first, last = UUID(start.ljust(32, "0")), UUID(start.ljust(32, "f"))
        found["claim"] = Q(pk__gte=first, pk__lte=last)
    return found


def _with(word: str, rows: Iterable[tuple[Any, ...]]) -> list[UUID]:
    """Return the first of each row that has the word in the others.

    Compared here: of letters beyond ASCII, SQLite does not know which is the capital of which.
    """
    folded = word.casefold()
    return [pk for pk, *texts in rows if any(folded in text.casefold() for text in texts)]


def _at(site_ids: list[UUID]) -> Q:
    """Return the condition that a claim is at one of the sites.

    Where many are, newest first finds some at once; by the sites' own index, the database would
    sort all the claims that they ever had. The expression keeps it from that.
    """
    if len(site_ids) <= FEW_SITES:
        return Q(site__in=site_ids)
    site = Coalesce(F("site_id"), F("site_id"), output_field=UUIDField())
    return Q(In(site, site_ids))


def _hubs(member: Membership, word: str) -> Q | None:
    matching = search.matching(word)
    if matching is None:
        return None
    hubs = Hub.objects.filter(matching, organisation=member.organisation_id)
    ids = list(hubs.values_list("pk", flat=True)[: FEW + 1])
    if not ids:
        return None
    return Q(hub__in=ids) if len(ids) <= FEW else Q(hub__in=hubs)
