"""Moments and days as addresses and forms name them: none so far off that a clock breaks at it."""

from datetime import UTC, date, datetime, time
from typing import Final

from django.utils import timezone

# Within these, a day more or another time zone is still a moment.
FIRST: Final = datetime(1900, 1, 1, tzinfo=UTC)
LAST: Final = datetime(3000, 1, 1, tzinfo=UTC)


def read_moment(text: str) -> datetime | None:
    """Return the moment that the text names, in UTC; None where it names none, or one far off."""
    try:
        at = datetime.fromisoformat(text)
        is_near = at.tzinfo is not None and FIRST <= at <= LAST
    except (ValueError, OverflowError):
        return None
    return at.astimezone(UTC) if is_near else None


def start_of(day: date) -> datetime:
    """Return when the day begins, by the reader's clock; of a day far off, a moment as far."""
    near = min(max(day, FIRST.date()), LAST.date())
    return timezone.make_aware(datetime.combine(near, time.min))


def end_of(day: date) -> datetime:
    """Return when the day after begins."""
    return start_of(date.fromordinal(min(day.toordinal() + 1, date.max.toordinal())))
