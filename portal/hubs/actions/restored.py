"""Actions of a backup that was restored: read back, and not sent any more.

Who asked for one wanted it then; what was done to the hub since, the backup does not know.
"""

from typing import Final

from django.db.models import F, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from portal.core.leasing import due_at, taken_away
from portal.core.restoring import Holding
from portal.hubs.actions.models import HubAction


def hold() -> int:
    """Have no worker touch an active action, and take each for one that is stopped in flight."""
    now = timezone.now()
    return (
        HubAction.objects.active()
        .filter(due_at__isnull=False)
        .update(
            outcome_unknown_since=Coalesce("outcome_unknown_since", Value(now)),
            cancel_requested_at=Coalesce("cancel_requested_at", Value(now)),
            no_effect_seen_at=None,
            retry_window_start=now,
            version=F("version") + 1,
            **taken_away(),
            **due_at(None),
        )
    )


def go_on() -> int:
    """Have workers find out how the actions that are held have ended."""
    held = HubAction.objects.active().filter(due_at=None)
    return held.update(**due_at(timezone.now()), version=F("version") + 1)


HOLDING: Final = Holding(
    "actions on hubs are stopped", hold, "actions on hubs are read back, and end", go_on
)
