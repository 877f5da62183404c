"""The web app manifest: what a device shows and does where the portal is installed as an app.

Its members are those of https://www.w3.org/TR/appmanifest/.
"""

from typing import Any, Final

from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _

# As in static/css/tokens.css: the bar's ground, and paper.
BAR: Final = "#14181f"
PAPER: Final = "#f4f3ef"
# (file, pixels along each side, purpose)
ICONS: Final = (
    ("icon-192.png", 192, "any"),
    ("icon-512.png", 512, "any"),
    ("maskable-192.png", 192, "maskable"),
    ("maskable-512.png", 512, "maskable"),
)


def manifest(language: str) -> dict[str, Any]:
    """Return the manifest in the language that is active now, whose code is given."""
    return {
        "id": "/",
        "name": _("SpKey installer portal"),
        "short_name": _("SpKey hubs"),
        "description": _("Claim SpKey hubs on site and watch them come online."),
        "lang": language,
        "dir": "ltr",
        "start_url": reverse("claims:new"),
        "scope": "/",
        "display": "standalone",
        "theme_color": BAR,
        "background_color": PAPER,
        "icons": [
            {
                "src": static(f"app-icons/{file}"),
                "sizes": f"{pixels}x{pixels}",
                "type": "image/png",
                "purpose": purpose,
            }
            for file, pixels, purpose in ICONS
        ],
    }
