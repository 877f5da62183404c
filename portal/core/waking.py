"""How an idle worker learns that something is due: it looks now and then, and is told.

PostgreSQL tells it. A trigger on every table of due work sends word in the transaction in which a
row becomes due, so no row is told of before it can be seen, and none is forgotten by whoever writes
it. Word may be lost all the same, with the connection that listens for it: a worker looks once in
`LOOK_SECONDS` whatever it hears. In SQLite, where a look costs next to nothing, nobody tells it.
"""

import contextlib
import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from threading import Event, Thread
from typing import Any, Final, NamedTuple

from django.apps import AppConfig
from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone

from portal.core.leasing import Leased, leased_models

logger = logging.getLogger(__name__)

# How often a worker looks that hears nothing, where the database tells it.
LOOK_SECONDS: Final = 1.0
# The same where it does not.
POLL_SECONDS: Final = 0.1
# How long the listener waits for word before it looks whether it is to stop.
HEAR_SECONDS: Final = 1.0
CHANNEL: Final = "portal_due"
# A machine that is gone says nothing: without these, nobody would notice for hours.
_KEPT_ALIVE: Final = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}

_FUNCTION: Final = f"""
    CREATE OR REPLACE FUNCTION portal_tell_of_due() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_notify('{CHANNEL}', ''); RETURN NULL; END $$
"""
# A little ahead: web and database have clocks of their own, and a worker looks when it is due.
_TRIGGER: Final = """
    CREATE TRIGGER portal_tells_of_due AFTER INSERT OR UPDATE OF due_at ON {table} FOR EACH ROW
    WHEN (NEW.due_at <= clock_timestamp() + interval '1 second')
    EXECUTE FUNCTION portal_tell_of_due()
"""
_HAS_TRIGGER: Final = """
    SELECT 1 FROM pg_trigger WHERE tgname = 'portal_tells_of_due' AND tgrelid = %s::regclass
"""


class Outlook(NamedTuple):
    """Whether a row's time has come, leased or not, and in how many seconds to look again."""

    some_due: bool
    wait: float


def tells(database: BaseDatabaseWrapper) -> bool:
    """Say whether the database tells of what becomes due."""
    return database.vendor == "postgresql"


def install(sender: AppConfig, using: str, **_: Any) -> None:
    """Have the database tell of each row of an app's that becomes due: after its migrations.

    So no migration has to remember it, of whichever room. Where it is installed, nothing is locked.
    """
    database = connections[using]
    if not tells(database):
        return
    models = [model for model in sender.get_models() if issubclass(model, Leased)]
    present = database.introspection.table_names() if models else []
    with database.cursor() as cursor:
        for table in {model._meta.db_table for model in models}.intersection(present):
            quoted = database.ops.quote_name(table)
            cursor.execute(_HAS_TRIGGER, [quoted])
            if cursor.fetchone() is None:
                cursor.execute(_FUNCTION)
                cursor.execute(_TRIGGER.format(table=quoted))


def outlook() -> Outlook:
    """Look at all due work in one statement, where the database tells of the rest."""
    if not tells(connection):
        return Outlook(True, POLL_SECONDS)
    now = timezone.now()
    look_again = now + timedelta(seconds=LOOK_SECONDS)
    with connection.cursor() as cursor:
        cursor.execute(_look(), {"now": now, "until": look_again})
        some_due, next_due = cursor.fetchone() or (False, None)
    return Outlook(some_due, _seconds(now, next_due))


def _seconds(now: datetime, next_due: datetime | None) -> float:
    return LOOK_SECONDS if next_due is None else (next_due - now).total_seconds()


@cache
def _look() -> str:
    """Return the statement; the index of what is due serves each part of it."""
    tables = [connection.ops.quote_name(model._meta.db_table) for model in leased_models()]
    come = " OR ".join(
        f"EXISTS (SELECT 1 FROM {table} WHERE due_at <= %(now)s)"  # noqa: S608 - names of models
        for table in tables
    )
    ahead = ", ".join(
        f"(SELECT min(due_at) FROM {table} WHERE due_at > %(now)s AND due_at <= %(until)s)"  # noqa: S608
        for table in tables
    )
    return f"SELECT {come}, LEAST({ahead})"


class Bell:
    """Rings when a worker should look: something became due, or one of its threads fell free."""

    def __init__(self) -> None:
        self._rung = Event()
        self._closing = Event()
        self._listener: Thread | None = None

    def ring(self, *_: object) -> None:
        """Have the next or present `wait` end. Not for signal handlers: it takes a lock."""
        self._rung.set()

    def wait(self, seconds: float) -> None:
        """Wait until it rings, or so long."""
        self._rung.wait(seconds)
        self._rung.clear()

    @contextlib.contextmanager
    def listening(self) -> Iterator[None]:
        """Ring also when the database tells of something due, if it does."""
        if tells(connection):
            self._listener = Thread(target=self._listen, name="listener", daemon=True)
            self._listener.start()
        try:
            yield
        finally:
            self._closing.set()
            if self._listener is not None:
                self._listener.join(2 * HEAR_SECONDS)

    def _listen(self) -> None:
        """Listen on a connection of its own; make another where it is lost."""
        from psycopg import Error  # noqa: PLC0415 - only PostgreSQL needs it

        while not self._closing.is_set():
            try:
                self._hear()
            except Error as error:
                logger.warning("nobody tells of what is due: %s", type(error).__name__)
                self._closing.wait(HEAR_SECONDS)

    def _hear(self) -> None:
        from psycopg import connect  # noqa: PLC0415

        parameters: dict[str, Any] = connection.get_connection_params() | _KEPT_ALIVE
        with connect(**parameters, autocommit=True) as listening:
            listening.execute(f"LISTEN {CHANNEL}")
            self.ring()  # What became due before it listened, nobody told it of.
            while not self._closing.is_set():
                for _ in listening.notifies(timeout=HEAR_SECONDS, stop_after=1):
                    self.ring()
