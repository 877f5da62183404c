"""An OpenID Connect provider in a process of its own, on loopback: `python -m tests.oidc_provider`.

It prints its address, and signs in at once whoever comes: what it says of them is read from its
standard input, one JSON object a line, each answered with an empty line. What may stand in it:
`claims` (added to the token), `userinfo` (its whole answer), `deny`, `foreign_key`.
"""

import base64
import hashlib
import json
import secrets
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

CLIENT, SECRET, KEY_ID = "portal", "a secret of the tests", "1"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
FOREIGN_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Provider(ThreadingHTTPServer):
    """What it knows: what to say, and the codes that it gave out."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.scene: dict[str, Any] = {}
        self.codes: dict[str, dict[str, str]] = {}


class Handler(BaseHTTPRequestHandler):
    """Discovery, authorize, token, userinfo and keys."""

    server: Provider

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(address.query).items()}
        if address.path == "/authorize":
            self._authorize(asked)
        elif address.path == "/userinfo":
            self._json(self.server.scene.get("userinfo", {}))
        elif address.path == "/keys":
            public = json.loads(RSAAlgorithm.to_jwk(KEY.public_key()))
            self._json({"keys": [{**public, "kid": KEY_ID, "alg": "RS256", "use": "sig"}]})
        else:
            self._json(self._published())

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        sent = {name: values[0] for name, values in parse_qs(body).items()}
        begun = self.server.codes.pop(sent.get("code", ""), None)
        proof = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(proof).decode().rstrip("=")
        if (
            begun is None
            or (sent["client_id"], sent["client_secret"]) != (CLIENT, SECRET)
            or sent["redirect_uri"] != begun["redirect_uri"]
            or begun["code_challenge"] != challenge
        ):
            self._json({"error": "invalid_grant"}, 400)
            return
        self._json({"access_token": "x", "token_type": "Bearer", "id_token": self._token(begun)})

    def _authorize(self, asked: dict[str, str]) -> None:
        answer = {"state": asked["state"]}
        if self.server.scene.get("deny"):
            answer["error"] = "access_denied"
        else:
            answer["code"] = secrets.token_urlsafe()
            self.server.codes[answer["code"]] = asked
        self.send_response(302)
        self.send_header("Location", f"{asked['redirect_uri']}?{urlencode(answer)}")
        self.end_headers()

    def _token(self, begun: dict[str, str]) -> str:
        now = int(time.time())
        said = {
            "iss": self.server.url,
            "aud": CLIENT,
            "sub": "1",
            "iat": now,
            "exp": now + 60,
            "nonce": begun["nonce"],
            **({"auth_time": now} if "max_age" in begun else {}),
            **self.server.scene.get("claims", {}),
        }
        key = FOREIGN_KEY if self.server.scene.get("foreign_key") else KEY
        return jwt.encode(said, key, algorithm="RS256", headers={"kid": KEY_ID})

    def _published(self) -> dict[str, Any]:
        url = self.server.url
        return {
            "issuer": self.server.scene.get("published_issuer", url),
            "authorization_endpoint": f"{url}/authorize",
            "token_endpoint": f"{url}/token",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
            "userinfo_endpoint": f"{url}/userinfo",
            "jwks_uri": f"{url}/keys",
        }

    def _json(self, content: object, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(content).encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def say(text: str) -> None:
    """Write a line to whoever has started the process."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> None:
    provider = Provider()
    threading.Thread(target=provider.serve_forever, daemon=True).start()
    say(provider.url)
    for line in sys.stdin:
        provider.scene = json.loads(line)
        say("")


if __name__ == "__main__":
    main()
