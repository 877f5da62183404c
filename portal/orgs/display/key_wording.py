"""What people read of a key's health."""

from django.utils.translation import gettext_lazy as _

from portal.core.ui import Chip, Text
from portal.orgs.models import ApiCredential

State = ApiCredential.State


WORDS: dict[str, tuple[Chip, Text]] = {
    State.UNCHECKED: (
        Chip("quiet", "help", _("Not checked")),
        _("Nobody has checked this key yet."),
    ),
    State.WORKING: (Chip("good", "check", _("Working")), _("SmartphoneKey accepts this key.")),
    State.REFUSED: (
        Chip("stop", "stop", _("Refused")),
        _(
            "SmartphoneKey does not accept this key: it was replaced, revoked or has expired. "
            "Claims are saved and wait. Store the new key below."
        ),
    ),
    State.MISMATCH: (
        Chip("stop", "alert", _("Wrong organisation")),
        _(
            "This key belongs to another organisation at SmartphoneKey. Claims are saved and wait. "
            "Store your organisation's own key below."
        ),
    ),
    State.UNREACHABLE: (
        Chip("attention", "offline", _("Unreachable")),
        _("SmartphoneKey did not answer, so we could not tell. Try again in a minute."),
    ),
}
CHECKING = (Chip("working", "working", _("Checking")), _("Asking SmartphoneKey about this key."))


UNREADABLE = (
    Chip("stop", "alert", _("Unreadable")),
    _(
        "The portal cannot decrypt the stored key: its encryption keys have changed. Claims are "
        "saved and wait. Store the key again, or ask those who run the portal."
    ),
)


def words(credential: ApiCredential) -> tuple[Chip, Text]:
    """Return the chip and the sentence for the key as it is now."""
    if not credential.is_readable:
        return UNREADABLE
    return CHECKING if credential.is_being_checked else WORDS[credential.state]
