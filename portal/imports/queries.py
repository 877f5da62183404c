"""Imports and their rows, as pages ask for them."""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from portal.hubs.models import Hub
from portal.imports.models import (
    PLANNED,
    TO_BE_DONE,
    Import,
    ImportQuerySet,
    Kind,
    Row,
    RowState,
    State,
    Verdict,
)
from portal.orgs.models import Membership, User

PAGE: Final = 50
UNDER_WAY: Final = (RowState.TO_DO, RowState.UNDER_WAY, RowState.WAITING, RowState.PLANNED)

# The names of the groups of rows that a page shows.
NOT_DONE_AS: Final = f"{RowState.NOT_DONE}-"
SHOWN: Final = frozenset(
    (
        *Verdict.values,
        *RowState.values,
        "under_way",
        *(f"{NOT_DONE_AS}{verdict}" for verdict in Verdict.values if verdict),
    )
)

# Of which verdict, or cause, an import of another kind makes something.
FOR_OTHERS: Final[dict[str, Verdict]] = {Kind.MOVE: Verdict.OTHER_SITE, Kind.CLAIM: Verdict.FREE}
CAUSES_FOR_OTHERS: Final[dict[str, tuple[str, ...]]] = {Kind.MOVE: ("claim:conflict:another_site",)}

type Counts = dict[tuple[str, str], int]


def imports_of(member: Membership) -> ImportQuerySet:
    """Return the imports of the member's organisation."""
    return Import.objects.of(member).select_related("made_by", "run_by", "site")


def imports_visible_to(user: User) -> ImportQuerySet:
    """Return the imports of the person's organisations."""
    return Import.objects.visible_to(user)


def counts(plan: Import) -> Counts:
    """Return how many rows there are of each state and verdict, or were, where they are gone."""
    if plan.summary:
        return {(state, verdict): number for state, verdict, number in plan.summary}
    of_each = plan.rows.order_by().values_list("state", "verdict").annotate(number=Count("pk"))
    return {(state, verdict): number for state, verdict, number in of_each}


def without_work(plans: Iterable[Import]) -> set[UUID]:
    """Return which of these plans are ready, and have nothing to be done, by their keys."""
    ready = {plan.pk: plan for plan in plans if plan.state == State.READY}
    planned = Row.objects.filter(plan__in=ready, state=RowState.PLANNED).order_by()
    found = planned.values_list("plan", "verdict").distinct()
    busy = {pk for pk, verdict in found if verdict == TO_BE_DONE[ready[pk].kind]}
    return set(ready) - busy


def still_waiting(plans: Iterable[Import]) -> set[UUID]:
    """Return of which of these imports, though nothing moves any more, some rows still wait."""
    over = [plan.pk for plan in plans if plan.state == State.FINISHED]
    waiting = Row.objects.filter(plan__in=over, state=RowState.WAITING).order_by()
    return set(waiting.values_list("plan", flat=True).distinct())


def rows_shown(plan: Import, show: str) -> QuerySet[Row]:
    """Return the plan's rows of a verdict while it is a plan, and of a pile once it is more.

    Those not done can be shown by what they are: see `NOT_DONE_AS`.
    """
    rows = plan.rows.select_related("site", "claim", "action")
    if not show:
        return rows
    if plan.state in PLANNED:
        return rows.filter(verdict=show) if show in Verdict.values else rows.none()
    if show == "under_way":
        return rows.filter(state__in=UNDER_WAY)
    if show.startswith(NOT_DONE_AS):
        verdict = show.removeprefix(NOT_DONE_AS)
        return rows.filter(state=RowState.NOT_DONE, verdict=verdict)
    return rows.filter(state=show) if show in RowState.values else rows.none()


def window(rows: QuerySet[Row], after: int, before: int) -> tuple[list[Row], bool, bool]:
    """Return a page of the rows by their lines, and whether there are earlier and later ones.

    Those after the line `after`, or, where `before` is given, the last ones before that.
    """
    if before:
        found = list(rows.filter(line__lt=before).order_by("-line")[: PAGE + 1])
        return found[:PAGE][::-1], len(found) > PAGE, True
    found = list(rows.filter(line__gt=after).order_by("line")[: PAGE + 1])
    return found[:PAGE], after > 0, len(found) > PAGE


def hubs_of(plan: Import, rows: Iterable[Row]) -> dict[UUID, Hub]:
    """Return which hubs of these rows the organisation has, by their hub ids."""
    ids = [row.hub_id for row in rows if row.hub_id is not None]
    hubs = Hub.objects.filter(organisation=plan.organisation_id, hub_id__in=ids).own()
    return {hub.hub_id: hub for hub in hubs.order_by().only("hub_id", "place")}


def rows_for(plan: Import, kind: str) -> QuerySet[Row]:
    """Return the rows that this import does nothing about, and one of that kind could."""
    found = plan.rows.filter(verdict=FOR_OTHERS[kind], state=RowState.PLANNED)
    ended = Q(cause__in=(FOR_OTHERS[kind], *CAUSES_FOR_OTHERS.get(kind, ())))
    return found if plan.state == State.READY else plan.rows.filter(ended, state=RowState.NOT_DONE)


def not_done(plan: Import) -> QuerySet[Row]:
    """Return the rows that were not done."""
    return plan.rows.filter(state=RowState.NOT_DONE)
