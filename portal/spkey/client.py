"""The SpKey API's calls that concern hubs, one method each, all through one request function."""

import ipaddress
import json
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from urllib.parse import quote, urlsplit

from portal.spkey.answers import understand
from portal.spkey.credentials import Credentials
from portal.spkey.errors import HubOffline, NotPassedOn, SpkeyError
from portal.spkey.fields import Undocumented
from portal.spkey.records import AnswerMeta, CommandAnswer, HubStatus, SpkeyUser
from portal.spkey.wire import Limits, Wire

USER_AGENT = "spkey-portal/0.1"
_BASE_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?(?:/[\w./~-]*)?",
    re.ASCII,
)
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds: to connect, to wait for the next bytes, and for a whole call; GET and POST apart."""

    connect: float = 3.0
    get_read: float = 10.0
    post_read: float = 20.0
    get_total: float = 15.0
    post_total: float = 30.0

    def limits(self, method: str) -> Limits:
        """The limits of one call by this HTTP method."""
        if method == "GET":
            return Limits(self.connect, self.get_read, self.get_total)
        return Limits(self.connect, self.post_read, self.post_total)


class Client:
    """The SpKey API as one organisation sees it. A context manager; may be shared by threads.

    Every call is sent at most once, follows no redirect, and ends within its total deadline. Each
    raises a SpkeyError when there is no usable answer, and ValueError, before anything is sent, for
    a `hub_id` that is not a UUID (any version, any case) or a body that JSON cannot express.

    base_url      https, or http for a loopback host only; may have a path, never a query
    api_key       40 ASCII letters and digits; None to send the token alone
    bearer_token  a JWT; None to send the key alone, as the vendor's guide asks
    ended         told how every call ended, before its error is raised: the id of the hub it was
                  about, in small letters ("" for none), and that error, or None for a usable
                  answer. Raises nothing; may set its `held_for`
    Raises ValueError when one of them is malformed; the error never quotes a credential.
    """

    def __init__(
        self,
        base_url: str,
        api_key: str | None,
        bearer_token: str | None = None,
        *,
        timeouts: Timeouts = Timeouts(),
        user_agent: str = USER_AGENT,
        ended: Callable[[str, SpkeyError | None], None] | None = None,
    ) -> None:
        try:
            credentials = Credentials(api_key, bearer_token)
        finally:
            del api_key, bearer_token
        self.base_url = checked_base_url(base_url)
        self._timeouts = timeouts
        self._ended = ended
        self._wire = Wire(credentials, _checked_user_agent(user_agent))

    def __repr__(self) -> str:
        return f"Client({self.base_url!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the pooled connections."""
        self._wire.close()

    def hub_status(self, hub_id: str | uuid.UUID) -> HubStatus:
        """GET /hubs/{id}/status. An answer about another hub is an UnusableAnswer."""
        hub = _checked_hub_id(hub_id)

        def read(data: object, meta: AnswerMeta) -> HubStatus:
            status = HubStatus.from_json(data, meta)
            if status.hub_id != hub.lower():
                raise Undocumented("hubId is another hub's")
            return status

        return self._request("GET", _hub_path(hub, "status"), read, hub=hub)

    def claim_hub(
        self, hub_id: str | uuid.UUID, *, site_id: str, user_id: str, org_id: str | None = None
    ) -> CommandAnswer:
        """POST /hubs/{id}/ClaimHub: bind the hub to a site, for the SpKey user `user_id`.

        org_id: only with a super key, to claim for that organisation; None leaves it out.
        """
        body = {"siteId": site_id, "userId": user_id, "orgId": org_id}
        return self._command(hub_id, "ClaimHub", on_502=HubOffline, **body)

    def reclaim_hub(
        self,
        hub_id: str | uuid.UUID,
        *,
        new_org_id: str,
        new_site_id: str,
        reason: str,
        user_id: str,
    ) -> CommandAnswer:
        """POST /hubs/{id}/ReClaimHub: move a claimed hub to another organisation and site."""
        return self._command(
            hub_id,
            "ReClaimHub",
            newOrgId=new_org_id,
            newSiteId=new_site_id,
            reason=reason,
            userId=user_id,
        )

    def set_hub_role(
        self, hub_id: str | uuid.UUID, *, is_primary: bool, user_id: str
    ) -> CommandAnswer:
        """POST /hubs/{id}/SetHubRole: make a claimed hub the primary one of its site, or not."""
        return self._command(hub_id, "SetHubRole", isPrimary=is_primary, userId=user_id)

    def suspend_hub(self, hub_id: str | uuid.UUID, *, reason: str, user_id: str) -> CommandAnswer:
        """POST /hubs/{id}/SuspendHub: take a hub out of service."""
        return self._command(hub_id, "SuspendHub", reason=reason, userId=user_id)

    def send_hub_command(
        self, hub_id: str | uuid.UUID, *, command: str, args: Mapping[str, object] | None = None
    ) -> CommandAnswer:
        """POST /hubs/{id}/SendHubCommand: forwarded to the device, which answers later.

        The answer only says that it was forwarded; its `event` is None.
        """
        forwarded = None if args is None else dict(args)
        return self._command(hub_id, "SendHubCommand", command=command, args=forwarded)

    def commission_device(
        self, hub_id: str | uuid.UUID, *, commissioning_code: str
    ) -> CommandAnswer:
        """POST /hubs/{id}/CommissionDevice: join a Matter device; the result comes later.

        commissioning_code: 11 or 21 digits, or `MT:` and more; the API judges it.
        """
        return self._command(hub_id, "CommissionDevice", commissioningCode=commissioning_code)

    def find_user_by_email(self, email: str) -> SpkeyUser:
        """GET /users/by-email, searching only: an unknown address is NotFound, never a new user."""
        query = {"email": email, "searchOnly": "true"}
        return self._request("GET", "/users/by-email", SpkeyUser.from_json, query=query)

    def _command(
        self,
        hub_id: str | uuid.UUID,
        name: str,
        on_502: type[SpkeyError] = NotPassedOn,
        **parameters: object,
    ) -> CommandAnswer:
        hub = _checked_hub_id(hub_id)
        given = {key: value for key, value in parameters.items() if value is not None}
        body = json.dumps({"hubId": hub} | given, allow_nan=False).encode()
        path = _hub_path(hub, name)
        return self._request(
            "POST", path, CommandAnswer.from_json, hub=hub, body=body, on_502=on_502
        )

    def _request[R](
        self,
        method: str,
        path: str,
        read: Callable[[object, AnswerMeta], R],
        *,
        hub: str = "",
        body: bytes | None = None,
        query: Mapping[str, str] | None = None,
        on_502: type[SpkeyError] = NotPassedOn,
    ) -> R:
        limits = self._timeouts.limits(method)
        reply = self._wire.exchange(method, self.base_url + path, body, query or {}, limits)
        outcome = understand(reply, read, on_502)
        if self._ended is not None:
            self._ended(hub.lower(), outcome if isinstance(outcome, SpkeyError) else None)
        # Raised here, outside any handler: no library's exception, and no header it may quote,
        # hangs behind it.
        if isinstance(outcome, SpkeyError):
            raise outcome from None
        return outcome


def _checked_hub_id(hub_id: str | uuid.UUID) -> str:
    text = str(hub_id)
    # Quoting alone is no defence: `.` and `..` survive it.
    if not _UUID.fullmatch(text):
        raise ValueError("A hub id is a UUID.")
    return text


def _hub_path(hub_id: str, last: str) -> str:
    return f"/hubs/{quote(hub_id, safe='')}/{last}"


def checked_base_url(text: str) -> str:
    """Return the address, without a slash at its end. Raises ValueError if none may call it."""
    match = _BASE_URL.fullmatch(text)
    if not match:
        raise ValueError("A base URL is scheme, host and perhaps port and path, and nothing else.")
    if match["scheme"] == "http" and not _is_loopback(match["host"].strip("[]")):
        raise ValueError("A base URL is https; http is for this machine itself only.")
    return text.rstrip("/")


def is_safe_address(address: str) -> bool:
    """Whether the address is https, or http on this machine itself, and names no account."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return False
    if not host or "@" in parts.netloc:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(host))


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _checked_user_agent(text: str) -> str:
    if not (text.isascii() and text.isprintable() and text == text.strip()):
        raise ValueError("A User-Agent is one line of ASCII.")
    return text
