"""Why an import does not go on, in words."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from portal.core.ui import Text
from portal.gateway import gate
from portal.gateway.gate import HeldReason

NO_WORKER: Final = "no_worker"
HELD_BACK: Final = "held_back"

_SENTENCES: Final[dict[str, Text]] = {
    NO_WORKER: _("The portal’s worker is not running. Your rows are saved and go on afterwards."),
    HELD_BACK: _(
        "Too many of these ids are unknown to SmartphoneKey, so the other rows were not looked up: "
        "compare them with the labels, and check again after ten minutes."
    ),
    "missing": _("There is no API key. Store one, and this goes on by itself."),
    "refused": _("SmartphoneKey refuses the API key. Replace it, and this goes on by itself."),
    "mismatch": _("The API key is another organisation’s. Replace it, and this goes on by itself."),
    "unreadable": _("The API key cannot be read. Store it again, and this goes on by itself."),
    gate.WRONG_KIND: _(
        "The API key is for support alone. Store your own, and this goes on by itself."
    ),
    HeldReason.RATE_LIMITED: _("SmartphoneKey asks for a pause. This goes on by itself."),
    HeldReason.CIRCUIT_OPEN: _("SmartphoneKey is not answering. This goes on by itself."),
    HeldReason.KEY_DOUBTED: _("Checking the access to SmartphoneKey. This goes on by itself."),
}


def sentence(reason: str) -> str:
    """Return why nothing goes on, and what follows."""
    return str(_SENTENCES[reason])
