"""Many calls with one key, one after the other: the gate is asked now and then, not for each."""

import time
from typing import Final

from portal import spkey
from portal.gateway import circuit, gate
from portal.gateway.gate import Held
from portal.orgs.models import ApiCredential

ASK_SECONDS: Final = 0.5
_OF_HOLDS: Final = ("paused_until", "doubted_at", "state")

# When this process last saw that calls with a key were free to be made.
_free_at: dict[tuple[object, ...], float] = {}


class ManyCalls:
    """Says before each call whether it may be made: what is held is left alone within a moment.

    What one thread of this process was told, the others need not ask again.
    """

    def __init__(self, credential: ApiCredential) -> None:
        self.credential = credential
        self._ask()

    def ask(self) -> spkey.Client | Held:
        """Return a client that may call SpKey with the key now, or for how long it may not."""
        if time.monotonic() - self._known_at() > ASK_SECONDS:
            self.credential.refresh_from_db(fields=_OF_HOLDS)
            self._ask()
        return self._answer

    def _known_at(self) -> float:
        if isinstance(self._answer, Held):
            return self._asked_at
        return max(self._asked_at, _free_at.get(self._key, 0.0))

    def _ask(self) -> None:
        self._asked_at = time.monotonic()
        self._answer = gate.ask(self.credential)
        # Who is to find out whether SpKey answers again speaks for nobody else.
        if isinstance(self._answer, Held) or circuit.is_probing():
            _free_at.pop(self._key, None)
        else:
            _free_at[self._key] = self._asked_at

    @property
    def _key(self) -> tuple[object, ...]:
        return self.credential.pk, self.credential.fingerprint
