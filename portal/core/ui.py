"""Parts of every screen that have no domain."""

from dataclasses import dataclass

from django_stubs_ext import StrPromise

type Text = str | StrPromise
"""Plain words, or words to be put into the reader's language when they are shown."""


@dataclass(frozen=True, slots=True)
class Chip:
    """A state at a glance: `kind` is working, good, attention, stop or quiet."""

    kind: str
    icon: str
    word: Text
