"""Claims of a backup that was restored: held, then read back before anything is sent."""

from typing import Final

from django.db.models import F, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from portal.claims.models import Claim
from portal.core.leasing import due_at, taken_away
from portal.core.restoring import Holding


def hold() -> int:
    """Have no worker touch an active claim, and take each for one whose send may have worked.

    So it is read back first, and sent only after two reads that agree that nothing was done. Its
    time begins anew: it does not expire of what was before.
    """
    now = timezone.now()
    return (
        Claim.objects.active()
        .filter(due_at__isnull=False)
        .update(
            outcome_unknown_since=Coalesce("outcome_unknown_since", Value(now)),
            no_effect_seen_at=None,
            retry_window_start=now,
            version=F("version") + 1,
            **taken_away(),
            **due_at(None),
        )
    )


def go_on() -> int:
    """Have workers read back the claims that are held."""
    held = Claim.objects.active().filter(due_at=None)
    return held.update(**due_at(timezone.now()), version=F("version") + 1)


HOLDING: Final = Holding(
    "claims are paused", hold, "claims are read back, and go on where nothing was done", go_on
)
