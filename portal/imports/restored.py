"""Imports of a backup that was restored: those that hand rows on wait."""

from typing import Final

from django.utils import timezone

from portal.core.leasing import due_at, taken_away
from portal.core.restoring import Holding
from portal.imports.models import Import, State


def hold() -> int:
    """Have no worker hand on rows."""
    running = Import.objects.filter(state=State.RUNNING, due_at__isnull=False)
    return running.update(**taken_away(), **due_at(None))


def go_on() -> int:
    """Have workers hand on rows again."""
    held = Import.objects.filter(state=State.RUNNING, due_at=None)
    return held.update(**due_at(timezone.now()))


HOLDING: Final = Holding("imports are paused", hold, "imports go on", go_on)
