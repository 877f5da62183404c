"""Passwords are hashed slowly, half a second of a processor each, and so by few threads at a time.

However many sign in, or guess, the other threads of the process answer everybody else.
"""

from typing import Final

from django.contrib.auth.hashers import PBKDF2PasswordHasher

from portal.core.turns import Turns

# Of eight threads five at most are held, and three never.
STRANGERS: Final = Turns(at_once=1, waiting=2, seconds=1.5)
# A turn of their own for those who are signed in, or on a device that they signed in on before:
# strangers in any number do not take it from them.
KNOWN: Final = Turns(at_once=1, waiting=1, seconds=1.5)


class PasswordHasher(PBKDF2PasswordHasher):
    """Django's own, for as many threads as have a turn."""

    def encode(self, password: str, salt: str, iterations: int | None = None) -> str:
        """Return the hash. Raises BusyError."""
        with KNOWN.turn():
            return super().encode(password, salt, iterations)
