"""What every answer says to the browser beside Django's own headers, files and refusals too."""

from typing import Final

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.deprecation import MiddlewareMixin

# What our own pages use: labels are read with the screen kept awake, and a scan is heard.
USED: Final = (
    "autoplay",
    "camera",
    "clipboard-write",
    "publickey-credentials-create",
    "publickey-credentials-get",
    "screen-wake-lock",
)
# The rest of what browsers name.
UNUSED: Final = (
    "accelerometer",
    "browsing-topics",
    "captured-surface-control",
    "clipboard-read",
    "compute-pressure",
    "cross-origin-isolated",
    "deferred-fetch",
    "deferred-fetch-minimal",
    "display-capture",
    "encrypted-media",
    "fullscreen",
    "gamepad",
    "geolocation",
    "gyroscope",
    "hid",
    "identity-credentials-get",
    "idle-detection",
    "keyboard-map",
    "language-detector",
    "local-fonts",
    "local-network-access",
    "magnetometer",
    "microphone",
    "midi",
    "on-device-speech-recognition",
    "otp-credentials",
    "payment",
    "picture-in-picture",
    "private-state-token-issuance",
    "private-state-token-redemption",
    "serial",
    "storage-access",
    "summarizer",
    "sync-xhr",
    "translator",
    "unload",
    "usb",
    "window-management",
    "xr-spatial-tracking",
)
PERMISSIONS: Final = ", ".join(
    [*(f"{name}=(self)" for name in USED), *(f"{name}=()" for name in UNUSED)]
)
# What is never a document by itself, and a first visit loads a hundred of: the permissions of the
# page that loads it hold, and to say them each time would be more than most of these files.
PARTS_OF_PAGES: Final = ("text/css", "text/javascript")


class Headers(MiddlewareMixin):
    """Adds the headers to every answer. It stands before all that may answer."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Add them."""
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if not response.get("Content-Type", "").startswith(PARTS_OF_PAGES):
            response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        return response
