"""The addresses of a list's pages.

Long lists have keyset pages: a position in the list instead of a page number, so that new rows
shift nothing.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.http import QueryDict

from portal.core.moments import read_moment
from portal.core.windows import first_of

PAGE = 25


@dataclass(frozen=True, slots=True)
class Page[Row: Model]:
    """Some rows, newest first, and the addresses of the pages on both sides (or empty)."""

    rows: list[Row]
    newer_url: str
    older_url: str


def page_of[Row: Model](
    rows: QuerySet[Row], query: QueryDict, any_of: Sequence[Q] = (Q(),), by: str = "created_at"
) -> Page[Row]:
    """Return the page that the query's `before` or `after` position asks for, else the newest.

    `by` is the rows' time, and their primary key is a UUID. `any_of` is as for `first_of`.
    """
    if position := _position(query.get("after", "")):
        at, pk = position
        newer = rows.filter(Q((f"{by}__gt", at)) | Q((by, at), pk__gt=pk))
        found = first_of(newer.order_by(by, "pk"), PAGE + 1, any_of)
        more, shown = len(found) > PAGE, found[:PAGE][::-1]
        return Page(
            shown,
            _url(query, "after", shown[:1] if more else [], by),
            _url(query, "before", shown[-1:], by),
        )
    if position := _position(query.get("before", "")):
        at, pk = position
        rows = rows.filter(older_than(by, at, pk))
    found = first_of(rows.order_by(f"-{by}", "-pk"), PAGE + 1, any_of)
    more, shown = len(found) > PAGE, found[:PAGE]
    newer_url = _url(query, "after", shown[:1], by) if position else ""
    return Page(shown, newer_url, _url(query, "before", shown[-1:] if more else [], by))


def page_url(query: QueryDict, number: int) -> str:
    """Return the address of the page of this number, of a list whose pages are numbered."""
    changed = query.copy()
    changed["page"] = str(number)
    return f"?{changed.urlencode()}"


def older_than(by: str, at: datetime, pk: uuid.UUID) -> Q:
    """Return the condition that a row comes after that one, where the newest come first."""
    return Q((f"{by}__lt", at)) | Q((by, at), pk__lt=pk)


def _position(text: str) -> tuple[datetime, uuid.UUID] | None:
    stamp, _, pk = text.partition("_")
    try:
        at, key = read_moment(stamp), uuid.UUID(pk)
    except ValueError:
        return None
    return (at, key) if at else None


def _url(query: QueryDict, side: str, edge: list[Any], by: str) -> str:
    if not edge:
        return ""
    changed = query.copy()
    changed.pop("before", None)
    changed.pop("after", None)
    changed[side] = f"{getattr(edge[0], by).isoformat()}_{edge[0].pk}"
    return f"?{changed.urlencode()}"
