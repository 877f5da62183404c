"""Which of Node's packages are installed here: the portal runs without Node, on less of the screen.

Without `idb` there is no tray, and nothing works without a network: the plain form is left.
Without the `decoder` the camera reads what the browser itself can.
"""

from django.conf import settings


def installed() -> dict[str, bool]:
    """Return what is there, by the name that templates have for it."""
    folders = {"idb": "idb", "decoder": "zxing-wasm"}
    return {name: (settings.NODE_MODULES / folder).is_dir() for name, folder in folders.items()}
