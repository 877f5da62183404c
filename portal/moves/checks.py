"""What `check --deploy --database default` asks about move requests."""

from typing import Any

from django.core import checks
from django.db import DatabaseError

from portal.moves import new_requests

NOBODY_SEES_REQUESTS = checks.Warning(
    "No support sees new requests for hubs that are bound elsewhere.",
    hint=(
        "Several organisations hold a super key, or the one that PORTAL_SUPPORT_OF_MOVES names"
        " holds none: set it to the SpKey id of the organisation whose agents shall see them."
    ),
    id="portal.W002",
)


def somebody_sees_new_requests(**_: Any) -> list[checks.Warning]:
    """Warn where requests would wait for nobody. Before the tables are there, nothing waits."""
    try:
        return [NOBODY_SEES_REQUESTS] if new_requests.seen_by_nobody() else []
    except DatabaseError:
        return []
