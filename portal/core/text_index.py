"""Rows by any part of a text of theirs, through an index: what searches of several tables share.

PostgreSQL has an index on every three characters of a text (pg_trgm). SQLite has a table of its own
for that (FTS5), which triggers fill. Both answer the same, for three characters and more.

A migration that makes SQLite build the searched table anew loses the triggers: it has to make them
again. A test says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import Model, Q, TextField
from django.db.models.expressions import RawSQL

from portal.core.folding import folded

SHORTEST: Final = 3
# Of more rows than that, anybody's, the newest of a list are found sooner by looking at them.
MANY: Final = 1_000


@dataclass(frozen=True)
class TextIndex:
    """An index over texts of a table: its own table on SQLite, and the column of ids there.

    Over one column, `search_text`, unless a question names another that it has as well.
    """

    table: str
    row: str
    on_postgresql: Sequence[str]
    on_sqlite: Sequence[str]

    def make(self, editor: BaseDatabaseSchemaEditor) -> None:
        """Make the index and its triggers: a migration's step."""
        on_postgresql = editor.connection.vendor == "postgresql"
        for statement in self.on_postgresql if on_postgresql else self.on_sqlite:
            editor.execute(statement, params=None)

    def matching(self, wanted: str, column: str = "search_text") -> Q:
        """Return the condition that `wanted`, of three characters at least, is in the column."""
        found = Q(**{f"{column}__contains": wanted})
        if connection.vendor == "sqlite":
            query = f"SELECT {self.row} FROM {self.table} WHERE words MATCH %s"  # noqa: S608
            found = Q(pk__in=RawSQL(query, (_phrase(wanted),))) & found  # noqa: S611
        return found

    def is_common(self, wanted: str) -> bool:
        """Whether so many rows have it that it takes long to name them: MANY, of anybody's."""
        if connection.vendor != "sqlite" or len(wanted) < SHORTEST:
            return False  # PostgreSQL names the first of them at once.
        query = f"SELECT count(*) FROM (SELECT 1 FROM {self.table} WHERE words MATCH %s LIMIT %s)"  # noqa: S608
        with connection.cursor() as cursor:
            cursor.execute(query, (_phrase(wanted), MANY))
            return bool(cursor.fetchone()[0] == MANY)


class FoldedText(TextField[str, str]):
    """The text of another column, `of`, folded: written with the row, whoever writes it.

    An `update` of that column has to write this one as well.
    """

    def __init__(self, *args: Any, of: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.of = of

    def pre_save(self, model_instance: Model, add: bool) -> str:
        """Return the other column's text as it is searched."""
        text = folded(getattr(model_instance, self.of))
        setattr(model_instance, self.attname, text)
        return text

    def deconstruct(self) -> Any:
        """Return what a migration says: in the database it is a text."""
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.TextField", args, kwargs


def _phrase(wanted: str) -> str:
    return '"{}"'.format(wanted.replace('"', '""'))
