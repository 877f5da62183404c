"""Measuring in a process that has just begun, as a web process has.

One that has made a million rows is slower at whatever it does, by half as much again.
"""

from multiprocessing import get_context
from typing import TYPE_CHECKING, Any
from uuid import UUID

import django

if TYPE_CHECKING:
    from bench.history import Times


def times(readers: dict[str, Any], claim: UUID, often: int) -> dict[str, "Times"]:
    """Return what each work costs there; `readers` by their ids."""
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(_times, (readers, claim, often))


def _times(readers: dict[str, Any], claim: UUID, often: int) -> dict[str, "Times"]:
    django.setup()
    # Only now can what imports models be imported.
    from bench.history import measured  # noqa: PLC0415
    from bench.pages import Readers  # noqa: PLC0415
    from portal.claims.models import Claim  # noqa: PLC0415

    return measured(Readers.known(readers), Claim.objects.get(pk=claim), often)
