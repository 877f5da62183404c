"""The first rows of a long list, at the cost of what is shown."""

from collections.abc import Sequence

from django.db.models import Model, Q, QuerySet


def first_of[Row: Model](
    rows: QuerySet[Row], limit: int, any_of: Sequence[Q] = (Q(),)
) -> list[Row]:
    """Return the first `limit` of the rows, in their order, which all rises or all falls.

    Only rows that meet one of the conditions `any_of`: each is asked for by an index of its own,
    where the database, asked for all of them together, would read the whole table. Which rows they
    are is asked first, and only of those what belongs to them: joined at once, SQLite starts with
    the smaller table, and reads and sorts all rows.
    """
    order = rows.query.order_by
    names = [str(name).removeprefix("-") for name in order]
    found = {
        row
        for condition in any_of
        for row in rows.filter(condition).values_list(*names, "pk")[:limit]
    }
    chosen = sorted(found, reverse=str(order[0]).startswith("-"))[:limit]
    return list(rows.filter(pk__in=[row[-1] for row in chosen]).order_by(*order))
