"""The actions on a hub as its page shows them: what is under way, and what has been."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext

from portal.core.ui import Chip, Text
from portal.hubs.actions import asking
from portal.hubs.actions.models import HubAction, HubActionAttempt, State
from portal.hubs.attempts import SEND
from portal.hubs.display import action_wording
from portal.hubs.display.history import Event

MOST: Final = 50
# Seconds between two looks of a page.
QUICK, SLOW = 1, 5


@dataclass(frozen=True, slots=True)
class Item:
    """An action in words. `at` is when it was asked for, `until` when it ended, if it has.

    `stop_url` is where its reader stops it, and `access_url` where they see by what support does
    it; both are empty where they cannot.
    """

    action: HubAction
    title: str
    chip: Chip
    text: Text
    who: str
    because: str
    at: datetime
    until: datetime | None
    reference: str
    stop_url: str
    access_url: str
    needs_key: bool


def item(action: HubAction) -> Item:
    """Return the action in words, for the organisation's administrators."""
    grant = action.support_grant_id
    words = action_wording.words(action)
    return Item(
        action=action,
        title=action_wording.title(action),
        chip=words.chip,
        text=words.text,
        who=_who(action),
        because=action.because,
        at=action.created_at,
        until=action.finished_at,
        reference=action.reference,
        stop_url=reverse("hub-actions:stop", args=(action.pk,)) if asking.can_stop(action) else "",
        access_url=reverse("consent:revoke", args=(grant,)) if grant else "",
        needs_key=not action.by_support and action_wording.needs_key(action),
    )


def for_agent(action: HubAction, stop_url: str) -> Item:
    """Return the action in words, for an agent who looks at it, and stops it at this address."""
    return replace(item(action), stop_url=stop_url, access_url="", needs_key=False)


def _who(action: HubAction) -> str:
    """Return who asked for it: of support, organisations learn no names."""
    return gettext("SpKey support") if action.by_support else action.asked_by.display_name


def seen(actions: list[HubAction]) -> str:
    """Return what a page must show to be up to date, given the hub's newest actions."""
    return ".".join(f"{action.pk.hex[:8]}-{action.version}" for action in actions[:2]) or "0"


def pace(actions: list[HubAction]) -> int | None:
    """Return in how many seconds a page asks again, None where nothing is going to change."""
    active = [action for action in actions if not action.is_final]
    if not active:
        return None
    return SLOW if active[0].state in {State.WAITING, State.BLOCKED} else QUICK


def of_attempt(attempt: HubActionAttempt) -> Event:
    """Return a call that was made for an action as a line of the hub's history."""
    parts = [
        f"HTTP {attempt.http_status}" if attempt.http_status else "",
        f"{attempt.duration_ms} ms" if attempt.duration_ms is not None else "",
        attempt.reference,
    ]
    text = " · ".join(part for part in parts if part) or gettext("no answer")
    icon = "signal" if attempt.http_status else "no-signal"
    title = gettext("Status read")
    if attempt.kind == SEND:
        title = gettext("%(what)s: sent") % {"what": action_wording.title(attempt.action)}
    return Event(attempt.started_at, "quiet", icon, title, text)
