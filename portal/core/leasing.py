"""Leasing: a row is worked on by one worker at a time, and a late one cannot write.

Due work of every kind is a row of a `Leased` model. A lease is a compare-and-set that raises
the row's epoch: a holder of an older epoch changes nothing any more. A lease that nobody
gives back runs out, or is taken from a worker that is dead.
"""

import os
import socket
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, ClassVar, Final, NamedTuple

from django.apps import apps
from django.db import connection, models, transaction
from django.db.models import F, Max, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.core.prepared import Prepared

# By how much the clocks of two machines may differ before one counts as put back.
CLOCKS_APART: Final = timedelta(minutes=2)


class ClockPutBackError(Exception):
    """What stands by the clock nobody can say: it was put back, and is not made up for yet.

    A worker does that at its next heartbeat: `correct_clock`.
    """


class Bound(NamedTuple):
    """How far ahead of now a time may lie, and where it is put otherwise; None empties it."""

    longest: timedelta
    instead: timedelta | None


class Timed(models.Model):
    """A row with times that lie ahead, which a clock that is put back makes too long."""

    BOUNDS: ClassVar[Mapping[str, Bound]] = {}
    # Of which rows the times matter. Where there may be many others, an index serves it.
    TIMED: ClassVar[Q] = Q()

    class Meta:
        abstract = True


class Leased(Timed):
    """A row that a worker takes up when it is due.

    `due_at` is when it is to be worked on next, None when nothing is to be done; it is written
    by `due_at()` and `given_back()` alone, since `timed_at` goes with it: the moment at which
    that was planned. Ahead of the clock, it shows that the clock was put back, and by how much.
    A worker writes only under the epoch it leased. A row has one lease, and so one kind of work
    at a time; where it has several kinds in its life, its other columns say which is due.
    """

    # How long a worker may hold such a row.
    LEASE: ClassVar[timedelta]
    TIMED: ClassVar[Q] = Q(due_at__isnull=False)

    due_at = models.DateTimeField(_("due at"), null=True)
    timed_at = models.DateTimeField(_("timed at"), default=timezone.now)
    lease_until = models.DateTimeField(_("lease until"), null=True)
    leased_by = models.CharField(_("leased by"), max_length=120, blank=True)
    epoch = models.PositiveIntegerField(_("epoch"), default=0)

    class Meta:
        abstract = True
        indexes = [
            models.Index(
                fields=("due_at",), condition=Q(due_at__isnull=False), name="%(class)s_due"
            ),
            models.Index(
                fields=("lease_until",),
                condition=Q(lease_until__isnull=False),
                name="%(class)s_leased",
            ),
        ]


class LeaseLostError(Exception):
    """The row was leased to somebody else, or moved by a person, meanwhile."""


@dataclass(frozen=True, slots=True)
class Lease[Row: Leased]:
    """The right to work on one row, until it runs out or another epoch begins."""

    model: type[Row]
    pk: Any
    epoch: int

    def row(self, *, for_at_least: timedelta | None = None) -> QuerySet[Row]:
        """Return the leased row, or nothing once the lease is lost: to read and to write.

        `for_at_least` also demands that the lease lasts so much longer.
        """
        rows = self.model._default_manager.filter(pk=self.pk, epoch=self.epoch)
        if for_at_least is not None:
            rows = rows.filter(lease_until__gte=timezone.now() + for_at_least)
        return rows

    def write(self, *, for_at_least: timedelta | None = None, **fields: Any) -> None:
        """Write to the row. Raises LeaseLostError when the lease is lost."""
        if not self.row(for_at_least=for_at_least).update(**fields):
            raise LeaseLostError


def holder() -> str:
    """Return this process's name, as leases and heartbeats have it."""
    return f"{socket.gethostname()}-{os.getpid()}"


def due_at(at: Any) -> dict[str, Any]:
    """Return the fields of a row that is to be worked on at that time (None: never)."""
    return {"due_at": at, "timed_at": timezone.now()}


def given_back(at: Any) -> dict[str, Any]:
    """Return the fields of a row whose lease ends, due again at that time (None: never)."""
    return due_at(at) | {"lease_until": None}


def taken_away() -> dict[str, Any]:
    """Return the fields of a row that its holder, if it has one, is to write no more to."""
    return {"epoch": F("epoch") + 1, "lease_until": None}


def due[Row: Leased](rows: QuerySet[Row]) -> QuerySet[Row]:
    """Return those of the rows that are due and nobody's, in no order.

    In the order that pages show, a database may go through all rows there are.
    """
    now = timezone.now()
    free = Q(lease_until=None) | Q(lease_until__lte=now)
    return rows.filter(free, due_at__lte=now).order_by()


@cache
def _when_due(model: type[Leased]) -> Prepared:
    def at(now: Any) -> QuerySet[Any, tuple[Any, ...]]:
        return model._default_manager.filter(due_at__lte=now).order_by().values_list("due_at")[:1]

    return Prepared(at, kept_for=timedelta.max, now=models.DateTimeField())


def some_planned(model: type[Leased]) -> bool:
    """Say whether a row's time has come, leased or not: where none's has, nothing is `due()`.

    Workers ask it of every model all the time, so it is a statement that is compiled once.
    """
    return bool(_when_due(model).rows(now=timezone.now()))


def under_way[Row: Leased](rows: QuerySet[Row]) -> QuerySet[Row]:
    """Return those of the rows that are with a worker now, in no order."""
    return rows.filter(lease_until__gt=timezone.now()).order_by()


def room(model: type[Leased], most: int) -> int:
    """Return how many more rows may be leased, where all workers together hold `most`.

    Two that lease in one moment may pass it.
    """
    return max(0, most - under_way(model._default_manager.all()).count())


def some_within(due_rows: QuerySet[Any], most: int) -> bool:
    """Say whether a row of these, which are `due()`, may be leased where all hold `most`."""
    return due_rows.exists() and room(due_rows.model, most) > 0


def take_within[Row: Leased](due_rows: QuerySet[Row], limit: int, most: int) -> list[Lease[Row]]:
    """Lease at most `limit` of these rows, as long as all workers together hold `most`."""
    with transaction.atomic():
        return take(due_rows, min(limit, room(due_rows.model, most)))


def some_unserved(due_rows: QuerySet[Any], most: int, *, by: str) -> bool:
    """Say whether a row of these is of an owner none of whose rows is with a worker now."""
    owners = _owners_under_way(due_rows.model, by)
    unserved = due_rows.exclude(**{f"{by}__in": list(owners)})
    return unserved.exists() and owners.total() < most


def take_in_turns[Row: Leased](
    due_rows: QuerySet[Row], limit: int, most: int, *, by: str, unserved_only: bool = False
) -> list[Lease[Row]]:
    """Lease at most `limit` of these rows, each owner's longest due first, the owners in turns.

    `by` is the field that names a row's owner. What an owner has under way counts as turns it has
    had, or the one with the longest queue would win each time that a single thread falls free.
    `unserved_only` leases one row each for owners of whom no worker has any. All workers together
    hold `most` at a time. An index on the owner and `due_at` serves this, however long a queue is.
    """
    with transaction.atomic():
        under_way = _owners_under_way(due_rows.model, by)
        free = max(0, min(limit, most - under_way.total()))
        if not free:
            return []
        owners = sorted(_owners_due(due_rows, by), key=lambda owner: under_way[owner])
        if unserved_only:
            owners = [owner for owner in owners if not under_way[owner]]
        most_each = 1 if unserved_only else free
        waiting = [
            turn
            for owner in owners[:free]  # Nobody after them has a turn yet.
            for turn in _turns(due_rows.filter(**{by: owner}), under_way[owner], most_each)
        ]
        chosen = [pk for *_, pk in sorted(waiting)[:free]]
        return take(due_rows.filter(pk__in=chosen), free)


def _turns(rows: QuerySet[Any], had: int, most: int) -> list[tuple[int, datetime, Any]]:
    """Return an owner's next rows, at most so many: which turn each is, since when due, its key."""
    longest_due = rows.order_by("due_at").values_list("due_at", "pk")[:most]
    return [(had + turn, since, pk) for turn, (since, pk) in enumerate(longest_due, start=1)]


def _owners_under_way(model: type[Leased], by: str) -> Counter[Any]:
    """Return how many rows each owner has with workers now."""
    rows = under_way(model._default_manager.order_by())
    return Counter(rows.values_list(by, flat=True))


def _owners_due(due_rows: QuerySet[Any], by: str) -> QuerySet[Any, Any]:
    """Return the keys of these rows' owners, first of whom one has been due for longest."""
    owner: Any = due_rows.model._meta.get_field(by).related_model
    of_owner = due_rows.filter(**{by: OuterRef("pk")}).order_by("due_at")
    since = owner._default_manager.annotate(since=Subquery(of_owner.values("due_at")[:1]))
    waiting: QuerySet[Any, Any] = since.filter(since__isnull=False).order_by("since")
    return waiting.values_list("pk", flat=True)


def take[Row: Leased](due_rows: QuerySet[Row], limit: int) -> list[Lease[Row]]:
    """Lease at most `limit` of these rows, which are `due()`, the longest due first."""
    now, model = timezone.now(), due_rows.model
    with transaction.atomic():
        chosen = due_rows.order_by("due_at")
        if connection.features.has_select_for_update_skip_locked:
            chosen = chosen.select_for_update(skip_locked=True)
        taken = list(chosen.values_list("pk", "epoch")[: max(0, limit)])
        model._default_manager.filter(pk__in=[pk for pk, _ in taken]).update(
            epoch=F("epoch") + 1,
            lease_until=now + model.LEASE,
            leased_by=holder(),
            # So that a clock put back during the work shows.
            timed_at=now,
        )
    return [Lease(model, pk, epoch + 1) for pk, epoch in taken]


def leased_models() -> list[type[Leased]]:
    """Return the models of due work."""
    return [model for model in apps.get_models() if issubclass(model, Leased)]


def release(holders: Collection[str]) -> int:
    """Take the leases of workers that are dead, by their names. Return how many there were.

    One that lives after all is fenced: it neither sends nor writes any more.
    """
    if not holders:
        return 0
    return sum(
        under_way(model._default_manager.filter(leased_by__in=holders)).update(**taken_away())
        for model in leased_models()
    )


def correct_clock() -> int:
    """Put right the times that were set before the clock was put back. Return of how many rows.

    Without this a row would rest, or stay leased, for as long as the clock went back. What was
    planned is brought back by as much; other times are kept within their bounds. Where nothing
    is wrong this only reads: a worker may ask at every heartbeat. A clock that is put forward
    needs no cure: leases are fenced, and what is due early is done early.
    """
    now = timezone.now()
    timed = [model for model in apps.get_models() if issubclass(model, Timed)]
    counts = {model: _set_ahead(model, now).count() for model in timed}
    wrong = [model for model, count in counts.items() if count]
    last = max((_last_planned(model) or now for model in wrong), default=now)
    for model in wrong:
        _bring_back(model, now, last - now)
    return sum(counts.values())


def _bounds(model: type[Timed]) -> dict[str, Bound]:
    if issubclass(model, Leased):
        return {"lease_until": Bound(model.LEASE, model.LEASE), **model.BOUNDS}
    return dict(model.BOUNDS)


def _too_far(name: str, bound: Bound, now: datetime) -> Q:
    return Q((f"{name}__gt", now + bound.longest + CLOCKS_APART))


def _planned_ahead(now: datetime) -> Q:
    return Q(timed_at__gt=now + CLOCKS_APART)


def _set_ahead(model: type[Timed], now: datetime) -> QuerySet[Timed]:
    """Return the rows with a time that cannot have been set by the clock as it is now."""
    wrong = [_too_far(name, bound, now) for name, bound in _bounds(model).items()]
    if issubclass(model, Leased):
        wrong.append(_planned_ahead(now))
    return model._default_manager.filter(model.TIMED, Q(*wrong, _connector=Q.OR))


def _last_planned(model: type[Timed]) -> datetime | None:
    """Return what the clock last said when a row that was planned ahead of now was planned."""
    if not issubclass(model, Leased):
        return None
    ahead = model._default_manager.filter(model.TIMED, _planned_ahead(timezone.now()))
    last: datetime | None = ahead.aggregate(last=Max("timed_at"))["last"]
    return last


def _bring_back(model: type[Timed], now: datetime, step: timedelta) -> None:
    rows = model._default_manager.filter(model.TIMED)
    for name, bound in _bounds(model).items():
        instead = None if bound.instead is None else now + bound.instead
        rows.filter(_too_far(name, bound, now)).update(**{name: instead})
    if issubclass(model, Leased):
        planned = {"due_at": F("due_at") - step, "timed_at": F("timed_at") - step}
        rows.filter(_planned_ahead(now)).update(**planned)
