"""The files of photos, in the storage that the settings name: a folder, or a bucket.

Each photo has two, named after its row alone: nothing of what people typed or sent is in a name.
"""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from threading import BoundedSemaphore
from typing import Final

from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages

from portal.hubs.labels.photo_reader import Copies

# A storage that hangs holds so many of a process's threads, of eight, and the others answer on.
READERS: Final = 4
WRITERS: Final = 2
# In seconds: longer than a storage that answers takes for a photo.
PATIENCE: Final = 0.25
_readers: Final = BoundedSemaphore(READERS)
_writers: Final = BoundedSemaphore(WRITERS)


class BusyError(OSError):
    """The storage has so much to do at this moment that it is not asked for more."""


class Size(StrEnum):
    """In which size a photo is kept."""

    LARGE = "large"
    SMALL = "small"


def keep(photo: uuid.UUID, copies: Copies) -> None:
    """Write both files. Raises OSError where the storage does not take them, or is busy."""
    with _turn(_writers):
        for size, content in ((Size.LARGE, copies.large), (Size.SMALL, copies.small)):
            _storage().save(_name(photo, size), ContentFile(content))


def content(photo: uuid.UUID, size: Size) -> bytes:
    """Return a file. Raises FileNotFoundError, or OSError where the storage does not answer."""
    with _turn(_readers), _storage().open(_name(photo, size)) as file:
        read: bytes = file.read()
    return read


def forget(photo: uuid.UUID) -> None:
    """Remove both files, as far as they are there. Raises OSError where they may remain."""
    for size in Size:
        _storage().delete(_name(photo, size))


@contextmanager
def _turn(turns: BoundedSemaphore) -> Iterator[None]:
    """Have one of these turns. Raises BusyError where none is free within PATIENCE."""
    if not turns.acquire(timeout=PATIENCE):
        raise BusyError
    try:
        yield
    finally:
        turns.release()


def _storage() -> Storage:
    return storages["photos"]


def _name(photo: uuid.UUID, size: Size) -> str:
    # A folder of a disk is slow with a million files in it.
    return f"{photo.hex[:2]}/{photo}-{size}.jpg"
