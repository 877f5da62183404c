"""Which page an agent opened under break glass, in words: of addresses nobody learns anything."""

from typing import Any, Final

from django.urls import Resolver404, resolve
from django.utils.translation import gettext_lazy as _

from portal.audit.models import Entry
from portal.core.ui import Text

# By the name of the view. `of` is the claim's number, or how a hub's id ends.
_PAGES: Final[dict[str, Text]] = {
    "claims:detail": _("Claim %(of)s"),
    "support:find": _("Search"),
    "support:hub": _("Story of hub …%(of)s"),
    "support:organisation": _("Overview"),
    "support:claim": _("Claim at another site"),
    "support:tray": _("Claim hubs"),
    "support:tray-sync": _("Claim hubs"),
    "support:hubs": _("Hubs"),
    "support:organisation-claims": _("Claims"),
    "support:move-hub": _("Move of hub …%(of)s"),
}


def opened(entry: Entry) -> str:
    """Return which page was opened; "" of anything else, and of an address that is none now."""
    page: Any = entry.detail.get("page", "")
    if entry.verb != "support.page_opened" or not page:
        return ""
    try:
        words = _PAGES.get(resolve(page).view_name, "")
    except Resolver404:
        return ""
    return (str(words) % {"of": entry.detail.get("of", "")}).rstrip()
