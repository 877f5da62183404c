"""Errors that devices report are kept, each once, for operators to look at."""

import hashlib
import json
from datetime import timedelta
from typing import Final

from django.db.models import F
from django.utils import timezone

from portal.monitoring.models import DeviceReport

KEPT: Final = timedelta(days=30)
# Anybody may send reports: more than these nobody reads.
MOST: Final = 500


def keep(*, name: str, message: str, script: str, line: int, release: str) -> None:
    """Keep a report: a new row, or one time more of an error that is known."""
    said: dict[str, str | int] = {
        "name": name,
        "message": message,
        "script": script,
        "line": line,
        "release": release,
    }
    digest = hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
    now = timezone.now()
    same = DeviceReport.objects.filter(digest=digest)
    if not same.update(times=F("times") + 1, last_at=now):
        # Of two at the same moment, one counts.
        new = DeviceReport(digest=digest, first_at=now, last_at=now, **said)
        DeviceReport.objects.bulk_create([new], ignore_conflicts=True)


def remove_old() -> None:
    """Remove what was not reported for KEPT, and all but the MOST that were last."""
    DeviceReport.objects.filter(last_at__lt=timezone.now() - KEPT).delete()
    newest = DeviceReport.objects.order_by("-last_at", "-id")
    if beyond := list(newest.values_list("pk", flat=True)[MOST : 2 * MOST]):
        DeviceReport.objects.filter(pk__in=beyond).delete()
