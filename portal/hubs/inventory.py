"""The inventory as people look at it: filtered, found by words, in an order, a page at a time.

A page is a position in its order, never a number, so that a hub that changes shifts nothing. What
has no value in a column stands last, whichever way it is sorted.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import F, Q

from portal.core.moments import read_moment
from portal.hubs import search
from portal.hubs.models import Hub, HubQuerySet
from portal.orgs.models import Organisation

# From one value of a column to the next in its index, leaping over the hubs of each.
_DIFFERENT: Final = """
    WITH RECURSIVE each_one(value) AS (
        SELECT * FROM (
            SELECT {column} FROM hubs_hub WHERE organisation_id = %s AND {column} > ''
            ORDER BY {column} LIMIT 1
        ) AS first_one
        UNION ALL
        SELECT (
            SELECT {column} FROM hubs_hub WHERE organisation_id = %s AND {column} > each_one.value
            ORDER BY {column} LIMIT 1
        ) FROM each_one WHERE each_one.value IS NOT NULL
    )
    SELECT value FROM each_one WHERE value IS NOT NULL
"""
_FIRMWARES: Final = _DIFFERENT.format(column="firmware")
_CLAIMERS: Final = _DIFFERENT.format(column="claimed_by_name")
_ALL: Final = Q()


@dataclass(frozen=True, slots=True)
class Order:
    """A column by which hubs are sorted, and then by their row's id.

    `present` are those that have a value in it, all where it is None, and `absent` the others: not
    its negation, for which no index is used.
    """

    field: str
    read: Callable[[str], Any]
    present: Q | None = None
    absent: Q = _ALL

    def value_of(self, hub: Hub) -> Any:
        """Return the hub's value in the column; None where it has none."""
        value: Any = hub
        for name in self.field.split("__"):
            value = getattr(value, name, None)
        return value or None


def _text(field: str) -> Order:
    return Order(field, str, Q(**{f"{field}__gt": ""}), Q(**{field: ""}))


def _time(field: str) -> Order:
    present, absent = (Q(**{f"{field}__isnull": is_null}) for is_null in (False, True))
    return Order(field, read_moment, present, absent)


# The organisation's sites by their name, and the hubs of one after the other.
_AT_SITE: Final = Q(site__isnull=False, site__organisation=F("organisation"))


ORDERS: Final[Mapping[str, Order]] = {
    "hub": Order("hub_id", UUID),
    "place": _text("place"),
    "site": Order("site__name", str, _AT_SITE, Q(site=None)),
    "model": _text("model"),
    "firmware": _text("firmware"),
    "state": _text("health"),
    "since": _time("health_since"),
    "person": _text("claimed_by_name"),
    "claimed": _time("claimed_at"),
    "read": _time("read_at"),
}


@dataclass(frozen=True, slots=True)
class Position:
    """The place of a hub in an order: its value there, None where it has none, and its row's id."""

    value: Any
    pk: UUID

    def __str__(self) -> str:
        if self.value is None:
            return str(self.pk)
        text = self.value.isoformat() if isinstance(self.value, datetime) else str(self.value)
        return f"{self.pk}_{text}"


def position_of(hub: Hub, order: Order) -> Position:
    """Return the hub's place in the order."""
    return Position(order.value_of(hub), hub.pk)


def read_position(text: str, order: Order) -> Position | None:
    """Return the place that a text names; None where it names none."""
    pk, mark, value = text.partition("_")
    try:
        read = order.read(value) if mark else None
        key = UUID(pk)
    except ValueError:
        return None
    # A time that cannot be read is no place among those without one.
    return None if mark and read is None else Position(read, key)


def in_order(
    hubs: HubQuerySet,
    order: Order,
    *,
    falling: bool,
    limit: int,
    position: Position | None = None,
    backwards: bool = False,
) -> list[Hub]:
    """Return the hubs that come next after the position, or before it `backwards`, nearest first.

    Those without a value in the column stand last in either direction.
    """
    parts = [(hubs.filter(order.present or _ALL), True)]
    if order.present is not None:
        parts.append((hubs.filter(order.absent), False))
    if backwards:
        parts.reverse()
    has_value = position is None or position.value is not None
    if position is not None and has_value == backwards:
        parts = [part for part in parts if part[1] == has_value]
    found: list[Hub] = []
    for rows, is_present in parts:
        down = (falling if is_present else False) != backwards
        if position is not None and is_present == has_value:
            rows = rows.filter(_beyond(order, position, down=down))  # noqa: PLW2901
        fields = (order.field, "pk") if is_present else ("pk",)
        order_by = [f"-{name}" if down else name for name in fields]
        # Where no index gives the order, rows of one column are sorted, not whole ones.
        ids = rows.order_by(*order_by).values("pk")[: limit - len(found)]
        found += Hub.objects.select_related("site").filter(pk__in=ids).order_by(*order_by)
        if len(found) == limit:
            break
    return found


def _beyond(order: Order, position: Position, *, down: bool) -> Q:
    further = "lt" if down else "gt"
    pk = Q(**{f"pk__{further}": position.pk})
    if position.value is None:
        return pk
    # The first condition is what an index is entered by.
    reached = Q(**{f"{order.field}__{further}e": position.value})
    return reached & (Q(**{f"{order.field}__{further}": position.value}) | pk)


def everything(hubs: HubQuerySet, order: Order, *, falling: bool, at_a_time: int) -> Iterator[Hub]:
    """Yield all of the hubs in this order, so many read at a time.

    Which ones, and in which order, is settled before the first: what changes meanwhile moves none.
    """
    ids = _ids_in_order(hubs, order, falling=falling)
    for start in range(0, len(ids), at_a_time):
        some = ids[start : start + at_a_time]
        found = Hub.objects.select_related("site").order_by().in_bulk(some)
        yield from (found[pk] for pk in some if pk in found)


def _ids_in_order(hubs: HubQuerySet, order: Order, *, falling: bool) -> list[UUID]:
    down = "-" if falling else ""
    present = hubs.filter(order.present or _ALL).order_by(f"{down}{order.field}", f"{down}pk")
    ids = list(present.values_list("pk", flat=True))
    if order.present is not None:
        ids += hubs.filter(order.absent).order_by("pk").values_list("pk", flat=True)
    return ids


def with_text(hubs: HubQuerySet, text: str, sites: Iterable[UUID] = ()) -> HubQuerySet:
    """Return those of the hubs with this in their id, serial or place, or at one of the sites."""
    wanted, there = text.strip(), list(sites)
    if not wanted:
        return hubs
    found = search.with_place(wanted)
    return hubs.filter(found | Q(site__in=there) if there else found)


def firmwares(organisation: Organisation) -> list[str]:
    """Return the different firmwares of the organisation's hubs."""
    return _different(_FIRMWARES, organisation)


def claimers(organisation: Organisation) -> list[str]:
    """Return the different names of those who claimed the organisation's hubs."""
    return _different(_CLAIMERS, organisation)


def _different(query: str, organisation: Organisation) -> list[str]:
    key = Hub._meta.get_field("organisation").get_db_prep_value(organisation.pk, connection)
    with connection.cursor() as cursor:
        cursor.execute(query, (key, key))
        return [value for (value,) in cursor.fetchall()]
