"""Whether the portal can do its work: a few checks, asked rarely and never waited for long.

They are made in a thread of their own, one at a time in each process. However many ask, and
however long the database hangs, nobody waits for more than PATIENCE, and it is asked at most once
in KEPT.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from functools import cache
from typing import Final

from django.db import connection, connections
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from portal.core.models import Heartbeat
from portal.orgs import encryption
from portal.orgs.encryption import Secret
from portal.orgs.models import ApiCredential

logger = logging.getLogger(__name__)

KEPT: Final = 1.0
PATIENCE: Final = 3.0
# One organisation's key may be unreadable for reasons of its own.
KEYS_TRIED: Final = 5

type Check = Callable[[], bool]


class Readiness:
    """Answers whether each check is met; what did not answer in time is not."""

    def __init__(
        self, checks: Mapping[str, Check], *, patience: float = PATIENCE, kept: float = KEPT
    ) -> None:
        self._checks = checks
        self._patience = patience
        self._kept = kept
        self._lock = threading.Lock()
        self._round: _Round | None = None

    def ask(self) -> dict[str, bool]:
        """Return whether each check is met, by its name."""
        with self._lock:
            if self._round is None or self._round.is_over(self._kept):
                self._round = _Round(self._checks)
                threading.Thread(target=self._round.run, name="readiness", daemon=True).start()
            asked = self._round
        asked.done.wait(max(0.0, asked.began + self._patience - time.monotonic()))
        return {name: asked.met.get(name, False) for name in self._checks}


class _Round:
    """One time of making all checks, one after the other."""

    def __init__(self, checks: Mapping[str, Check]) -> None:
        self.began = time.monotonic()
        self.met: dict[str, bool] = {}
        self.done = threading.Event()
        self._checks = checks

    def is_over(self, kept: float) -> bool:
        """Say whether it has ended, and is too old to be answered once more."""
        return self.done.is_set() and time.monotonic() - self.began >= kept

    def run(self) -> None:
        """Make the checks."""
        try:
            for name, check in self._checks.items():
                self.met[name] = _is_met(name, check)
        finally:
            connections.close_all()
            self.done.set()


def _is_met(name: str, check: Check) -> bool:
    try:
        return check()
    except Exception as error:  # noqa: BLE001 - whatever it is, the check is not met
        logger.warning("not ready: %s: %s", name, type(error).__name__)
        return False


def database_answers() -> bool:
    """Say whether the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return True


def is_migrated() -> bool:
    """Say whether the database has all that this version's migrations make.

    One that a later version has migrated has more, and serves.
    """
    return _migrations() <= MigrationRecorder(connection).applied_migrations().keys()


@cache
def _migrations() -> frozenset[tuple[str, str]]:
    return frozenset(MigrationLoader(None).disk_migrations or ())


def worker_is_heard() -> bool:
    """Say whether some worker has given a sign of life just now."""
    return Heartbeat.is_heard()


def keys_are_usable() -> bool:
    """Say whether the encryption keys open what they encrypt, and what is stored.

    Where nothing can be opened of the API keys that were stored last, the keys are the wrong ones.
    """
    tried = encryption.decrypt(encryption.encrypt(Secret("ready")))
    newest = ApiCredential.objects.order_by("-replaced_at")[:KEYS_TRIED]
    readable = [credential.is_readable for credential in newest]
    return tried == Secret("ready") and (any(readable) or not readable)


CHECKS: Final[Mapping[str, Check]] = {
    "database": database_answers,
    "migrations": is_migrated,
    "worker": worker_is_heard,
    "encryption_keys": keys_are_usable,
}
readiness: Final = Readiness(CHECKS)
