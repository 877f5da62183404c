"""E-mails in the terminal, for development: as people read them, links whole."""

from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends import console


class EmailBackend(console.EmailBackend):
    """Prints each e-mail decoded, where Django prints what is sent: folded, and quoted."""

    def write_message(self, message: EmailMessage) -> None:
        """Print whom it is for, what about, and its text."""
        self.stream.write(f"To: {_listed(message.to)}\nSubject: {message.subject}\n\n")
        self.stream.write(f"{message.body}\n")


def _listed(addresses: Sequence[str]) -> str:
    return ", ".join(addresses)
