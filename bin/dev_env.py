"""Make the secrets of a development machine, once.

Usage: dev_env.py FILE

An existing file is left alone: with other encryption keys, the API keys stored in the
development database could no longer be read.
"""

import base64
import os
import secrets
import sys
from pathlib import Path


def make(path: Path) -> None:
    """Write a fresh environment file that only its owner can read, unless there is one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return
    encryption_key = base64.urlsafe_b64encode(os.urandom(32)).decode()
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write("# Made by `make run` for this machine only.\n")
        file.write(f"PORTAL_SECRET_KEY={secrets.token_urlsafe(50)}\n")
        file.write(f"PORTAL_ENCRYPTION_KEYS={encryption_key}\n")


if __name__ == "__main__":
    make(Path(sys.argv[1]))
