"""What limits have refused, under a few reasons: every limit has one, and none names anybody."""

from collections.abc import Mapping
from typing import Final

from portal.core.models import Refusals

OTHER: Final = "other"
LIMITS: Final[Mapping[str, tuple[str, ...]]] = {
    "sign_in": (
        "sign-in",
        "sign-in on a known device",
        "sign-ins of an address",
        "sign-ins of a network",
        "wrong passwords of an account",
        "sign-ins begun at the provider",
        "password links asked for from an address",
    ),
    "at_once": ("turns",),
    "second_factor": ("second factor",),
    "lookups": (
        "lookups",
        "lookups of an organisation",
        "unknown hubs",
        "unknown hubs of a file",
        "unknown hubs of files",
        "lookups of one who is suspect",
    ),
    "claims": ("claims", "claims of an organisation", "tries", "tries of an organisation"),
    "hubs": (
        "actions on hubs",
        "hubs that are asked for",
        "hubs that an organisation asks for",
    ),
    "uploads": (
        "slow photos",
        "photos of hubs",
        "photos of an organisation's hubs",
        "imports of an organisation",
    ),
    "codes": ("codes tried by a support agent", "codes made by an administrator"),
    "support": (
        "requests for access",
        "claims of a support agent",
        "organisations of a support agent",
    ),
    "jobs": ("requests about jobs",),
    "links": (
        "handover links opened from an address",
        "photos of handovers fetched from an address",
    ),
    "invitations": ("invitations of an organisation",),
    "events": ("events taken from an address",),
}
"""The limits by the reason under which what they refuse is counted."""
_REASONS: Final = {name: reason for reason, names in LIMITS.items() for name in names}


def by_reason() -> dict[str, int]:
    """Return how often something was refused, for every reason, since the portal is in use."""
    found = dict.fromkeys((*LIMITS, OTHER), 0)
    for name, count in Refusals.objects.values_list("name", "count"):
        found[_REASONS.get(name, OTHER)] += count
    return found
