"""Parts of every screen that have no domain."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

type Text = str | _StrPromise
"""Plain words, or words to be put into the reader's language when they are shown."""


@dataclass(frozen=True, slots=True)
class Chip:
    """A state at a glance: `kind` is working, good, attention, stop or quiet."""

    kind: str
    icon: str
    word: Text
