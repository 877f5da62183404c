"""The kinds of due work of actions."""

from datetime import timedelta
from functools import partial

from django.db.models import QuerySet

from portal import spkey
from portal.core import leasing
from portal.core.leasing import Lease
from portal.core.worker import WorkKind
from portal.hubs.actions import step, timing
from portal.hubs.actions.models import HubAction


def _due() -> QuerySet[HubAction]:
    return leasing.due(HubAction.objects.active())


def some_due() -> bool:
    """Say whether there is an action to lease: a read, where leasing is a write."""
    return leasing.some_within(_due(), timing.AT_ONCE)


def unserved_due() -> bool:
    """Say whether an action is due of an organisation that no worker serves at this moment."""
    return leasing.some_unserved(_due(), timing.AT_ONCE, by="organisation")


def take_due(limit: int, *, unserved_only: bool = False) -> list[Lease[HubAction]]:
    """Lease at most `limit` due actions, each organisation's oldest first, in turns."""
    return leasing.take_in_turns(
        _due(), limit, timing.AT_ONCE, by="organisation", unserved_only=unserved_only
    )


def attempt(lease: Lease[HubAction]) -> None:
    """Take a leased action one step further."""
    step.attempt(lease)


def _longest() -> timedelta:
    """Return how long an attempt may take: two reads, the look-up of a person, and a send."""
    timeouts = spkey.Timeouts()
    return timedelta(seconds=3 * timeouts.get_total + timeouts.post_total)


ATTEMPTS = WorkKind(
    name="actions on hubs",
    model=HubAction,
    is_due=some_due,
    take=take_due,
    work=attempt,
    longest=_longest,
)
UNSERVED = WorkKind(
    name="actions on hubs for organisations that no worker serves",
    model=HubAction,
    is_due=unserved_due,
    take=partial(take_due, unserved_only=True),
    work=attempt,
    longest=_longest,
    reserved=True,
)
