"""The sandbox as chaos bends it, and reads it afterwards."""

import time
import uuid
from typing import Any

import requests

from chaos.browser import loopback
from portal.sandbox import world

type Json = dict[str, Any]

SECONDS = 60.0
PAUSE_SECONDS = 0.2


class Api:
    """The sandbox's control interface, and what a manufacturer and a user service would do."""

    def __init__(self, url: str) -> None:
        self._url = loopback(url)

    def add_key(self, name: str, org_id: str) -> str:
        """Give an organisation a key of its own; return the secret."""
        return str(self._control("POST", "keys/add", {"key": name, "orgId": org_id})["key"])

    def rotate(self, name: str) -> str:
        """Put another secret in the place of a key's; return it."""
        return str(self._control("POST", "keys/rotate", {"key": name})["key"])

    def revoke(self, name: str) -> None:
        """Let the key be refused from now on."""
        self._control("POST", "keys/revoke", {"key": name})

    def restore(self, name: str) -> None:
        """Let the key work again."""
        self._control("POST", "keys/restore", {"key": name})

    def add_fault(self, match: Json, action: Json, times: int | None) -> None:
        """Let something happen to the next requests that match."""
        self._control("POST", "faults", {"match": match, "action": action, "times": times})

    def clear_faults(self) -> None:
        """Let all be well again."""
        self._control("DELETE", "faults")

    def outage(self, seconds: float) -> None:
        """Let nobody in for so long."""
        self._control("POST", "outage", {"seconds": seconds})

    def set_hub(self, hub_id: str, **fields: object) -> None:
        """Change a hub behind the API's back."""
        self._control("POST", f"hubs/{hub_id}", fields)

    def log(self) -> Json:
        """Return the `events` and `requests` so far, oldest first."""
        return self._control("GET", "log")

    def provision(self, hub_id: str) -> None:
        """Make a manufactured hub known."""
        body = {"hubId": hub_id, "serial": world.serial(hub_id), "model": world.model(hub_id)}
        self._call("POST", f"hubs/{hub_id}/ProvisionHub", json=body)

    def make_user(self, email: str) -> uuid.UUID:
        """Return the SpKey id of the person with this address, made when there is none."""
        return uuid.UUID(self._call("GET", "users/by-email", params={"email": email})["uuid"])

    def _control(self, method: str, path: str, body: Json | None = None) -> Json:
        """Bend the sandbox; during an outage as soon as it is back."""
        for _ in range(int(SECONDS / PAUSE_SECONDS)):
            try:
                return self._answer(method, f"_control/{path}", json=body)
            except requests.ConnectionError:
                time.sleep(PAUSE_SECONDS)
        raise RuntimeError("the sandbox is gone")

    def _call(self, method: str, path: str, **request: Any) -> Json:
        return self._answer(method, path, headers={"X-API-Key": world.SUPPORT_KEY}, **request)

    def _answer(self, method: str, path: str, **request: Any) -> Json:
        answer = requests.request(method, f"{self._url}/{path}", timeout=SECONDS, **request)
        answer.raise_for_status()
        found: Json = answer.json()
        return found
