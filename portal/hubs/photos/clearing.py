"""Removing the files of photos that nobody is to see any more, and then their rows.

These were removed by somebody, or belong to a hub whose row is gone, or were being added when the
process was killed.
"""

import logging
from datetime import timedelta
from typing import Final

from django.db.models import Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from portal.core import leasing
from portal.core.leasing import Lease, due_at, given_back
from portal.core.worker import WorkKind
from portal.hubs.photos import files
from portal.hubs.photos.models import HubPhoto

logger = logging.getLogger(__name__)

# A storage that does not answer must not use up the worker.
AT_A_TIME: Final = 4
# Two files, each with its tries: see `bucket`.
LONGEST: Final = timedelta(minutes=2)
AGAIN: Final = timedelta(minutes=5)
PLANNED_AT_ONCE: Final = 100


def some_due() -> bool:
    """Say whether a photo is to go: a read, where leasing is a write."""
    return leasing.some_within(leasing.due(HubPhoto.objects.all()), AT_A_TIME)


def take_due(limit: int) -> list[Lease[HubPhoto]]:
    """Lease at most `limit` photos that are to go."""
    return leasing.take_within(leasing.due(HubPhoto.objects.all()), limit, AT_A_TIME)


def clear(lease: Lease[HubPhoto]) -> None:
    """Remove a leased photo's files and its row; later, where the storage does not answer."""
    # From here on nobody brings it back, and who is still adding it has come too late.
    gone = {"kept_at": None, "removed_at": Coalesce("removed_at", Value(timezone.now()))}
    if not lease.row().update(**gone):
        return
    try:
        files.forget(lease.pk)
    except OSError as error:
        logger.warning("the files of a photo could not be removed: %s", error)
        lease.row().update(**given_back(timezone.now() + AGAIN))
    else:
        lease.row().delete()


def plan_for_gone_hubs() -> None:
    """Let the photos go whose hub is gone."""
    orphans = HubPhoto.objects.filter(hub=None, due_at=None).order_by()
    found = list(orphans.values_list("pk", flat=True)[:PLANNED_AT_ONCE])
    if found:
        orphans.filter(pk__in=found).update(**due_at(timezone.now()))


CLEARING = WorkKind(
    name="photos to remove",
    model=HubPhoto,
    is_due=some_due,
    take=take_due,
    work=clear,
    longest=lambda: LONGEST,
    priority=2,
    share=0,
)
