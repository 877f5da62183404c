"""Fetching a public document, such as the vendor's OpenAPI: bounded, without credentials."""

from typing import Final

from requests.auth import AuthBase
from requests.models import PreparedRequest

from portal.spkey.client import USER_AGENT, is_safe_address
from portal.spkey.wire import Fault, Limits, Wire

LIMITS: Final = Limits(connect=3.0, read=10.0, total=20.0)


class FetchError(Exception):
    """There is no such document; the text says why, as a sentence."""


class _Nobody(AuthBase):
    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        return request

    def hide_in(self, content: bytes) -> bytes:
        """All of it: there is nothing to hide."""
        return content


def fetch(address: str) -> bytes:
    """Return what is at an address: https, or http on this machine itself. Raises FetchError."""
    if not is_safe_address(address):
        raise FetchError("The address is https, or http on this machine itself.")
    wire = Wire(_Nobody(), USER_AGENT)
    try:
        reply = wire.exchange("GET", address, None, {}, LIMITS)
    finally:
        wire.close()
    if reply.fault is Fault.TOO_LARGE:
        raise FetchError("The document is too large.")
    if reply.fault or reply.http_status is None:
        raise FetchError("There was no whole answer.")
    if reply.http_status != 200:
        raise FetchError(f"The answer was {reply.http_status}.")
    return reply.body
