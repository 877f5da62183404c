"""What people read of a key's health."""

from dataclasses import dataclass

from portal.orgs.models import ApiCredential

State = ApiCredential.State


@dataclass(frozen=True, slots=True)
class Chip:
    """A state at a glance: `kind` is working, good, attention, stop or quiet."""

    kind: str
    icon: str
    word: str


WORDS: dict[str, tuple[Chip, str]] = {
    State.UNCHECKED: (Chip("quiet", "help", "Not checked"), "Nobody has checked this key yet."),
    State.WORKING: (Chip("good", "check", "Working"), "SmartphoneKey accepts this key."),
    State.REFUSED: (
        Chip("stop", "stop", "Refused"),
        (
            "SmartphoneKey does not accept this key: it was replaced, revoked or has expired. "
            "Claims are saved and wait. Store the new key below."
        ),
    ),
    State.MISMATCH: (
        Chip("stop", "alert", "Wrong organisation"),
        (
            "This key belongs to another organisation at SmartphoneKey. Claims are saved and wait. "
            "Store your organisation's own key below."
        ),
    ),
    State.UNREACHABLE: (
        Chip("attention", "offline", "Unreachable"),
        "SmartphoneKey did not answer, so we could not tell. Try again in a minute.",
    ),
}
CHECKING = (Chip("working", "working", "Checking"), "Asking SmartphoneKey about this key.")


UNREADABLE = (
    Chip("stop", "alert", "Unreadable"),
    (
        "The portal cannot decrypt the stored key: its encryption keys have changed. Claims are "
        "saved and wait. Store the key again, or ask those who run the portal."
    ),
)


def words(credential: ApiCredential) -> tuple[Chip, str]:
    """Return the chip and the sentence for the key as it is now."""
    if not credential.is_readable:
        return UNREADABLE
    return CHECKING if credential.check_due_at else WORDS[credential.state]
