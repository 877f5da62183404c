"""How far an import is, in words: how many rows are through, how fast, for how much longer."""

import pytest
from django.utils import timezone

from portal.imports import conduct, progress
from portal.imports.display import page
from portal.imports.models import Import, Row, RowState, State
from tests.imports.conftest import give, work


def running(*marks: tuple[float, int], state: str = State.RUNNING) -> Import:
    """An import of 100 rows, of which so many were through so many seconds ago."""
    now = timezone.now().timestamp()
    return Import(total=100, state=state, marks=[[now - ago, number] for ago, number in marks])


def said(plan: Import, through: int, state: str = RowState.DONE) -> str:
    counts = {(state, ""): through, (RowState.TO_DO, ""): 100 - through}
    return page.progress(progress.of(plan, counts))


@pytest.mark.parametrize(
    ("marks", "through", "words"),
    [
        ([(10, 20)], 60, "60 of 100 · 4 a second · 10 s left"),
        ([(20, 20), (10, 50)], 60, "60 of 100 · 2 a second · 20 s left"),
        ([(100, 10)], 60, "60 of 100 · 30 a minute · 2 min left"),
        ([(36_000, 50)], 60, "60 of 100 · 1 a minute · 40 hours left"),
        ([(10, 20)], 100, "100 of 100 · 8 a second"),
    ],
)
@pytest.mark.usefixtures("still")
def test_a_rate_and_a_time_left_follow_from_what_was_through_before(marks, through, words):
    assert said(running(*marks), through) == words


@pytest.mark.parametrize(
    "marks", [[], [(1, 20)], [(10, 60)], [(10, 80)]], ids=["new", "too soon", "stalled", "fewer"]
)
@pytest.mark.usefixtures("still")
def test_where_no_rate_can_be_told_none_is(marks):
    assert said(running(*marks), 60) == "60 of 100"


@pytest.mark.usefixtures("still")
def test_a_dry_run_is_through_with_what_was_looked_at():
    plan = running((10, 20), state=State.CHECKING)
    assert said(plan, 60, RowState.PLANNED) == "60 of 100 · 4 a second · 10 s left"
    assert said(plan, 60, RowState.DONE) == "0 of 100"


@pytest.mark.usefixtures("sandbox", "mill_court")
def test_what_was_through_is_kept_of_the_two_last_moments(ada, still):
    plan = work(give(ada, "hub,site\nx,Mill Court\ny,Mill Court\nz,Mill Court\n"))
    plan.marks, plan.state = [], State.RUNNING
    kept = []
    for done in range(3):
        Row.objects.filter(plan=plan, line=done + 2).update(state=RowState.DONE)
        Row.objects.filter(plan=plan, line__gt=done + 2).update(state=RowState.TO_DO)
        plan.marks = conduct._marks(plan)
        assert conduct._marks(plan) == plan.marks
        kept.append(plan.marks)
        still.shift(conduct.MARK_EVERY)
    moments = [each[-1] for each in kept]
    assert [number for _, number in moments] == [1, 2, 3]
    assert kept == [moments[:1], moments[:2], moments[1:]]
