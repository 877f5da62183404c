"""The files of photos, in the storage that the settings name: a folder, or a bucket.

Each photo has two, named after its row alone: nothing of what people typed or sent is in a name.
"""

import uuid
from enum import StrEnum

from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages

from portal.hubs.labels.photo_reader import Copies


class Size(StrEnum):
    """In which size a photo is kept."""

    LARGE = "large"
    SMALL = "small"


def keep(photo: uuid.UUID, copies: Copies) -> None:
    """Write both files. Raises OSError where the storage does not take them."""
    for size, content in ((Size.LARGE, copies.large), (Size.SMALL, copies.small)):
        _storage().save(_name(photo, size), ContentFile(content))


def content(photo: uuid.UUID, size: Size) -> bytes:
    """Return a file. Raises FileNotFoundError, or OSError where the storage does not answer."""
    with _storage().open(_name(photo, size)) as file:
        read: bytes = file.read()
    return read


def forget(photo: uuid.UUID) -> None:
    """Remove both files, as far as they are there. Raises OSError where they may remain."""
    for size in Size:
        _storage().delete(_name(photo, size))


def _storage() -> Storage:
    return storages["photos"]


def _name(photo: uuid.UUID, size: Size) -> str:
    # A folder of a disk is slow with a million files in it.
    return f"{photo.hex[:2]}/{photo}-{size}.jpg"
