"""Secrets at rest: a type that does not show itself, and a column that stores it encrypted."""

import hashlib
import hmac
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models


class UnreadableSecretError(Exception):
    """A stored secret that none of the configured encryption keys opens."""


class Secret:
    """Text that shows only its first and last characters, and never serialises.

    `reveal()` is the one way to the text, so that a search for it finds every use.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the text itself."""
        return self._text

    @property
    def masked(self) -> str:
        """The first 8 and last 4 characters, or nothing of a text too short to hide the rest."""
        text = self.reveal()
        return f"{text[:8]}…{text[-4:]}" if len(text) >= 24 else "…"

    def __repr__(self) -> str:
        return "<Secret>"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self.reveal().encode(), other.reveal().encode())

    def __hash__(self) -> int:
        return hash(fingerprint(self))

    def __reduce__(self) -> Any:
        raise TypeError("a secret does not serialise")


@lru_cache(maxsize=4)
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def cipher() -> MultiFernet:
    """Return the cipher of the configured keys: the newest writes, all of them read."""
    return _cipher(tuple(settings.PORTAL_ENCRYPTION_KEYS))


def encrypt(secret: Secret) -> str:
    """Return the secret as an encrypted, printable token."""
    return cipher().encrypt(secret.reveal().encode()).decode()


def decrypt(token: str) -> Secret:
    """Return the secret in a token. Raises UnreadableSecretError under the wrong keys."""
    try:
        return Secret(cipher().decrypt(token.encode()).decode())
    except InvalidToken:
        raise UnreadableSecretError("no configured encryption key opens this secret") from None


def renewed(token: str) -> str | None:
    """Return the token's secret in a token of the newest key, or None where it is in one already.

    Raises UnreadableSecretError under the wrong keys.
    """
    newest, *_older = settings.PORTAL_ENCRYPTION_KEYS
    try:
        Fernet(newest).decrypt(token.encode())
    except InvalidToken:
        return encrypt(decrypt(token))
    return None


class StoredSecret(Secret):
    """A secret as the database holds it: a token, opened only when the text is revealed.

    So a row whose token no key opens can still be read, shown and given another secret.
    """

    __slots__ = ("token",)

    def __init__(self, token: str) -> None:
        self.token = token

    def reveal(self) -> str:
        """Return the text itself. Raises UnreadableSecretError under the wrong keys."""
        return decrypt(self.token).reveal()


def fingerprint(secret: Secret) -> str:
    """Return 64 hex digits that tell two secrets apart and say nothing else of them."""
    key = hashlib.sha256(b"portal.credential" + settings.SECRET_KEY.encode()).digest()
    return hmac.new(key, secret.reveal().encode(), hashlib.sha256).hexdigest()


class EncryptedField(models.TextField[Secret | None, Secret | None]):
    """A text column whose Python side is a Secret and whose database side is a token."""

    def from_db_value(self, value: str | None, *_args: object) -> Secret | None:
        """Return the stored token as a Secret, or None."""
        return None if value is None else StoredSecret(value)

    def get_prep_value(self, value: Any) -> str | None:
        """Return the token to store. Raises TypeError for anything but a Secret or None."""
        if value is None:
            return None
        if not isinstance(value, Secret):
            raise TypeError("an encrypted column takes a Secret")
        return value.token if isinstance(value, StoredSecret) else encrypt(value)

    def value_to_string(self, obj: models.Model) -> str:
        """Refuse to serialise: a fixture or a dump is no place for a secret."""
        raise TypeError("a secret does not serialise")
