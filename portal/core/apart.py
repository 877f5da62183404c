"""Work on a stranger's file in a process of its own, within limits: it harms nobody else.

A file of a few kilobytes can be made to keep its reader busy for minutes, and take all memory. The
process gets the file and answers in JSON; it is killed when it takes too long. Nothing of Django is
loaded here: whoever reads such files needs no setting, and is to have no secret.
"""

import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

_ROOT: Final = Path(__file__).parents[2]
KINDNESS: Final = 10
"""How much pages come before such work where the processor is short: see nice(2)."""


class GivenUpError(Exception):
    """It took too long, or too much, or ended without an answer."""


def answer(module: str, *words: str, content: bytes, seconds: float) -> dict[str, Any]:
    """Run the module in a process of its own, with these words, and return its answer.

    It reads the content from its standard input. Raises GivenUpError, after so many seconds at the
    latest.
    """
    try:
        done = subprocess.run(  # noqa: S603 - the command is our own
            [sys.executable, "-E", "-s", "-m", module, *words],
            cwd=_ROOT,
            # The portal's own environment holds its secrets.
            env={},
            input=content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
            check=False,
        )
        found: dict[str, Any] = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError):
        # Killed, by us or by its own limits, before it had anything to say.
        raise GivenUpError from None
    return found


def limit(seconds: int, most_bytes: int) -> None:
    """Give this process so many seconds of the processor, so much address space, and no more."""
    resource.setrlimit(resource.RLIMIT_AS, (most_bytes, most_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(KINDNESS)
