"""Measuring in processes that have just begun, as web processes have.

One that has made a million rows is slower at whatever it does, by half as much again. Two of them,
each with a database of its own, take turns: whatever else the machine does meets both alike.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any
from uuid import UUID

import django

type Measure = Callable[[str], tuple[float, float]]
"""Does the work of this name once, and returns what it cost and how long it took, in seconds."""

_works: dict[str, Callable[[], object]] = {}


@contextmanager
def process(database: str, readers: dict[str, Any], claim: UUID) -> Iterator[Measure]:
    """Give what measures one work after another there; `readers` by their ids."""
    with get_context("spawn").Pool(1, _begin, (database, readers, claim)) as pool:
        yield lambda name: pool.apply(_measured, (name,))


def _begin(database: str, readers: dict[str, Any], claim: UUID) -> None:
    os.environ["DATABASE_URL"] = database
    django.setup()
    # Only now can what imports models be imported.
    from bench.pages import Readers, works  # noqa: PLC0415
    from portal.claims.models import Claim  # noqa: PLC0415

    _works.update(works(Readers.known(readers), Claim.objects.get(pk=claim)))


def _measured(name: str) -> tuple[float, float]:
    from bench.history import cost_of  # noqa: PLC0415

    return cost_of(_works[name])
