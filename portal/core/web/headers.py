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
HEADERS: Final = {
    "Permissions-Policy": ", ".join(
        [*(f"{name}=(self)" for name in USED), *(f"{name}=()" for name in UNUSED)]
    ),
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Headers(MiddlewareMixin):
    """Adds HEADERS to every answer. It stands before all that may answer."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Add them."""
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response
