"""What the record says of an action: that it was asked for, and how it ended."""

from collections.abc import Callable
from typing import Any, Final

from portal.audit.record import record
from portal.hubs.actions import places
from portal.hubs.actions.models import HubAction, State
from portal.orgs.models import User

type Listener = Callable[[HubAction, str, str], None]
_listeners: Final[list[Listener]] = []


def on_end(listener: Listener) -> None:
    """Have the listener called with each action that ends, its state and reason.

    It is called in the transaction in which the end is written, before that is.
    """
    _listeners.append(listener)


def record_asked(action: HubAction) -> None:
    """Record that somebody asked for the action."""
    _record("asked", action, action.asked_by)


def record_end(action: HubAction, state: str, reason: str) -> None:
    """Record that the action has ended, what that changes here, and who stopped it, if anybody."""
    stopped = HubAction.objects.filter(pk=action.pk).values("cancel_requested_by")
    who = User.objects.filter(pk__in=stopped).first() if state == State.CANCELLED else None
    changes = places.follow(action, state)
    _record("ended", action, who, state=str(state), reason=str(reason), changes=changes)
    for listener in _listeners:
        listener(action, state, reason)


def _record(what: str, action: HubAction, actor: User | None, **detail: Any) -> None:
    more: dict[str, Any] = {
        "site": action.spkey_site_id,
        "before": action.from_site_id,
        "command": action.command,
        "because": action.because,
        "primary": action.make_primary,
    }
    record(
        f"hub.{action.kind}_{what}",
        actor=actor,
        organisation_id=action.organisation_id,
        acting_organisation_id=action.acting_organisation_id,
        subject=action,
        hub=action.hub_id_text,
        **{name: value for name, value in more.items() if value not in ("", None)},
        **{name: value for name, value in detail.items() if value != {}},
    )
