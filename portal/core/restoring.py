"""After a backup was restored: what was under way in it rests until somebody lets it go on.

A backup knows nothing of what came after it: a claim that is queued in it may be carried out since,
and a session that is alive in it have ended. So nothing of it is sent by itself. Each room says
here what of its own it has to hold.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction


@dataclass(frozen=True, slots=True)
class Holding:
    """What a room holds after a restore: each returns how many it concerned.

    `held` and `gone_on` are what is told of them, behind their number.
    """

    held: str
    hold: Callable[[], int]
    gone_on: str = ""
    go_on: Callable[[], int] = lambda: 0


_holdings: dict[str, Holding] = {}


def register(name: str, holding: Holding) -> None:
    """Have this held after a restore as well."""
    _holdings[name] = holding


@transaction.atomic
def hold_all() -> list[str]:
    """Hold all that was under way; tell what that was. A second time it finds nothing more."""
    return [f"{each.hold()} {each.held}" for each in _holdings.values()]


@transaction.atomic
def go_on() -> list[str]:
    """Let go on what is held; tell what that was."""
    return [f"{each.go_on()} {each.gone_on}" for each in _holdings.values() if each.gone_on]
