"""Reading a stranger's photo without harm to anybody else: apart, briefly, one a person.

A picture of a few kilobytes can keep a decoder busy for minutes, and take all memory. So each is
read by a process of its own, which is killed when it takes too long. So many at a time are read on
a machine; a photo that finds them taken is refused at once, since whoever waited here would hold
one of the few threads that answer everybody.
"""

import json
import os
import socket
import subprocess
import sys
from datetime import timedelta
from typing import IO, Final
from uuid import UUID

from django.conf import settings

from portal.core.throttle import Backoff, LimitReachedError, alone
from portal.hubs.labels import photos, read_photo

AT_ONCE: Final = max(1, min(2, (os.cpu_count() or 1) - 1))
"""How many photos a machine reads at a time; a processor is left for pages."""
MARGIN: Final = timedelta(seconds=5)
# Whose photos take too long has to wait longer and longer: others want the places, too.
SLOW: Final = Backoff("slow photos", free=2, longest=timedelta(minutes=10))


def read_label(file: IO[bytes], person: UUID) -> str:
    """The text of the code in the person's photo, as `photos.read_label` finds it.

    Within `settings.PHOTO_SECONDS`, a whole number. Raises `photos.PhotoProblem`: of kind "busy"
    while another photo of the person, or as many as may be at a time, are being read.
    """
    content = photos.content_of(file)
    longest = timedelta(seconds=settings.PHOTO_SECONDS) + MARGIN
    with alone("photo of a person", str(person), at_most=longest) as is_first:
        if is_first:
            return _read_in_a_place(content, person, longest)
    raise photos.PhotoProblem("busy")


def _read_in_a_place(content: bytes, person: UUID, longest: timedelta) -> str:
    for number in range(AT_ONCE):
        with alone("photo", f"{socket.gethostname()} {number}", at_most=longest) as is_free:
            if is_free:
                return _read_counted(content, str(person))
    raise photos.PhotoProblem("busy")


def _read_counted(content: bytes, whom: str) -> str:
    """Read the photo; a person whose photos took too long has to wait before the next."""
    try:
        SLOW.take(whom)
        text = _read_apart(content)
    except LimitReachedError:
        raise photos.PhotoProblem("busy") from None
    except photos.PhotoProblem as problem:
        if problem.kind != "too_slow":
            SLOW.forgive(whom)
        raise
    SLOW.forgive(whom)
    return text


def _read_apart(content: bytes) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - the command is our own
            [sys.executable, "-E", "-s", "-m", read_photo.__name__, str(settings.PHOTO_SECONDS)],
            cwd=settings.BASE_DIR,
            # The portal's own environment holds its secrets.
            env={},
            input=content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=settings.PHOTO_SECONDS,
            check=False,
        )
        outcome = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError):
        # Killed, by us or by its own limits, before it had anything to say.
        raise photos.PhotoProblem("too_slow") from None
    if problem := outcome.get("problem"):
        raise photos.PhotoProblem(problem)
    return str(outcome["text"])
