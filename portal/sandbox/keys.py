"""The sandbox's API keys: whose they are, and whether they still work."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from portal.sandbox import world


@dataclass(slots=True)
class ApiKey:
    """One organisation's key. `name` is what logs say; `text` is the secret itself.

    `ways` are those in which it is accepted: the key alone, its token alone, or both. The vendor
    does not say which of both wins; here it is the key, and the token beside it is not read.
    """

    name: str
    org_id: str
    text: str = field(repr=False)
    is_super: bool = False
    revoked: bool = False
    ways: frozenset[str] = frozenset({"key", "token", "both"})


def _token(headers: Mapping[str, str]) -> str | None:
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def way_of(headers: Mapping[str, str]) -> str:
    """In which of the ways the credentials of a request were sent: `key`, `token` or `both`."""
    if headers.get("x-api-key") is None:
        return "token"
    return "key" if _token(headers) is None else "both"


class Keys:
    """All keys, by name: `acme`, `harbour`, `support` (a super key) and `revoked`."""

    def __init__(self) -> None:
        self._by_name: dict[str, ApiKey] = {}
        self._rotations = 0
        self.reset()

    def __getitem__(self, name: str) -> ApiKey:
        """The key called `name`; raises KeyError without one."""
        return self._by_name[name]

    def reset(self) -> None:
        """Return to the keys of `portal.sandbox.world`."""
        keys = (
            ApiKey("acme", world.ACME_ORG_ID, world.ACME_KEY),
            ApiKey("harbour", world.HARBOUR_ORG_ID, world.HARBOUR_KEY),
            ApiKey("support", world.SUPPORT_ORG_ID, world.SUPPORT_KEY, is_super=True),
            ApiKey("revoked", world.OTHER_ORG_ID, world.REVOKED_KEY, revoked=True),
        )
        self._by_name = {key.name: key for key in keys}
        self._rotations = 0

    def find(self, text: str | None) -> ApiKey | None:
        """The key whose secret is `text`, revoked or not; None when there is none."""
        return next((key for key in self._by_name.values() if key.text == text), None)

    def of(self, headers: Mapping[str, str]) -> ApiKey | None:
        """The key that a request was sent with, or whose token was; None when there is none."""
        text, token = headers.get("x-api-key"), _token(headers)
        if text is not None:
            return self.find(text)
        named = (key for key in self._by_name.values() if world.token_text(key.name) == token)
        return next(named, None)

    def admitted(self, headers: Mapping[str, str]) -> ApiKey | None:
        """The key that a request was sent with, where it is accepted in the way it was sent."""
        key = self.of(headers)
        return key if key and not key.revoked and way_of(headers) in key.ways else None

    def name_of(self, headers: Mapping[str, str]) -> str | None:
        """What a log may say of the secrets: the key's name, `unknown`, or None without a key."""
        key = self.of(headers)
        if key is None:
            return None if headers.get("x-api-key") is None else "unknown"
        return key.name

    def add(self, name: str, org_id: str) -> str:
        """Give an organisation a key called `name`, and return its secret.

        Raises ValueError when there is a key with that name.
        """
        if name in self._by_name:
            raise ValueError(f"there is a key called {name} already")
        key = ApiKey(name, org_id, world.key_text(name.capitalize()))
        self._by_name[name] = key
        return key.text

    def revoke(self, name: str) -> None:
        """From now on the key is answered with 401. Raises KeyError without such a key."""
        self[name].revoked = True

    def restore(self, name: str) -> None:
        """The key works again. Raises KeyError without such a key."""
        self[name].revoked = False

    def rotate(self, name: str) -> str:
        """Give the key a new secret, which is returned; the old one stops at once.

        Raises KeyError without such a key.
        """
        key = self[name]
        self._rotations += 1
        key.text = world.key_text(f"{name.capitalize()}Rotated{self._rotations}x")
        key.revoked = False
        return key.text
