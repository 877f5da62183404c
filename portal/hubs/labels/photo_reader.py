"""Reading a stranger's photo without harm to anybody else: apart, briefly, one a person.

A picture of a few kilobytes can keep a decoder busy for minutes, and take all memory. So each is
read by a process of its own, which is killed when it takes too long. So many at a time are read on
a machine; a photo that finds them taken is refused at once, since whoever waited here would hold
one of the few threads that answer everybody. There may be but one place: whose photo kept it for
long, whatever was found, leaves it to others for a while.
"""

import base64
import contextlib
import math
import os
import socket
from dataclasses import dataclass
from datetime import timedelta
from typing import IO, Any, Final
from uuid import UUID

from django.conf import settings

from portal.core import apart
from portal.core.throttle import Backoff, LimitReachedError, alone
from portal.hubs.labels import photos, read_photo

AT_ONCE: Final = max(1, min(2, (os.cpu_count() or 1) - 1))
"""How many photos a machine reads at a time; a processor is left for pages."""
MARGIN: Final = timedelta(seconds=5)
QUICK_SECONDS: Final = 1.0
"""Of the processor. Photos of labels take a tenth to a half of it."""
SLOW: Final = Backoff("slow photos", free=0, longest=timedelta(minutes=2))


@dataclass(frozen=True, slots=True)
class Copies:
    """A photo drawn anew in two sizes, both JPEG; the large one's measures in pixels."""

    large: bytes
    small: bytes
    width: int
    height: int


def read_label(file: IO[bytes], person: UUID) -> str:
    """The text of the code in the person's photo, as `photos.read_label` finds it.

    Within `settings.PHOTO_SECONDS`, a whole number. Raises `photos.PhotoProblem`: of kind "busy"
    while another photo of the person, or as many as may be at a time, are being read; and for a
    while, longer each time, after one of theirs that took long.
    """
    return str(_read(file, read_photo.TEXT, person)["text"])


def copies(file: IO[bytes], person: UUID) -> Copies:
    """The person's photo drawn anew, as `redraw.copies` does, within the same limits.

    Raises `photos.PhotoProblem` likewise.
    """
    drawn = _read(file, read_photo.COPIES, person)
    return Copies(
        large=base64.b64decode(drawn["large"]),
        small=base64.b64decode(drawn["small"]),
        width=int(drawn["width"]),
        height=int(drawn["height"]),
    )


def _read(file: IO[bytes], wanted: str, person: UUID) -> dict[str, Any]:
    content = photos.content_of(file)
    longest = timedelta(seconds=settings.PHOTO_SECONDS) + MARGIN
    whom = str(person)
    with alone("photo of a person", whom, at_most=longest) as is_first:
        if is_first and not _has_to_wait(whom):
            return _read_in_a_place(content, wanted, whom, longest)
    raise photos.PhotoProblem("busy")


def _has_to_wait(whom: str) -> bool:
    try:
        SLOW.check(whom)
    except LimitReachedError:
        return True
    return False


def _read_in_a_place(content: bytes, wanted: str, whom: str, longest: timedelta) -> dict[str, Any]:
    for number in range(AT_ONCE):
        with alone("photo", f"{socket.gethostname()} {number}", at_most=longest) as is_free:
            if is_free:
                return _read_counted(content, wanted, whom)
    raise photos.PhotoProblem("busy")


def _read_counted(content: bytes, wanted: str, whom: str) -> dict[str, Any]:
    """Read the photo, and count it where it takes long: nothing that is read forgives that."""
    outcome = _read_apart(content, wanted)
    if outcome["seconds"] > QUICK_SECONDS:
        # Two of one person's at a time are rare, and counted once.
        with contextlib.suppress(LimitReachedError):
            SLOW.take(whom)
    if problem := outcome.get("problem"):
        raise photos.PhotoProblem(problem)
    return outcome


def _read_apart(content: bytes, wanted: str) -> dict[str, Any]:
    seconds = settings.PHOTO_SECONDS
    try:
        return apart.answer(
            read_photo.__name__, str(seconds), wanted, content=content, seconds=seconds
        )
    except apart.GivenUpError:
        return {"problem": "too_slow", "seconds": math.inf}
