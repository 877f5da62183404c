"""Finding claims by words: of their hub, site, person, number or reference.

The words are looked up in what is few (hubs, sites, people), and the claims by what they belong to,
so that the history of years is never read through.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_
from typing import Any, Final
from uuid import UUID

from django.apps.registry import Apps
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import (
    Case,
    CharField,
    Exists,
    F,
    ForeignKey,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    UUIDField,
    When,
)
from django.db.models.functions import Coalesce, Upper
from django.db.models.lookups import Exact, In

from portal.claims import numbers
from portal.claims.models import Claim
from portal.claims.queries import claimers, claims_of, of_own, typed_site_ids
from portal.core.folding import has_words
from portal.core.windows import first_of
from portal.hubs import search
from portal.hubs.models import Hub
from portal.orgs.models import Membership
from portal.sites.queries import sites_of

MOST_WORDS: Final = 6
# More hubs than that are looked for among the claims.
FEW: Final = 200
# Where so many of the newest claims are found, the newest first are.
NEWEST: Final = 1_000
OFTEN: Final = 50
# More claims than that are not listed one by one.
MANY: Final = 2_000
ALL: Final = Q()


def know_rare_values(_apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Have PostgreSQL know how often each site and person is among the claims: a migration's step.

    It knows that of a hundred values only, and takes the rare others for as frequent as those.
    """
    if editor.connection.vendor == "postgresql":
        for column in ("site_id", "submitted_by_id", "spkey_site_id"):
            statement = f"ALTER TABLE claims_claim ALTER COLUMN {column} SET STATISTICS 1000"
            editor.execute(statement, params=None)


@dataclass(frozen=True, slots=True)
class _Condition:
    """A condition on a claim: once so that an index serves it, once so that none can.

    Without the second, a database sorts all claims that ever met it to show the newest few.
    `is_own`: it is of sites of the organisation, whose claims alone meet it. Asked for its
    organisation as well, a database may go through all claims of that.
    """

    by_index: Q
    unindexed: Q
    is_own: bool = False


type _Word = Sequence[_Condition]
"""Of these conditions a claim meets one that has the word."""


def conditions(member: Membership, text: str) -> list[Q]:
    """Return conditions on the organisation's claims, of which those found meet at least one.

    Every word must be found: in the hub's id or serial, the site, the person who claimed, or as the
    claim's number or SpKey's reference. Of more than MOST_WORDS only the first count. All words
    together may also be one id or serial, typed in groups.
    """
    words = text.split()[:MOST_WORDS]
    if not words:
        return []
    names = _Names(member)
    found = _with_all(member, [names.with_word(word) for word in words])
    if len(words) > 1 and (hubs := names.hubs("".join(words))) is not None:
        found.append(Q(hub__in=hubs))
    return found


def _with_all(member: Membership, words: Sequence[_Word]) -> list[Q]:
    """Return conditions of which a claim meets one that has all the words.

    Where the newest claims are found often, newest first finds a page at once. Else the rarest word
    leads, by its indexes: what is read then is what has that word.
    """
    unindexed = [_unindexed(word) for word in words]
    whole = reduce(and_, unindexed)
    often, *of_words = _frequencies(member, [whole, *(unindexed if len(words) > 1 else ())])
    if often >= OFTEN:
        return [whole]
    rarest = of_words.index(min(of_words)) if of_words else 0
    others = [each for number, each in enumerate(unindexed) if number != rarest]
    narrowed = reduce(and_, others, Q())
    return [_found(member, condition) & narrowed for condition in words[rarest]]


def _found(member: Membership, condition: _Condition) -> Q:
    """Return the condition as the claims that meet it, where they are few.

    Asked for in the list's order, a database may go through the years for them all the same.
    """
    claims = Claim.objects.all() if condition.is_own else claims_of(member)
    claims = claims.filter(condition.by_index).order_by()
    ids = list(claims.values_list("pk", flat=True)[: MANY + 1])
    return Q(pk__in=ids) if len(ids) <= MANY else condition.by_index


def _frequencies(member: Membership, found: Sequence[Q]) -> list[int]:
    """Return how many of the organisation's newest claims meet each of these conditions."""
    newest = claims_of(member).order_by("-created_at", "-id")
    if not member.all_sites:
        own = first_of(newest, NEWEST, of_own(member))
        newest = newest.filter(pk__in=[claim.pk for claim in own])
    marks = {
        f"mark_{number}": Case(When(each, then=1), default=0) for number, each in enumerate(found)
    }
    marked = newest.annotate(**marks).values(*marks)[:NEWEST]
    counts = marked.aggregate(**{f"count_{name}": Sum(name) for name in marks})
    return [counts[f"count_{name}"] or 0 for name in marks]


def _unindexed(word: _Word) -> Q:
    return reduce(or_, (condition.unindexed for condition in word))


def _one_of(
    column: str,
    values: Sequence[Any] | QuerySet[Any],
    indexed: Q = ALL,
    *,
    is_own: bool = False,
) -> _Condition:
    """Return the condition that a claim has one of these values in this column.

    The column's index has only claims that meet the condition `indexed`, as all of these do.
    """
    is_key = isinstance(Claim._meta.get_field(column), ForeignKey)
    kind = UUIDField() if is_key else CharField()
    hidden = Coalesce(F(column), F(column), output_field=kind)
    return _Condition(Q(**{f"{column}__in": values}) & indexed, Q(In(hidden, values)), is_own)


def _of_hubs(word: str, hubs: Sequence[UUID] | QuerySet[Any]) -> _Condition:
    """Return the condition that a claim is of one of these hubs, which have the word."""
    if not isinstance(hubs, QuerySet):
        return _one_of("hub_id", hubs)
    # Of so many hubs, it is quicker to look at those of the claims that are looked at.
    its_hub = Hub.objects.filter(search.containing(word), pk=OuterRef("hub_id"))
    return _Condition(Q(hub__in=hubs), Q(Exists(its_hub)))


class _Names:
    """What the organisation's sites and people are called."""

    def __init__(self, member: Membership) -> None:
        self._member = member
        self._sites = list(sites_of(member).order_by().values_list("pk", "name", "spkey_site_id"))
        self._people = list(claimers(member).order_by().values_list("pk", "email", "name"))
        self._typed = [(site_id, site_id) for site_id in typed_site_ids(member)]

    def with_word(self, word: str) -> _Word:
        """Return the conditions of which a claim meets one that has this word."""
        found = [_Condition(each, each) for each in by_quote(word)]
        if (hubs := self.hubs(word)) is not None:
            found.append(_of_hubs(word, hubs))
        if site_ids := _with(word, self._sites):
            found.append(_one_of("site_id", site_ids, is_own=True))
        if people_ids := _with(word, self._people):
            found.append(_one_of("submitted_by_id", people_ids))
        if typed := _with(word, self._typed):
            found.append(_one_of("spkey_site_id", typed, Q(site=None)))
        return found

    def hubs(self, word: str) -> Sequence[UUID] | QuerySet[Any] | None:
        """Return the ids of the hubs: None for no hub, as a question where they are many."""
        matching = search.matching(word)
        if matching is None:
            return None
        hubs = Hub.objects.filter(matching, organisation=self._member.organisation_id)
        if search.is_common(word):
            return hubs.order_by().values("pk")
        ids = list(hubs.order_by().values_list("pk", flat=True)[: FEW + 1])
        return (ids or None) if len(ids) <= FEW else hubs.order_by().values("pk")


def by_quote(text: str) -> list[Q]:
    """Return conditions of which a claim that is quoted like this meets one: number, reference."""
    found = [Q(Exact(Upper("reference"), text.upper()))]
    if number := numbers.typed(text):
        found.append(Q(number=number))
    return found


def quoted(member: Membership, text: str, most: int) -> list[Claim]:
    """Return the newest of the organisation's claims that people quote like this."""
    newest = claims_of(member).with_details().order_by("-created_at", "-pk")
    return first_of(newest, most, by_quote(text.strip()))


def of_hubs(member: Membership, text: str, most: int) -> list[Claim]:
    """Return the newest claim of each of the organisation's hubs with this in its id or serial."""
    found = search.containing(text) if search.is_common(text) else search.matching(text)
    if found is None:
        return []
    its_newest = claims_of(member).filter(hub=OuterRef("pk")).order_by("-created_at", "-pk")
    hubs = Hub.objects.filter(found, organisation=member.organisation_id)
    claimed = hubs.annotate(newest=Subquery(its_newest.values("pk")[:1])).exclude(newest=None)
    newest = list(claimed.order_by().values_list("newest", flat=True)[:most])
    return list(claims_of(member).with_details().filter(pk__in=newest).order_by("-created_at"))


def _with(word: str, rows: Iterable[tuple[Any, ...]]) -> list[Any]:
    """Return the first of each row that has the word in the others."""
    return [pk for pk, *texts in rows if has_words(word, *texts)]
