"""Reads one photo in a process of its own, within limits: a photo in, JSON out.

Run by `photo_reader` with the seconds it may take, and what is wanted of the photo. Nothing of
Django is loaded, and no setting or secret is at hand: a picture is a stranger's file, and its
decoders are written in C.
"""

import json
import sys
import time
from typing import Any, Final

from portal.core import apart
from portal.hubs.labels import photos
from portal.hubs.photos import redraw

TEXT: Final = "text"
"""What is wanted: the text of the code in a photo of a label."""
COPIES: Final = "copies"
"""What is wanted: the photo drawn anew, as `redraw.copies` does."""

BYTES: Final = 512 * 1024 * 1024
"""Of address space. A photo of the most pixels that are read takes some 420 MB of it."""
LOOKING: Final = 0.5
"""In what share of its time a photo is looked at in yet another way."""


def main(seconds: int, wanted: str = TEXT) -> None:
    """Read the photo on standard input; write what is wanted or the "problem", and "seconds".

    It is given up after so many seconds of the processor, whoever waits for it or not; `seconds`
    are how many it took.
    """
    apart.limit(seconds, BYTES)
    outcome = _outcome(sys.stdin.buffer.read(), wanted, seconds * LOOKING)
    json.dump({**outcome, "seconds": round(time.process_time(), 2)}, sys.stdout)


def _outcome(content: bytes, wanted: str, looking: float) -> dict[str, Any]:
    try:
        if wanted == COPIES:
            return redraw.copies(content)
        return {"text": photos.read_label(content, lambda: time.process_time() < looking)}
    except photos.PhotoProblem as problem:
        return {"problem": problem.kind}
    except MemoryError:
        return {"problem": "too_big"}


if __name__ == "__main__":
    main(int(sys.argv[1]), *sys.argv[2:])
