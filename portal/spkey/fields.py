"""Reading single fields of a decoded JSON object, strictly: as documented, or Undocumented."""

import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

LONGEST_TEXT = 255
LONGEST_PROSE = 10_000
LARGEST_NUMBER = 2**53  # beyond it JSON numbers are no longer exact
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# No hub is older than SpKey, and what has not happened yet is no report of it.
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
_CLOCKS_APART = timedelta(days=1)


class Undocumented(ValueError):
    """An answer that is not as documented; the text names the field, never its value."""


def json_object(value: object, name: str) -> Mapping[str, object]:
    """`value` itself when it is a JSON object; `name` is what the error calls it."""
    if not isinstance(value, dict):
        raise Undocumented(f"{name} is not an object")
    return value


def text(answer: Mapping[str, object], name: str) -> str:
    """A short text without control characters and lone surrogates, which no database stores."""
    value = answer.get(name)
    if not isinstance(value, str) or len(value) > LONGEST_TEXT:
        raise Undocumented(f"{name} is not a short text")
    if not value.isprintable() and any(unicodedata.category(c) in {"Cc", "Cs"} for c in value):
        raise Undocumented(f"{name} holds control characters")
    return value


def prose(answer: Mapping[str, object], name: str) -> str:
    """A text that people wrote: longer, and line breaks are fine."""
    value = answer.get(name)
    if not isinstance(value, str) or len(value) > LONGEST_PROSE:
        raise Undocumented(f"{name} is not a text")
    return value


def flag(answer: Mapping[str, object], name: str) -> bool:
    """True or false, and nothing that merely looks like it."""
    value = answer.get(name)
    if not isinstance(value, bool):
        raise Undocumented(f"{name} is neither true nor false")
    return value


def whole_number(answer: Mapping[str, object], name: str) -> int:
    """A number, its fraction cut off."""
    value = _number(answer, name)
    if not abs(value) <= LARGEST_NUMBER:  # put this way round it is also true for NaN
        raise Undocumented(f"{name} is out of range")
    return int(value)


def _number(answer: Mapping[str, object], name: str) -> int | float:
    value = answer.get(name)
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise Undocumented(f"{name} is not a number")
    return value


def count_or_nothing(answer: Mapping[str, object], name: str) -> int | None:
    """A number that cannot be negative; one that is says nothing, and spoils nothing else."""
    number = whole_number(answer, name)
    return number if number >= 0 else None


def moment_or_never(answer: Mapping[str, object], name: str) -> datetime | None:
    """Epoch milliseconds as an aware datetime in UTC; None where that is never.

    0 is how the API says never. So is a time at which nothing can have happened: before 2000, or
    more than a day ahead of our clock.
    """
    milliseconds = _number(answer, name)
    latest = datetime.now(UTC) + _CLOCKS_APART
    if not _since_epoch(_EARLIEST) <= milliseconds <= _since_epoch(latest):  # nor is NaN
        return None
    return _EPOCH + timedelta(milliseconds=int(milliseconds))


def _since_epoch(moment: datetime) -> float:
    return (moment - _EPOCH) / timedelta(milliseconds=1)


def moment(answer: Mapping[str, object], name: str) -> datetime:
    """Epoch milliseconds as an aware datetime in UTC, of something that has happened."""
    value = moment_or_never(answer, name)
    if value is None:
        raise Undocumented(f"{name} is no time")
    return value


def optional[T](
    read: Callable[[Mapping[str, object], str], T], answer: Mapping[str, object], name: str
) -> T | None:
    """What `read` reads, or None where the field is missing or null."""
    return None if answer.get(name) is None else read(answer, name)
