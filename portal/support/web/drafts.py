"""What an agent typed, kept in their session while they use their second factor once more."""

import time
from typing import Final

from django.http import HttpRequest

SESSION_DRAFT: Final = "support_draft"
KEPT_SECONDS: Final = 10 * 60
# Neither a code nor what confirms: who comes back types that once more.
FIELDS: Final = (
    *("site", "typed_site", "label", "reason", "place"),
    *("organisation", "wanted_sites", "hours", "what", "ticket", "about"),
)
LONGEST: Final = 1000


def keep(request: HttpRequest) -> None:
    """Keep what was posted to this address."""
    request.session[SESSION_DRAFT] = {
        "path": request.path,
        "at": time.time(),
        "fields": {name: request.POST[name][:LONGEST] for name in FIELDS if name in request.POST},
    }


def kept(request: HttpRequest) -> dict[str, str]:
    """Return what was kept for this address, if that was just now."""
    draft = request.session.get(SESSION_DRAFT)
    if draft is None or draft["path"] != request.path:
        return {}
    # A copy: a form adds to what it begins with.
    fields: dict[str, str] = {**draft["fields"]}
    return fields if 0 <= time.time() - draft["at"] <= KEPT_SECONDS else {}


def forget(request: HttpRequest) -> None:
    """Forget it: it was sent."""
    request.session.pop(SESSION_DRAFT, None)
