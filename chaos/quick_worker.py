"""A worker whose life is shorter: `python -m chaos.quick_worker 20` divides its times by 20.

It goes by the run's own clock. For trying in seconds what takes minutes. The proportions stay: a
lease still outlives the longest attempt, and the worker still checks that at its start. No setting
of the portal does this.
"""

import sys
from collections.abc import Callable
from datetime import timedelta
from types import ModuleType
from typing import Any

import django
from django.core.management import call_command

from chaos import clock

# A share is not how long anything takes.
KEPT = frozenset({"FAILING_SHARE"})


def main() -> None:
    """Run the worker with its times divided by the first argument."""
    factor = float(sys.argv[1])
    clock.install()
    django.setup()
    _speed_up(factor)
    call_command("worker")


def _speed_up(factor: float) -> None:
    # These import models, which is possible only once Django is set up.
    from portal import spkey  # noqa: PLC0415
    from portal.claims.engine import step, timing  # noqa: PLC0415
    from portal.consent import asking as access_asking  # noqa: PLC0415
    from portal.consent import ending  # noqa: PLC0415
    from portal.core import leasing, worker  # noqa: PLC0415
    from portal.events import work as events_work  # noqa: PLC0415
    from portal.gateway import candidate_checks, circuit, gate, key_expiry, pacing  # noqa: PLC0415
    from portal.hubs import rounds, watching  # noqa: PLC0415
    from portal.hubs.actions import timing as action_timing  # noqa: PLC0415
    from portal.hubs.photos import clearing  # noqa: PLC0415
    from portal.imports import conduct, looking  # noqa: PLC0415
    from portal.jobs import overdue  # noqa: PLC0415
    from portal.moves import work as moves_work  # noqa: PLC0415
    from portal.notices import account_emails, digests, invitation_emails, outbox  # noqa: PLC0415
    from portal.orgs.models.keys import ApiKey  # noqa: PLC0415

    emails = (account_emails, digests, invitation_emails, outbox)
    keys = (candidate_checks, key_expiry, ApiKey)
    pace = (timing, pacing, circuit, gate, watching, overdue)
    rooms = (rounds, action_timing, clearing, conduct, looking)
    rooms = (*rooms, access_asking, ending, events_work, moves_work)
    modules = (leasing, worker, step, *pace, *rooms, *emails, *keys)
    for place in (*modules, *leasing.leased_models()):
        _divide(place, factor)
    for module, name in ((pacing, "backoff"), (timing, "offline_wait")):
        setattr(module, name, _divided(getattr(module, name), factor))
    seconds = spkey.Timeouts.__init__.__defaults__ or ()
    spkey.Timeouts.__init__.__defaults__ = tuple(number / factor for number in seconds)
    (spkey.Client.__init__.__kwdefaults__ or {})["timeouts"] = spkey.Timeouts()


def _divide(place: ModuleType | type, factor: float) -> None:
    for name, value in list(vars(place).items()):
        if name.isupper() and name not in KEPT:
            setattr(place, name, _shorter(value, factor))


def _shorter(value: Any, factor: float) -> Any:
    """Return a time divided, a tuple of times each divided, and what is no time as it is."""
    if isinstance(value, timedelta | float):
        return value / factor
    if isinstance(value, tuple) and all(isinstance(one, timedelta | float) for one in value):
        return tuple(one / factor for one in value)
    return value


def _divided(wait: Callable[..., float], factor: float) -> Callable[..., float]:
    return lambda *args: wait(*args) / factor


if __name__ == "__main__":
    main()
