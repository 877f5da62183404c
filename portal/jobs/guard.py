"""The database's own refusal to change or remove what was handed over."""

from django.db.backends.base.base import BaseDatabaseWrapper

from portal.core.append_only import AppendOnly

REFUSAL = "a handover is frozen"
GUARDS = tuple(
    AppendOnly(table, REFUSAL) for table in ("jobs_handover", "jobs_handoverhub", "jobs_acceptance")
)


def install(connection: BaseDatabaseWrapper) -> None:
    """Put the guards in place."""
    for guard in GUARDS:
        guard.install(connection)


def remove(connection: BaseDatabaseWrapper) -> None:
    """Take the guards away, as undoing their migration and emptying a test database need."""
    for guard in GUARDS:
        guard.remove(connection)
