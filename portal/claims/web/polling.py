"""A glance at a claim: all that a poll compares, and whether the person may see it.

Almost every poll finds nothing new, and Django takes twenty times longer to build and compile
the statement than the database to answer it. So the compiled statement is kept, with places
for the person and the claim. Who may see what is still decided by `visible_to`, in the
database, at every poll; only the time that it compares with the end of a membership stands in
the statement, and is a second old at most.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from django.db import connection
from django.db.models import Expression, Model, UUIDField
from django.db.models.sql import Query
from django.utils import timezone

from portal.claims.display import timeline
from portal.claims.models import SUCCEEDED, Claim
from portal.hubs.models import Hub
from portal.orgs.models import User

KEPT_FOR = timedelta(seconds=1)


def _in_order(model: type[Model], *names: str) -> tuple[str, ...]:
    """Return the columns in the model's own order, as `from_db` takes them."""
    return tuple(field.attname for field in model._meta.concrete_fields if field.attname in names)


OF_CLAIM = _in_order(
    Claim,
    *("id", "hub_id", "acting_organisation_id", "state", "version", "created_at", "finished_at"),
)
OF_HUB = _in_order(Hub, "id", "version", "binding", "online", "read_at", "watched_until")


class Place(Expression):
    """A place in a statement, for an id that is known when it is executed."""

    def __init__(self, name: str) -> None:
        super().__init__(output_field=UUIDField())
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
    columns: list[Any]

    def filled(self, ids: dict[str, uuid.UUID]) -> list[Any]:
        """Return the parameters with the ids in their places."""
        return [
            parameter.output_field.get_db_prep_value(ids[parameter.name], connection)
            if isinstance(parameter, Place)
            else parameter
            for parameter in self.parameters
        ]


_kept: dict[str, _Statement] = {}


def poll_state(user: User, pk: uuid.UUID) -> Claim | None:
    """Return the claim with its hub, or None when the person may not see it, or there is none.

    Columns other than OF_CLAIM and OF_HUB are read when somebody asks for them.
    """
    statement = _statement()
    with connection.cursor() as cursor:
        cursor.execute(statement.sql, statement.filled({"person": user.pk, "claim": pk}))
        found = cursor.fetchall()
    compiler = statement.query.get_compiler(connection=connection)
    for row in compiler.apply_converters(found, compiler.get_converters(statement.columns)):
        claim = Claim.from_db(connection.alias, OF_CLAIM, row[: len(OF_CLAIM)])
        claim.hub = Hub.from_db(connection.alias, OF_HUB, row[len(OF_CLAIM) :])
        return claim
    return None


def _statement() -> _Statement:
    now = timezone.now()
    kept = _kept.get(connection.alias)
    if kept is None or abs(now - kept.made_at) > KEPT_FOR:
        kept = _kept[connection.alias] = _compile(now)
    return kept


def _compile(now: datetime) -> _Statement:
    person = cast("User", Place("person"))
    claims = Claim.objects.visible_to(person).filter(pk=Place("claim")).order_by()
    query = claims.values_list(*OF_CLAIM, *(f"hub__{name}" for name in OF_HUB)).query
    compiler = query.get_compiler(connection=connection)
    sql, parameters = compiler.as_sql()
    columns = [column for column, _, _ in compiler.select or ()]
    return _Statement(now, query, sql, tuple(parameters), columns)


def seen(claim: Claim) -> str:
    """Return what a page must show to be up to date.

    The claim's version, its hub's, the pace, and whether what was read of the hub is fresh.
    """
    pace = 0 if timeline.is_settled(claim) else timeline.pace(claim)
    fresh = int(claim.state in SUCCEEDED and timeline.is_fresh(claim))
    return f"{claim.version}.{claim.hub.version}.{pace}.{fresh}"
