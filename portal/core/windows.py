"""The first rows of a long list, at the cost of what is shown."""

from django.db.models import Model, QuerySet


def first_of[Row: Model](rows: QuerySet[Row], limit: int) -> list[Row]:
    """Return the first `limit` of the rows, in their order.

    Which they are is asked first, by the index of their order, and only of those what belongs to
    them: joined at once, SQLite starts with the smaller table, and reads and sorts all rows.
    """
    order = rows.query.order_by
    found = list(rows.values_list("pk", flat=True)[:limit])
    return list(rows.filter(pk__in=found).order_by(*order))
