"""The database's own refusal to change or remove the rows of a table."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.backends.base.base import BaseDatabaseWrapper


@dataclass(frozen=True, slots=True)
class AppendOnly:
    """Guards `table`: whoever would change or remove a row of it is told the `refusal`.

    Both are constants of the source: they stand in statements as they are.
    """

    table: str
    refusal: str

    def install(self, connection: BaseDatabaseWrapper) -> None:
        """Put the guard in place."""
        is_sqlite = connection.vendor == "sqlite"
        _run(connection, self._sqlite() if is_sqlite else self._postgresql())

    def remove(self, connection: BaseDatabaseWrapper) -> None:
        """Take the guard away, as undoing its migration and emptying a test database need."""
        table = self.table
        if connection.vendor == "sqlite":
            verbs = ("update", "delete", "replace")
            _run(connection, [f"DROP TRIGGER IF EXISTS {table}_no_{verb}" for verb in verbs])
            return
        names = (f"{table}_no_change", f"{table}_no_truncate")
        _run(connection, [f"DROP TRIGGER IF EXISTS {name} ON {table}" for name in names])
        _run(connection, [f"DROP FUNCTION IF EXISTS {table}_refuse()"])

    def _sqlite(self) -> Iterable[str]:
        table, abort = self.table, f"BEGIN SELECT RAISE(ABORT, '{self.refusal}'); END"
        for verb in ("update", "delete"):
            yield f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table} {abort}"
        # INSERT OR REPLACE removes the row in its way without firing a delete trigger.
        yield (
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "  # noqa: S608 - constants
            f"WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id OR rowid = NEW.rowid) {abort}"
        )

    def _postgresql(self) -> Iterable[str]:
        table = self.table
        yield (
            f"CREATE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{self.refusal}'; END $$"
        )
        yield (
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {table}_refuse()"
        )
        yield (
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse()"
        )


def _run(connection: BaseDatabaseWrapper, statements: Iterable[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
