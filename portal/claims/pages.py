"""Keyset pages: a position in the list instead of a page number, so that new rows shift nothing."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Q, QuerySet
from django.http import QueryDict

from portal.claims.models import Claim

PAGE = 25


@dataclass(frozen=True, slots=True)
class Page:
    """Some claims, newest first, and the addresses of the pages on both sides (or empty)."""

    claims: list[Claim]
    newer_url: str
    older_url: str


def page_of(claims: QuerySet[Claim], query: QueryDict) -> Page:
    """Return the page that the query's `before` or `after` position asks for, else the newest."""
    if position := _position(query.get("after", "")):
        at, pk = position
        rows = list(
            claims.filter(Q(created_at__gt=at) | Q(created_at=at, pk__gt=pk)).order_by(
                "created_at", "pk"
            )[: PAGE + 1]
        )
        more, rows = len(rows) > PAGE, rows[:PAGE][::-1]
        return Page(
            rows, _url(query, "after", rows[:1] if more else []), _url(query, "before", rows[-1:])
        )
    if position := _position(query.get("before", "")):
        at, pk = position
        claims = claims.filter(Q(created_at__lt=at) | Q(created_at=at, pk__lt=pk))
    rows = list(claims.order_by("-created_at", "-pk")[: PAGE + 1])
    more, rows = len(rows) > PAGE, rows[:PAGE]
    newer = _url(query, "after", rows[:1]) if position else ""
    return Page(rows, newer, _url(query, "before", rows[-1:] if more else []))


def _position(text: str) -> tuple[datetime, uuid.UUID] | None:
    stamp, _, pk = text.partition("_")
    try:
        at = datetime.fromisoformat(stamp)
        return (at.astimezone(UTC), uuid.UUID(pk)) if at.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _url(query: QueryDict, side: str, edge: list[Claim]) -> str:
    if not edge:
        return ""
    changed = query.copy()
    changed.pop("before", None)
    changed.pop("after", None)
    changed[side] = f"{edge[0].created_at.isoformat()}_{edge[0].pk}"
    return f"?{changed.urlencode()}"
