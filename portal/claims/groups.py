"""Groups of claims that people look for, by name: what a list shows and what home counts.

What they are called is in `name_wording.GROUPS`. A name in an address stays, since people keep
addresses and e-mails hold them. What it finds may change with what people mean by it: `offline`,
once claims that wait for their hub, finds claimed hubs as well.
"""

from collections.abc import Callable
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from portal.claims.models import ACTIVE, FINAL, SUCCEEDED, WAITS_FOR_RELEASE, Reason, State

LATELY = timedelta(days=7)


type Which = Callable[[], Q]
"""Which claims are in a group at this moment."""


def _in(*states: str) -> Which:
    return lambda: Q(state__in=states)


def ended_lately() -> Q:
    """Return of claims that ended badly those of the last days that nobody has tried again."""
    return Q(finished_at__gt=timezone.now() - LATELY, retried=False, late_effect_at=None)


def still_counted() -> Q:
    """Return which claims may be in a group that home counts: a few, however many there are."""
    lately = timezone.now() - LATELY
    return Q(finished_at=None) | Q(finished_at__gt=lately) | Q(late_effect_at__gt=lately)


def _by_the_key() -> Q:
    return Q(state=State.REJECTED, reason=Reason.FORBIDDEN, acting_organisation=None)


OF_THE_KEY = (
    Reason.KEY_MISSING,
    Reason.KEY_REFUSED,
    Reason.KEY_MISMATCH,
    Reason.KEY_KIND,
    Reason.KEY_UNREADABLE,
)
"""Why a claim is blocked until the key is put right."""

OFFERED = ("progress", "needs", "release", "done", "online", "offline", "failed", "cancelled")
"""What the list offers: what an administrator asks. Any other group, or a single state, is found
by an address alone."""

BY_HUB = {"online": True, "offline": False}
"""The groups that depend on whether the hub was online when it was last read: see `by_hub.py`."""

OF_STATES: dict[str, tuple[State, ...]] = {
    "progress": (State.QUEUED, State.SENDING, State.VERIFYING, State.WAITING),
    "needs": (State.BLOCKED, State.REVIEW),
    "done": SUCCEEDED,
    "failed": (State.CONFLICT, State.NOT_FOUND, State.REJECTED, State.EXPIRED),
    "cancelled": (State.CANCELLED,),
    "open": ACTIVE,
    "attention": (
        State.BLOCKED,
        State.REVIEW,
        State.CONFLICT,
        State.NOT_FOUND,
        State.REJECTED,
        State.EXPIRED,
    ),
    "ended": tuple(state for state in FINAL if state not in SUCCEEDED),
}
"""The groups that are some states, whatever else is so of the claim."""

GROUPS: dict[str, Which] = {
    **{name: _in(*states) for name, states in OF_STATES.items()},
    "release": lambda: WAITS_FOR_RELEASE,
    "key": lambda: (
        Q(state=State.BLOCKED, reason__in=OF_THE_KEY)
        | Q(state__in=(State.WAITING, State.VERIFYING), reason=Reason.KEY_DOUBTED)
    ),
    "hub_offline": lambda: Q(state__in=(State.WAITING, State.VERIFYING), reason=Reason.OFFLINE),
    "late": lambda: Q(late_effect_at__gt=timezone.now() - LATELY),
    "forbidden": lambda: _by_the_key() & ended_lately(),
    "refused": lambda: (
        Q(state__in=(State.CONFLICT, State.REJECTED)) & ~_by_the_key() & ended_lately()
    ),
    "unclaimed": lambda: Q(state__in=(State.NOT_FOUND, State.EXPIRED)) & ended_lately(),
}


WITHIN_STATES: dict[str, tuple[State, ...]] = {
    **OF_STATES,
    "key": (State.BLOCKED, State.WAITING, State.VERIFYING),
    "release": (State.BLOCKED,),
    "hub_offline": (State.WAITING, State.VERIFYING),
}
"""In which states the claims of a group are, of which an index finds the newest of each."""

RECENT = frozenset({"late", "forbidden", "refused", "unclaimed"})
"""The groups of what ended in the last days: few, and found by when they ended."""


def claims_in(name: str) -> Q:
    """Return which claims are in the group of that name, or in the state of that name."""
    return GROUPS[name]() if name in GROUPS else Q(state=name)
