"""What a decision about a claim is made from, and what it says."""

from dataclasses import dataclass
from datetime import datetime

from portal.claims.models import Reason, State


@dataclass(frozen=True, slots=True)
class Facts:
    """What a decision needs to know of a claim.

    `created_at` is since when the claim has been tried, time in which it could not be left
    out. `recent_sends` counts the last ten minutes. `seen_offline` says that the hub was
    offline when it was last read.
    """

    hub_id: str
    org_id: str
    site_id: str
    reason: str
    created_at: datetime
    tries: int
    sends: int
    recent_sends: int
    last_send_at: datetime | None
    unresolved: bool
    settled_read_at: datetime | None
    send_wanted: bool
    cancelling: bool
    seen_offline: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """Where the claim goes. `wait` is in seconds, None for no further attempt by the clock.

    `send` asks for a send instead of a rest. `unresolved` says whether a send's outcome stays
    open. `refused_key`, `foreign_key` (it proved to be another organisation's) and `pause`
    concern the key, and through it all claims that use it.
    """

    state: State
    reason: Reason = Reason.NONE
    wait: float | None = None
    send: bool = False
    unresolved: bool = False
    settled_read_at: datetime | None = None
    failed: bool = False
    problems: tuple[tuple[str, str], ...] = ()
    refused_key: bool = False
    foreign_key: bool = False
    pause: float | None = None
