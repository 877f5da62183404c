"""A client of the SpKey API, as far as hubs are concerned.

Plain Python: it knows nothing of the portal around it.
"""

from portal.spkey.client import Client, Timeouts
from portal.spkey.credentials import check_bearer_alphabet, check_key_alphabet
from portal.spkey.deliveries import OF_HUBS, SHADOW_UPDATE, Hint
from portal.spkey.documents import FetchError, fetch
from portal.spkey.drift import Difference, differences
from portal.spkey.errors import (
    BadCredentials,
    Busy,
    FieldProblem,
    Forbidden,
    HubOffline,
    NotFound,
    NotPassedOn,
    RateLimited,
    Refused,
    SideEffectsFailed,
    SpkeyError,
    TlsFailed,
    Unreachable,
    UnusableAnswer,
)
from portal.spkey.events import ClaimedEvent, Event, ReClaimedEvent, RoleSetEvent, SuspendedEvent
from portal.spkey.fields import Undocumented
from portal.spkey.records import (
    HUB_STATUSES,
    AnswerMeta,
    CommandAnswer,
    HubStatus,
    SpkeyUser,
)

__all__ = [
    "HUB_STATUSES",
    "OF_HUBS",
    "SHADOW_UPDATE",
    "AnswerMeta",
    "BadCredentials",
    "Busy",
    "ClaimedEvent",
    "Client",
    "CommandAnswer",
    "Difference",
    "Event",
    "FetchError",
    "FieldProblem",
    "Forbidden",
    "Hint",
    "HubOffline",
    "HubStatus",
    "NotFound",
    "NotPassedOn",
    "RateLimited",
    "ReClaimedEvent",
    "Refused",
    "RoleSetEvent",
    "SideEffectsFailed",
    "SpkeyError",
    "SpkeyUser",
    "SuspendedEvent",
    "Timeouts",
    "TlsFailed",
    "Undocumented",
    "Unreachable",
    "UnusableAnswer",
    "check_bearer_alphabet",
    "check_key_alphabet",
    "differences",
    "fetch",
]
