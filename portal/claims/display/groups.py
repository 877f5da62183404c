"""Groups of claims that people look for, by name: what a list shows and what home counts."""

from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.claims.models import ACTIVE, FINAL, SUCCEEDED, Reason, State
from portal.core.ui import Text

LATELY = timedelta(days=7)


class Group(NamedTuple):
    """A group: its label, and which claims are in it at this moment."""

    label: Text
    which: Callable[[], Q]


def _in(*states: str) -> Callable[[], Q]:
    return lambda: Q(state__in=states)


def _lately() -> Q:
    """Of claims that ended badly: those of the last days that nobody has tried again."""
    return Q(finished_at__gt=timezone.now() - LATELY, retries=None, late_effect_at=None)


def _by_the_key() -> Q:
    return Q(state=State.REJECTED, reason=Reason.FORBIDDEN, acting_organisation=None)


GROUPS = {
    "open": Group(_("Under way"), _in(*ACTIVE)),
    "done": Group(_("All claimed"), _in(*SUCCEEDED)),
    "attention": Group(
        _("Needs attention"),
        _in(
            State.BLOCKED,
            State.REVIEW,
            State.CONFLICT,
            State.NOT_FOUND,
            State.REJECTED,
            State.EXPIRED,
        ),
    ),
    "offline": Group(_("Hub offline"), lambda: Q(state=State.WAITING, reason=Reason.OFFLINE)),
    "late": Group(_("Claimed late"), lambda: Q(late_effect_at__gt=timezone.now() - LATELY)),
    "forbidden": Group(_("Refused: API key"), lambda: _by_the_key() & _lately()),
    "refused": Group(
        _("Refused lately"),
        lambda: Q(state__in=(State.CONFLICT, State.REJECTED)) & ~_by_the_key() & _lately(),
    ),
    "unclaimed": Group(
        _("Unclaimed lately"),
        lambda: Q(state__in=(State.NOT_FOUND, State.EXPIRED)) & _lately(),
    ),
    "ended": Group(_("Ended without"), _in(*(state for state in FINAL if state not in SUCCEEDED))),
}


def claims_in(name: str) -> Q:
    """Return which claims are in the group of that name, or in the state of that name."""
    return GROUPS[name].which() if name in GROUPS else Q(state=name)
