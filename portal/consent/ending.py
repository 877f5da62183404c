"""Ending grants and codes whose time is over, for good.

Until then they end by their own times. Once ended, no clock that is put back revives them.
"""

from datetime import timedelta
from functools import partial
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from portal.audit.record import record
from portal.consent.models import Code, Grant
from portal.core import leasing
from portal.core.leasing import Lease, Leased, given_back
from portal.core.worker import WorkKind

AT_A_TIME: Final = 3
LONGEST_LOOK: Final = timedelta(seconds=20)


@transaction.atomic
def end_grant(lease: Lease[Grant]) -> None:
    """End a leased grant, and record that it is over."""
    grant = lease.row().select_related("support_organisation").first()
    now = timezone.now()
    # Somebody who revokes it at this moment takes the lease away.
    if grant is None or not lease.row().update(**given_back(None), ended_at=now):
        return
    record(
        "support.ended",
        actor=None,
        organisation_id=grant.organisation_id,
        acting_organisation_id=grant.support_organisation_id,
        subject=grant,
        kind=grant.kind,
    )


def end_code(lease: Lease[Code]) -> None:
    """End a leased code."""
    lease.row().update(**given_back(None), ended_at=timezone.now())


def some_due(model: type[Leased]) -> bool:
    """Say whether the time of one of them is over."""
    return leasing.some_within(leasing.due(model._default_manager.all()), AT_A_TIME)


def take_due(model: type[Leased], limit: int) -> list[Lease[Any]]:
    """Lease at most `limit` of them whose time is over, and only a few at a time."""
    return leasing.take_within(leasing.due(model._default_manager.all()), limit, AT_A_TIME)


GRANTS = WorkKind(
    name="grants that end",
    model=Grant,
    is_due=partial(some_due, Grant),
    take=partial(take_due, Grant),
    work=end_grant,
    longest=lambda: LONGEST_LOOK,
    priority=1,
)
CODES = WorkKind(
    name="codes that end",
    model=Code,
    is_due=partial(some_due, Code),
    take=partial(take_due, Code),
    work=end_code,
    longest=lambda: LONGEST_LOOK,
    priority=1,
)
