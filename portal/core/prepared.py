"""A query that is compiled once and executed often, with places for its parameters.

Django takes many times longer to build and compile a statement than the database to answer it.
That is worth avoiding only where the same question is asked all the time, as by a page that polls.

This reads parts of Django's ORM that carry no promise: `Query.get_compiler`, and the compiler's
`as_sql`, `select`, `klass_info`, `annotation_col_map`, `get_converters` and `apply_converters`;
`_iterable_class` and `get_related_populators`; and PostgreSQL's `ServerBindingCursor`. It was read
against Django 6.1; a test fails under any other.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import DEFAULT_DB_ALIAS, NotSupportedError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import FETCH_ONE, Field, QuerySet, Value
from django.db.models.query import ModelIterable, get_related_populators
from django.db.models.sql import Query
from django.utils import timezone
from django.utils.module_loading import import_string

READ_AGAINST = (6, 1)
KEPT_FOR = timedelta(seconds=1)
# A statement in which nothing but its places changes.
FOR_LONG = timedelta(hours=1)
# By its name: without psycopg it cannot be imported.
BOUND_BY_SERVER = "django.db.backends.postgresql.base.ServerBindingCursor"


class Place(Value):
    """The place in a statement of a parameter that is known when the statement is executed."""

    def __init__(self, name: str, output_field: "Field[Any, Any]") -> None:
        super().__init__(None, output_field=output_field)
        self.name = name

    def as_sql(self, *_: Any, **__: Any) -> tuple[str, Any]:
        """Return a parameter that is the place itself."""
        return "%s", [self]


@dataclass(frozen=True, slots=True)
class _Statement:
    made_at: datetime
    query: Query
    sql: str
    parameters: tuple[Any, ...]
    width: int
    converters: Any
    models: "_Models | None"


class _Models:
    """How rows become the models of a queryset, as its own iterator makes them."""

    def __init__(self, compiler: Any, using: str) -> None:
        info = compiler.klass_info
        first, last = info["select_fields"][0], info["select_fields"][-1]
        self._using, self._model = using, info["model"]
        self._columns = slice(first, last + 1)
        self._names = [column.target.attname for column, *_ in compiler.select[self._columns]]
        self._related = get_related_populators(info, compiler.select, using, FETCH_ONE)
        self._annotations = compiler.annotation_col_map or {}

    def of(self, rows: list[tuple[Any, ...]]) -> Iterator[Any]:
        for row in rows:
            columns = row[self._columns]
            found = self._model.from_db(self._using, self._names, columns, fetch_mode=FETCH_ONE)
            for related in self._related:
                related.populate(row, found)
            for name, position in self._annotations.items():
                setattr(found, name, row[position])
            yield found


class Prepared:
    """A query with parameters, compiled for each database when it is first executed.

    `build` gets a place for each parameter, as a keyword argument, and returns a queryset: one of
    `values_list` for `rows`, one of models for `instances`. The parameters are given with the
    fields that adapt their values:

        recent = Prepared(
            lambda owner: Site.objects.filter(organisation=owner).values_list("name"),
            owner=UUIDField(),
        )
        recent.rows(owner=organisation.pk)

    Anything else that `build` puts into the queryset, such as the time, is fixed in the statement
    and `kept_for` old at most. A place takes no None: in SQL nothing equals it.
    """

    def __init__(
        self,
        build: Callable[..., QuerySet[Any, Any]],
        *,
        kept_for: timedelta = KEPT_FOR,
        **parameters: "Field[Any, Any]",
    ) -> None:
        self._build = build
        self._kept_for = kept_for
        self._fields = parameters
        self._kept: dict[str, _Statement] = {}

    def rows(self, using: str = DEFAULT_DB_ALIAS, /, **values: Any) -> list[tuple[Any, ...]]:
        """Return what the queryset would, with these values in the places.

        Raises TypeError when a value is missing, unknown or None.
        """
        return self._found(self._statement(connections[using]), connections[using], values)

    def instances(self, using: str = DEFAULT_DB_ALIAS, /, **values: Any) -> list[Any]:
        """Return the models that the queryset would, as `rows` does.

        They bring what it selects as related to them. It fetches nothing before it is asked for.
        """
        statement = self._statement(connections[using])
        if statement.models is None:
            raise TypeError("this is a queryset of values: ask for its rows")
        return list(statement.models.of(self._found(statement, connections[using], values)))

    def _found(
        self, statement: _Statement, connection: BaseDatabaseWrapper, values: dict[str, Any]
    ) -> list[tuple[Any, ...]]:
        if values.keys() != self._fields.keys() or None in values.values():
            raise TypeError(f"give a value to each of {sorted(self._fields)}, and to nothing else")
        parameters = self._filled(statement, values, connection)
        try:
            found = _rows(statement.sql, parameters, connection)
        except NotSupportedError:
            # A migration changed the type of a column: PostgreSQL refuses the plan that it kept.
            if connection.vendor != "postgresql" or connection.in_atomic_block:
                raise
            _forget_plans(connection)
            found = _rows(statement.sql, parameters, connection)
        compiler = statement.query.get_compiler(connection=connection)
        # Columns that only order the rows come after the others.
        converted = compiler.apply_converters(found, statement.converters)
        return [tuple(row[: statement.width]) for row in converted]

    def _filled(
        self, statement: _Statement, values: dict[str, Any], connection: BaseDatabaseWrapper
    ) -> list[Any]:
        adapted = {
            name: field.get_db_prep_value(values[name], connection)
            for name, field in self._fields.items()
        }
        return [
            adapted[parameter.name] if isinstance(parameter, Place) else parameter
            for parameter in statement.parameters
        ]

    def _statement(self, connection: BaseDatabaseWrapper) -> _Statement:
        now = timezone.now()
        kept = self._kept.get(connection.alias)
        # A clock that is put back must not keep a statement alive.
        if kept is None or abs(now - kept.made_at) > self._kept_for:
            kept = self._kept[connection.alias] = self._compile(connection, now)
        return kept

    def _compile(self, connection: BaseDatabaseWrapper, now: datetime) -> _Statement:
        places = {name: Place(name, field) for name, field in self._fields.items()}
        queryset = self._build(**places)
        query = queryset.query
        compiler = query.get_compiler(connection=connection)
        sql, parameters = compiler.as_sql()
        columns = [column for column, _, _ in compiler.select or ()]
        return _Statement(
            made_at=now,
            query=query,
            sql=sql,
            parameters=tuple(parameters),
            width=len(columns),
            converters=compiler.get_converters(columns),
            models=_Models(compiler, connection.alias) if _is_of_models(queryset) else None,
        )


def _rows(
    sql: str, parameters: list[Any], connection: BaseDatabaseWrapper
) -> list[tuple[Any, ...]]:
    with _keeps_plans(connection), connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def _forget_plans(connection: BaseDatabaseWrapper) -> None:
    # By this psycopg forgets them as well.
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")


@contextmanager
def _keeps_plans(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Have PostgreSQL keep the statements of the cursors that are made here, and their plans.

    Django's own cursors write the values into the text: then it plans anew each time, which takes
    longer than the answer.
    """
    if connection.vendor != "postgresql":
        yield
        return
    connection.ensure_connection()
    made_by: Any = connection.connection
    usual, made_by.cursor_factory = made_by.cursor_factory, import_string(BOUND_BY_SERVER)
    try:
        yield
    finally:
        made_by.cursor_factory = usual


def _is_of_models(queryset: QuerySet[Any, Any]) -> bool:
    return issubclass(queryset._iterable_class, ModelIterable)
