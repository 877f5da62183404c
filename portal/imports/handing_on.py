"""Carrying out a plan to claim or to move: rows are handed to the engine that does that.

So that somebody who scans a hub meanwhile does not wait behind thousands, only a few of a plan are
queued there at a time; then they are followed to their end.
"""

from collections import defaultdict
from types import ModuleType
from typing import Final

from django.db.models import QuerySet

from portal.imports import claiming, moving, permissions, writing
from portal.imports.in_hand import InHand
from portal.imports.models import Import, Kind, Row, RowState, Verdict
from portal.imports.site_finder import SiteFinder
from portal.sites.models import Site

QUEUED_AT_ONCE: Final = 100
HANDED_ON_AT_ONCE: Final = 50
ENGINES: Final[dict[str, ModuleType]] = {Kind.CLAIM: claiming, Kind.MOVE: moving}


def feed(plan: Import) -> int:
    """Hand on the next rows, as many as there is room for. Return how many."""
    room = QUEUED_AT_ONCE - plan.rows.filter(state=RowState.UNDER_WAY).count()
    fed = 0
    while room > fed:
        limit = min(HANDED_ON_AT_ONCE, room - fed)
        rows = list(plan.rows.filter(state=RowState.TO_DO).order_by("line")[:limit])
        if not rows:
            break
        _hand_on(plan, rows)
        fed += len(rows)
    return fed


def _hand_on(plan: Import, rows: list[Row]) -> None:
    """Hand these rows on, each looked at once more.

    That is its site, the person's right, and what else is under way with its hub.
    """
    sites = SiteFinder(plan.organisation, permissions.member_of(plan))
    in_hand = InHand(plan, rows)
    wanted: list[tuple[Row, Site]] = []
    refused: list[Row] = []
    for row in rows:
        site, verdict = sites.find(plan, row)
        if site is not None and not verdict:
            verdict = in_hand.look(row, site.spkey_site_id)
        if site is not None and not verdict:
            wanted.append((row, site))
        else:
            row.state, row.cause = RowState.NOT_DONE, verdict or Verdict.SITE_NEEDED
            refused.append(row)
    Row.objects.bulk_update(refused, ("state", "cause", "claim", "action"))
    ENGINES[plan.kind].submit(plan, wanted)


def gather(plan: Import, *, also_waiting: bool) -> int:
    """Write down what came of rows under way. Return of how many."""
    states = [RowState.UNDER_WAY, *([RowState.WAITING] if also_waiting else [])]
    rows = plan.rows.filter(state__in=states).order_by()
    engine = ENGINES[plan.kind]
    return sum(_move(plan, rows.filter(which), pile) for pile, which in engine.NEWS.items())


def _move(plan: Import, rows: QuerySet[Row], state: str) -> int:
    """Move rows to a state; those not done with their cause, those done with what they say."""
    followed = ENGINES[plan.kind].FOLLOWED
    found = list(rows.select_related(followed)[: writing.AT_ONCE])
    causes: defaultdict[str, list[int]] = defaultdict(list)
    for row in found:
        causes[_cause(row, followed) if state == RowState.NOT_DONE else ""].append(row.pk)
    for cause, pks in causes.items():
        Row.objects.filter(pk__in=pks).update(state=state, cause=cause)
    if state in {RowState.DONE, RowState.ALREADY}:
        writing.keep_words(plan, found)
    return len(found)


def _cause(row: Row, followed: str) -> str:
    of = getattr(row, followed)
    return f"{followed}:{of.state}:{of.reason}" if of is not None else Verdict.UNREAD
