"""What an agent typed, kept in their session while they use their second factor once more."""

import time
from typing import Final

from django.http import HttpRequest

SESSION_DRAFT: Final = "support_draft"
KEPT_SECONDS: Final = 10 * 60
# Not the confirmation: who comes back types once more whom they act for.
FIELDS: Final = ("site", "typed_site", "label", "reason")
LONGEST: Final = 1000


def keep(request: HttpRequest) -> None:
    """Keep what was posted for the target that the address names."""
    request.session[SESSION_DRAFT] = {
        "target": request.GET.get("target", ""),
        "at": time.time(),
        "fields": {name: request.POST.get(name, "")[:LONGEST] for name in FIELDS},
    }


def kept(request: HttpRequest) -> dict[str, str]:
    """Return what was kept for the target that the address names, if that was just now."""
    draft = request.session.get(SESSION_DRAFT)
    if draft is None or draft["target"] != request.GET.get("target", ""):
        return {}
    # A copy: a form adds to what it begins with.
    fields: dict[str, str] = {**draft["fields"]}
    return fields if 0 <= time.time() - draft["at"] <= KEPT_SECONDS else {}


def forget(request: HttpRequest) -> None:
    """Forget it: the claim was made."""
    request.session.pop(SESSION_DRAFT, None)
