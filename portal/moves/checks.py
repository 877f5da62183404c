"""What `check --deploy --database default` asks about move requests."""

from typing import Any

from django.core import checks
from django.db import DatabaseError

from portal.moves import first_support

NOBODY_SEES_REQUESTS = checks.Warning(
    "No support sees new requests for hubs that are bound elsewhere.",
    hint=(
        "Several organisations hold a super key, or the one that PORTAL_SUPPORT_OF_MOVES names"
        " holds none: set it to the SpKey id of the organisation whose agents shall see them."
    ),
    id="portal.W002",
)


def some_support_sees_what_is_new(**_: Any) -> list[checks.Warning]:
    """Warn where requests would wait for nobody. Before the tables are there, nothing waits."""
    try:
        return [NOBODY_SEES_REQUESTS] if first_support.is_missing() else []
    except DatabaseError:
        return []
