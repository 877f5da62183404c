"""A passkey without a device: it makes and signs what a browser would send to the portal."""

import json
from hashlib import sha256
from typing import Any
from uuid import uuid4

from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

ORIGIN = "http://localhost:8000"
FLAGS = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.UV


class SoftPasskey:
    """One passkey. `origin` is where its browser believes to be."""

    def __init__(self, origin: str = ORIGIN) -> None:
        self.origin = origin
        self.id = uuid4().bytes
        self._key = ec.generate_private_key(ec.SECP256R1())

    def made(self, options: dict[str, Any]) -> str:
        """Return what is sent for options of making one."""
        public = ES256.from_cryptography_key(self._key.public_key())
        credential = AttestedCredentialData.create(Aaguid.NONE, self.id, public)
        data = AuthenticatorData.create(
            _digest(options["rp"]["id"]), FLAGS | AuthenticatorData.FLAG.AT, 0, credential
        )
        statement = AttestationObject.create("none", data, {})
        client = self._client(CollectedClientData.TYPE.CREATE, options["challenge"])
        return self._sent(clientDataJSON=client, attestationObject=statement)

    def used(self, options: dict[str, Any]) -> str:
        """Return what is sent for options of using one."""
        data = AuthenticatorData.create(_digest(options["rpId"]), FLAGS, 1)
        client = self._client(CollectedClientData.TYPE.GET, options["challenge"])
        signature = self._key.sign(data + client.hash, ec.ECDSA(hashes.SHA256()))
        return self._sent(clientDataJSON=client, authenticatorData=data, signature=signature)

    def _client(self, kind: CollectedClientData.TYPE, challenge: str) -> CollectedClientData:
        return CollectedClientData.create(kind, websafe_decode(challenge), self.origin)

    def _sent(self, **response: bytes) -> str:
        name = websafe_encode(self.id)
        encoded = {key: websafe_encode(value) for key, value in response.items()}
        return json.dumps(
            {
                "id": name,
                "rawId": name,
                "type": "public-key",
                "response": encoded,
                "clientExtensionResults": {},
            }
        )


def options_of(answer: Any) -> dict[str, Any]:
    """Return what the page asks a browser with."""
    options: dict[str, Any] = json.loads(answer.context["passkey_options"])
    return options


def add(client: Client, address: str, name: str = "Phone") -> SoftPasskey:
    """Add a passkey on the page of this address."""
    passkey = SoftPasskey()
    sent = passkey.made(options_of(client.get(address)))
    assert client.post(address, {"name": name, "credential": sent}).status_code == 302
    return passkey


def passkeys() -> list[str]:
    """Return the names of all passkeys that are stored."""
    stored = Authenticator.objects.filter(type=Authenticator.Type.WEBAUTHN).order_by("pk")
    return [each.wrap().name for each in stored]


def _digest(rp_id: str) -> bytes:
    return sha256(rp_id.encode()).digest()
