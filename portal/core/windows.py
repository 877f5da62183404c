"""The first rows of a long list, at the cost of what is shown."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Model, Q, QuerySet


def first_of[Row: Model](
    rows: QuerySet[Row], limit: int, any_of: Sequence[Q] = (Q(),), start: int = 0
) -> list[Row]:
    """Return the first `limit` of the rows, in their order, which all rises or all falls.

    Only rows that meet one of the conditions `any_of`: each is asked for by an index of its own,
    where the database, asked for all of them together, would read the whole table. Which rows they
    are is asked first, in one statement, and only of those from `start` on what belongs to them:
    joined at once, SQLite starts with the smaller table, and reads and sorts all rows.
    """
    order = rows.query.order_by
    names = [str(name).removeprefix("-") for name in order]
    found = _keys(rows, names, limit, any_of)
    chosen = sorted(found, reverse=str(order[0]).startswith("-"))[start:limit]
    return list(rows.filter(pk__in=[row[-1] for row in chosen]).order_by(*order))


def _keys[Row: Model](
    rows: QuerySet[Row], names: Sequence[str], limit: int, any_of: Sequence[Q]
) -> set[tuple[Any, ...]]:
    """Return by what the first rows of each condition are sorted, and their ids."""
    firsts = [rows.filter(condition)[:limit] for condition in any_of]
    if len(firsts) == 1:
        return set(firsts[0].values_list(*names, "pk"))
    # SQLite takes no limit within a UNION, but in what a part of it asks.
    every = rows.model._base_manager.order_by()
    parts = [every.filter(pk__in=first.values("pk")).values_list(*names, "pk") for first in firsts]
    return set(every.none().values_list(*names, "pk").union(*parts))
