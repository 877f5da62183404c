"""Conducting an import: what comes next, by what its rows say. One worker at a time does it."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from portal.core import leasing
from portal.core.leasing import Lease, LeaseLostError, due_at, given_back
from portal.imports import handing_on, letters, read_in, writing
from portal.imports.models import (
    DONE_ALREADY,
    TO_BE_DONE,
    Batch,
    Import,
    RowState,
    State,
    Verdict,
)

LOOK_EVERY: Final = timedelta(seconds=1)
FEED_EVERY: Final = timedelta(seconds=0.4)
WAITING_TURNS: Final = 10
# What still waits after so long in which nothing moved is told of as waiting, and followed on.
QUIET: Final = timedelta(minutes=1)
FOLLOWED_EVERY: Final = timedelta(minutes=1)
MARK_EVERY: Final = timedelta(seconds=10)
LONGEST: Final = timedelta(seconds=120)
STOPPED: Final = "stopped"
AT_ONCE: Final = 8
READINGS_AT_ONCE: Final = 2


def some_due() -> bool:
    """Say whether there is an import to lease: a read, where leasing is a write."""
    return leasing.some_within(_others(), AT_ONCE) or (
        _readings().exists() and _room_for_readings() > 0
    )


def take_due(limit: int) -> list[Lease[Import]]:
    """Lease at most `limit` imports, the organisations in turns: AT_ONCE by all workers together.

    Of those whose file is to be read, which is work for a processor alone, READINGS_AT_ONCE.
    """
    room = min(limit, _room_for_readings())
    most = AT_ONCE + READINGS_AT_ONCE
    taken = leasing.take_in_turns(_readings(), room, most, by="organisation")
    return taken + leasing.take_in_turns(_others(), limit - len(taken), AT_ONCE, by="organisation")


def _readings() -> QuerySet[Import]:
    return leasing.due(Import.objects.filter(state=State.READING))


def _others() -> QuerySet[Import]:
    return leasing.due(Import.objects.exclude(state=State.READING))


def _room_for_readings() -> int:
    under_way = leasing.under_way(Import.objects.filter(state=State.READING)).count()
    return max(0, READINGS_AT_ONCE - under_way)


def conduct(lease: Lease[Import]) -> None:
    """Take a leased import one step further. A lease that was lost changes nothing."""
    plan = lease.row().select_related("organisation__credential", "run_by", "made_by").first()
    if plan is None:
        return
    try:
        match plan.state:
            case State.READING:
                read_in.read(lease, plan)
            case State.REFUSED:
                read_in.forget(lease, plan)
            case State.CHECKING:
                _check(lease, plan)
            case State.RUNNING | State.FINISHED:
                _run(lease, plan)
            case _:
                lease.write(**given_back(None))
    except LeaseLostError:
        return


def _check(lease: Lease[Import], plan: Import) -> None:
    """See whether all rows are looked at: then the plan is ready, and kept."""
    now = timezone.now()
    if plan.again is not None:
        _begin_again(lease, plan)
    elif plan.rows.filter(state=RowState.NEW).exists():
        lease.write(marks=_marks(plan), **given_back(now + LOOK_EVERY))
    else:
        lease.write(state=State.READY, checked_at=now, marks=[], **given_back(None))


def _begin_again(lease: Lease[Import], plan: Import) -> None:
    """Have rows that were looked at before looked at again."""
    looked_at = plan.rows.filter(batch__isnull=False).exclude(state=RowState.NEW)
    if plan.again:
        # Those held back go on too: by them, nothing more is looked up.
        looked_at = looked_at.filter(Q(site_text=plan.again) | Q(verdict=Verdict.HELD_BACK))
    writing.write(looked_at, state=RowState.NEW, verdict="", tries=0)
    with transaction.atomic():
        Batch.objects.filter(plan=plan).update(**due_at(timezone.now()))
        lease.write(again=None, **given_back(timezone.now() + LOOK_EVERY))


def _run(lease: Lease[Import], plan: Import) -> None:
    now = timezone.now()
    moved = _sort(plan)
    if plan.stop_requested_at is not None:
        moved += _stop(plan)
    moved += _carry_on(plan, lease.epoch)
    if moved:
        plan.moved_at = now
    left = set(
        plan.rows.filter(state__in=(RowState.TO_DO, RowState.UNDER_WAY, RowState.WAITING))
        .order_by()
        .values_list("state", flat=True)
        .distinct()
    )
    is_quiet = now - (plan.moved_at or now) >= QUIET
    if not left or (left == {RowState.WAITING} and is_quiet):
        return _finish(lease, plan, still_waiting=bool(left))
    if plan.state == State.FINISHED:
        done = plan.rows.filter(state=RowState.DONE).count()
        return lease.write(done=done, moved_at=plan.moved_at, **given_back(now + FOLLOWED_EVERY))
    pace = FEED_EVERY if RowState.UNDER_WAY in left else LOOK_EVERY
    return lease.write(marks=_marks(plan), moved_at=plan.moved_at, **given_back(now + pace))


def _sort(plan: Import) -> int:
    """Put the rows of a plan that begins to be carried out onto their piles, or in the queue."""
    planned = plan.rows.filter(state=RowState.PLANNED)
    moved = 0
    for verdict in set(planned.order_by().values_list("verdict", flat=True).distinct()):
        of_verdict = planned.filter(verdict=verdict)
        if verdict == TO_BE_DONE[plan.kind]:
            moved += writing.write(of_verdict, state=RowState.TO_DO)
        elif verdict == DONE_ALREADY[plan.kind]:
            if plan.kind in handing_on.ENGINES:
                # Nothing but what they say of their hubs: that is kept when they come back.
                saying = of_verdict.exclude(place="", note="")
                moved += writing.write(saying, state=RowState.TO_DO)
            moved += writing.write(of_verdict, state=RowState.ALREADY)
        else:
            moved += writing.write(of_verdict, state=RowState.NOT_DONE, cause=verdict)
    return moved


def _stop(plan: Import) -> int:
    left = plan.rows.filter(state=RowState.TO_DO)
    return writing.write(left, state=RowState.NOT_DONE, cause=STOPPED)


def _carry_on(plan: Import, turn: int) -> int:
    """Go on with the rows: hand them on and gather what came of them, or have them looked at."""
    if plan.kind not in handing_on.ENGINES:
        batches = Batch.objects.filter(plan=plan)
        has_rows = plan.rows.filter(state=RowState.TO_DO).exists()
        if has_rows and not batches.filter(due_at__isnull=False).exists():
            batches.update(**due_at(timezone.now()))
        return 0
    # Those that wait may be thousands, and change seldom.
    is_their_turn = turn % WAITING_TURNS == 0
    also_waiting = is_their_turn or not plan.rows.filter(state=RowState.UNDER_WAY).exists()
    moved = handing_on.gather(plan, also_waiting=also_waiting)
    return moved + handing_on.feed(plan)


def _finish(lease: Lease[Import], plan: Import, *, still_waiting: bool) -> None:
    now = timezone.now()
    again = now + FOLLOWED_EVERY if still_waiting else None
    with transaction.atomic():
        lease.write(
            state=State.FINISHED,
            finished_at=plan.finished_at or now,
            done=plan.rows.filter(state=RowState.DONE).count(),
            moved_at=plan.moved_at,
            marks=[],
            **given_back(again),
        )
        if plan.finished_at is None:
            letters.tell_of_end(plan)


def through(plan: Import) -> int:
    """Return how many rows the present stage is through with."""
    return plan.rows.filter(state__in=_through(plan)).count()


def _through(plan: Import) -> Iterable[str]:
    if plan.state == State.CHECKING:
        return (RowState.PLANNED,)
    return (RowState.DONE, RowState.ALREADY, RowState.NOT_DONE, RowState.WAITING)


def _marks(plan: Import) -> list[list[object]]:
    """Return the two last moments of which the number is kept, MARK_EVERY apart."""
    now, marks = timezone.now(), list(plan.marks)
    if marks and now.timestamp() - marks[-1][0] < MARK_EVERY.total_seconds():
        return marks
    return [*marks[-1:], [now.timestamp(), through(plan)]]


def longest() -> timedelta:
    """Return how long a step may take: the reading of the largest file, and writing it down."""
    return LONGEST
