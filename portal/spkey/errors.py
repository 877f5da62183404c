"""What can go wrong between us and the SpKey API, told apart by what a caller can do about it."""

from dataclasses import dataclass
from typing import TypedDict, Unpack


class ErrorFacts(TypedDict, total=False):
    """What every error knows about the call; see the attributes of SpkeyError."""

    http_status: int | None
    reference: str | None
    request_id: str
    duration: float
    may_have_reached: bool
    outcome_unknown: bool
    from_api: bool
    retry_after: float | None


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One entry of a refusal's `details`: the API's name of the field and its words about it."""

    field: str
    message: str


class SpkeyError(Exception):
    """A call that did not end in a usable answer.

    message           the API's own words, one line of at most 300 characters, perhaps empty; ours
                      where there is no answer, or none that can be used
    http_status       status code of the answer, None when there was none
    reference         the answer's CF-Ray header, which the vendor's support can look up, or None
    request_id        our own id of the call, sent as X-Request-Id
    duration          seconds the call took
    may_have_reached  False only when the request surely never reached the server
    outcome_unknown   for a command: whether it took effect is open. Always False for a read
    from_api          the body was in one of the API's own error shapes, so not a gateway's page
    retry_after       in how many seconds a 429 or a 5xx asks to be called again, None where it
                      names no understandable time
    held_for          for how many seconds the caller's `ended` (see Client) makes calls wait
    """

    def __init__(self, message: str = "", **facts: Unpack[ErrorFacts]) -> None:
        super().__init__(message)
        self.message = message
        self.http_status = facts.get("http_status")
        self.reference = facts.get("reference")
        self.request_id = facts.get("request_id", "")
        self.duration = facts.get("duration", 0.0)
        self.may_have_reached = facts.get("may_have_reached", True)
        self.outcome_unknown = facts.get("outcome_unknown", False)
        self.from_api = facts.get("from_api", False)
        self.retry_after = facts.get("retry_after")
        self.held_for = 0.0

    def __str__(self) -> str:
        status = f"HTTP {self.http_status}" if self.http_status else "no answer"
        reference = f", reference {self.reference}" if self.reference else ""
        return f"{status}{reference}: {self.message or 'without words'}"


class Refused(SpkeyError):
    """400 and every other 4xx without a class of its own.

    `is_invalid` says that what was sent is wrong in itself, whatever the hub is, and `details`
    names the fields that are, where the API does.
    """

    def __init__(
        self,
        message: str = "",
        *,
        details: tuple[FieldProblem, ...] = (),
        is_invalid: bool = False,
        **facts: Unpack[ErrorFacts],
    ) -> None:
        super().__init__(message, **facts)
        self.details = details
        self.is_invalid = is_invalid


class Busy(Refused):
    """409: the hub is being changed by somebody else, or the same thing was asked twice."""


class HubOffline(SpkeyError):
    """502 to ClaimHub in the API's own shape: the API is there, the hub is not connected."""


class NotPassedOn(SpkeyError):
    """502 to any other call in the API's own shape: it could not be passed on.

    That says nothing of whether the hub is connected: what is passed on waits for one that is not.
    """


class SideEffectsFailed(SpkeyError):
    """500 `SideEffectError`: the command took effect, and something that follows it failed."""


class BadCredentials(SpkeyError):
    """401: the key or the token is missing, revoked or expired."""


class Forbidden(SpkeyError):
    """403: the credentials are good, but not for this organisation."""


class NotFound(SpkeyError):
    """404: no such hub, or no user with this address."""


class RateLimited(SpkeyError):
    """429: too many calls with this key."""


class Unreachable(SpkeyError):
    """No whole HTTP answer within the deadline, or a 5xx that does not speak of the hub."""


class TlsFailed(Unreachable):
    """The server could not prove who it is (or speak TLS at all); nothing was sent to it."""


class UnusableAnswer(SpkeyError):
    """An answer that cannot be trusted: a redirect, too large, or other than documented."""
