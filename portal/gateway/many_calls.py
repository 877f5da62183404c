"""Many calls with one key, one after the other: the gate is asked now and then, not for each."""

import time
from typing import Final

from portal import spkey
from portal.gateway import gate
from portal.gateway.gate import Held
from portal.orgs.models import ApiCredential

ASK_SECONDS: Final = 0.5
_OF_HOLDS: Final = ("paused_until", "doubted_at", "state")


class ManyCalls:
    """Says before each call whether it may be made: what is held is left alone within a moment."""

    def __init__(self, credential: ApiCredential) -> None:
        self.credential = credential
        self._answer = gate.ask(credential)
        self._asked_at = time.monotonic()

    def ask(self) -> spkey.Client | Held:
        """Return a client that may call SpKey with the key now, or for how long it may not."""
        if time.monotonic() - self._asked_at > ASK_SECONDS:
            self.credential.refresh_from_db(fields=_OF_HOLDS)
            self._answer = gate.ask(self.credential)
            self._asked_at = time.monotonic()
        return self._answer
