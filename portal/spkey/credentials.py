"""What proves to the API who we are: checked early, added late, shown nowhere."""

import re
from typing import NoReturn

from requests import PreparedRequest
from requests.auth import AuthBase

_KEY = re.compile(r"[A-Za-z0-9]{40}")
_BEARER = re.compile(r"[A-Za-z0-9\-_.~+/=]{1,4096}")
# Anything shorter could be an ordinary word, and hiding it would damage honest answers.
_SHORTEST_HIDDEN = 8


def check_key_alphabet(text: str) -> str:
    """`text` itself when it can be an API key: exactly 40 ASCII letters and digits.

    Raises ValueError otherwise; neither its text nor its frames hold the value.
    """
    if isinstance(text, str) and _KEY.fullmatch(text):
        return text
    del text
    raise ValueError("An API key is exactly 40 letters and digits.")


def check_bearer_alphabet(text: str) -> str:
    """`text` itself when it can be in an Authorization header as a bearer token (RFC 6750).

    Raises ValueError otherwise; neither its text nor its frames hold the value.
    """
    if isinstance(text, str) and _BEARER.fullmatch(text):
        return text
    del text
    raise ValueError("A bearer token is made of ASCII letters, digits and -._~+/= only.")


class Credentials(AuthBase):
    """An API key, a bearer token, or both, that go into a request's headers and nowhere else.

    Raises ValueError for a malformed one, which requests would quote in an exception, and for none.
    """

    __slots__ = ("_api_key", "_bearer_token")

    def __init__(self, api_key: str | None, bearer_token: str | None) -> None:
        try:
            if api_key is bearer_token is None:
                raise ValueError("An API key or a bearer token is needed.")
            self._api_key = None if api_key is None else check_key_alphabet(api_key)
            self._bearer_token = bearer_token and check_bearer_alphabet(bearer_token)
        finally:
            del api_key, bearer_token

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Add the headers; requests calls this last, on the prepared request."""
        if self._api_key:
            request.headers["X-API-Key"] = self._api_key
        if self._bearer_token:
            request.headers["Authorization"] = f"Bearer {self._bearer_token}"
        return request

    def hide_in(self, content: bytes) -> bytes:
        """`content` without our secrets, should a server have echoed them."""
        for secret in filter(None, (self._api_key, self._bearer_token)):
            if len(secret) >= _SHORTEST_HIDDEN:
                content = content.replace(secret.encode(), b"[hidden]")
        return content

    def __repr__(self) -> str:
        return "Credentials(hidden)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("Credentials are not to be serialised.")
