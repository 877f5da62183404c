"""Due times and leases after the clock was put back.

What lies further ahead than it can have been meant is not waited for. A clock that is put
forward needs no mending: leases are fenced by their epochs, and what is due early is done early.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Model, Q

from portal.gateway import circuit, gate, key_health
from portal.gateway.models import Circuit
from portal.hubs import watching
from portal.hubs.models import Hub
from portal.orgs.models import ApiCredential

# Between the clocks of workers and web servers.
CLOCKS_APART = timedelta(minutes=1)
NOW = timedelta(0)


class Bound(NamedTuple):
    """How far ahead a time may lie, and how far it is put when it does not; None empties it."""

    longest: timedelta
    instead: timedelta | None


BOUNDS: dict[type[Model], dict[str, Bound]] = {
    Hub: {
        "lease_until": Bound(watching.LEASE, None),
        "refresh_due_at": Bound(gate.LONGEST_HOLD, NOW),
        # Whoever still looks renews it with the next poll.
        "watched_until": Bound(watching.WATCH, None),
        "awaited_until": Bound(watching.AWAIT_ONLINE_FOR, watching.AWAIT_ONLINE_FOR),
    },
    ApiCredential: {
        "check_lease_until": Bound(key_health.CHECK_LEASE, None),
        "check_due_at": Bound(gate.LONGEST_HOLD, NOW),
        "paused_until": Bound(gate.LONGEST_HOLD, None),
    },
    Circuit: {"open_until": Bound(circuit.LONGEST_PAUSE + circuit.PROBE, NOW)},
}


def mend(now: datetime) -> int:
    """Put right what a clock that was put back has left too far ahead; return how many times.

    Only a read, where nothing is to be mended: a worker may ask at every heartbeat.
    """
    return sum(_mend(model, bounds, now) for model, bounds in BOUNDS.items())


def _mend(model: type[Model], bounds: dict[str, Bound], now: datetime) -> int:
    ahead = {
        name: Q(**{f"{name}__gt": now + bound.longest + CLOCKS_APART})
        for name, bound in bounds.items()
    }
    rows = model._default_manager
    if not rows.filter(Q(*ahead.values(), _connector=Q.OR)).exists():
        return 0
    return sum(
        rows.filter(ahead[name]).update(
            **{name: None if bound.instead is None else now + bound.instead}
        )
        for name, bound in bounds.items()
    )
