"""What becomes of imports in time: plans grow too old, and rows of what ended long ago go.

What came of the rows stays, as numbers.
"""

from datetime import datetime, timedelta
from typing import Final

from django.db.models import F
from django.utils import timezone

from portal.imports import queries, writing
from portal.imports.models import Batch, Import, State

KEPT: Final = timedelta(days=90)
# A plan that is not carried out by then is none any more: too much may have changed.
PLAN_KEPT: Final = timedelta(days=7)
# In one go of a worker, which has other things to do.
REMOVED_AT_ONCE: Final = 2_000


def kept_until(plan: Import) -> datetime | None:
    """Return until when the rows of an import are kept, None while it has not ended."""
    has_ended = plan.state in {State.FINISHED, State.DISCARDED}
    return plan.finished_at + KEPT if has_ended and plan.finished_at else None


def is_too_old(plan: Import) -> bool:
    """Say whether the plan is, or was when it was discarded, too old to be carried out."""
    if plan.checked_at is None or plan.state not in {State.READY, State.DISCARDED}:
        return False
    return (plan.finished_at or timezone.now()) - plan.checked_at >= PLAN_KEPT


def discard_too_old() -> None:
    """Discard the plans that are too old."""
    old = Import.objects.filter(state=State.READY, checked_at__lte=timezone.now() - PLAN_KEPT)
    old.update(state=State.DISCARDED, finished_at=F("checked_at") + PLAN_KEPT)


def remove() -> int:
    """Remove some of the rows whose time is over. Return how many."""
    now = timezone.now()
    discard_too_old()
    old = Import.objects.filter(finished_at__lte=now - KEPT, due_at=None, rows_removed_at=None)
    plan = old.order_by("finished_at").first()
    return _remove_of(plan, now) if plan else 0


def _remove_of(plan: Import, now: datetime) -> int:
    if not plan.summary:
        # Before the first of them goes: a worker that is killed meanwhile leaves true numbers.
        numbers = [[*key, number] for key, number in queries.counts(plan).items()]
        Import.objects.filter(pk=plan.pk).update(summary=numbers)
    removed = 0
    while removed < REMOVED_AT_ONCE:
        pks = list(plan.rows.order_by("pk").values_list("pk", flat=True)[: writing.AT_ONCE])
        if not pks:
            Batch.objects.filter(plan=plan).delete()
            Import.objects.filter(pk=plan.pk).update(rows_removed_at=now)
            break
        removed += plan.rows.filter(pk__in=pks).delete()[0]
    return removed
