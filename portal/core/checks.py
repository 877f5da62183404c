"""What `check --deploy` asks of a deployment beside Django's own questions."""

from typing import Any

from django.conf import settings
from django.core import checks

NO_PROXY = checks.Warning(
    "PORTAL_TRUSTED_PROXIES is 0: no proxy stands before the portal, or none is believed.",
    hint=(
        "The portal answers a few requests at a time, so a proxy that takes whole requests first,"
        " however slowly they come, has to stand before it, and say by which protocol they came:"
        " else pages redirect for ever. docs/operating.md has a configuration."
    ),
    id="portal.W001",
)


def is_behind_a_proxy(**_: Any) -> list[checks.Warning]:
    """Warn of a portal that faces whoever comes. That the proxy buffers, nobody here can see."""
    return [] if settings.TRUSTED_PROXIES else [NO_PROXY]
