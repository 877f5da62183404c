"""How far an import is: how many rows are through, at which rate, and for how much longer."""

from dataclasses import dataclass
from typing import Final

from django.utils import timezone

from portal.imports.models import Import, RowState, State
from portal.imports.queries import Counts

# Before so long nothing can be said of a rate.
LEAST_SECONDS: Final = 1.5
CHECKED: Final = (RowState.PLANNED,)
GONE_THROUGH: Final = (RowState.DONE, RowState.ALREADY, RowState.NOT_DONE, RowState.WAITING)


@dataclass(frozen=True, slots=True)
class Progress:
    """`rate` is in rows a second, `seconds_left` an estimate; None where nothing can be said."""

    through: int
    whole: int
    rate: float | None
    seconds_left: int | None


def of(plan: Import, counts: Counts) -> Progress:
    """Return how far the present stage is."""
    states = CHECKED if plan.state == State.CHECKING else GONE_THROUGH
    through = sum(number for (state, _), number in counts.items() if state in states)
    rate = _rate(plan, through)
    left = round((plan.total - through) / rate) if rate else None
    return Progress(through, plan.total, rate, left)


def _rate(plan: Import, through: int) -> float | None:
    """Return how many rows a second went through lately."""
    if not plan.marks:
        return None
    at, number = plan.marks[0]
    seconds = timezone.now().timestamp() - at
    if seconds < LEAST_SECONDS or through <= number:
        return None
    return float((through - number) / seconds)
