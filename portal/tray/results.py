"""What became of a row of a tray: what its device is told, before there are words for it."""

import uuid
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from portal.claims.models import Claim
from portal.claims.telling import Telling
from portal.consent.rights import Why
from portal.hubs.labels import parse
from portal.hubs.models import Hub
from portal.moves.models import MoveRequest
from portal.orgs.models import User
from portal.sites.models import Site

# Why no hub is looked up just now, beside the reasons for which claims wait.
NO_WORKER: Final = "no_worker"


class Move(Enum):
    """What somebody may do about a hub of theirs that is at another site: move it, or ask."""

    NOTHING = auto()
    DO = auto()
    ASK = auto()
    IS_ASKED = auto()


@dataclass(frozen=True, slots=True)
class Lookup:
    """The row asks after a hub, to claim it at `site` (None: not picked yet).

    `at` names the site at which SpKey has the hub, if any. `trouble` is why no hub is looked
    up just now, "" when they are: NO_WORKER, or the Reason for which a claim would wait. `move` is
    what the reader may do about a hub that is at another site, `for_admin` as in `Followed`.
    `telling`: whether the administrators know of the hub, or what came of telling them. `request`
    is the newest by which the hub was asked for, of one that is somebody else's. `for_support`: the
    reader is an agent who acts for the organisation.
    """

    hub: Hub
    site: Site | None
    at: str
    trouble: str
    move: Move = Move.NOTHING
    for_admin: bool = False
    telling: Telling = Telling.NOTHING
    request: MoveRequest | None = None
    for_support: bool = False


@dataclass(frozen=True, slots=True)
class Followed:
    """The row became this claim. `at` names the site at which SpKey has the hub, if any.

    `reader` is whose tray it is; None stands for who made the claim. `tried`: they have asked to
    have it tried at once. `held_back`: it was not, just now. `for_admin`: the reader runs the
    organisation's people and key. `telling`, `request` and `for_support` as in `Lookup`. `may_act`:
    the reader may act on the claim. `is_braked`: they have done too much for others to have it
    tried.
    """

    claim: Claim
    at: str
    reader: User | None = None
    tried: bool = False
    held_back: bool = False
    for_admin: bool = False
    telling: Telling = Telling.NOTHING
    request: MoveRequest | None = None
    for_support: bool = False
    may_act: bool = True
    is_braked: bool = False


@dataclass(frozen=True, slots=True)
class ClaimedElsewhere:
    """This claim, of the same organisation, has the hub at another site."""

    claim: Claim


@dataclass(frozen=True, slots=True)
class NoLabel:
    """The row's text holds no hub id."""

    problem: parse.LabelProblem


@dataclass(frozen=True, slots=True)
class NoSite:
    """The site that was picked takes no claims, or was never there."""

    hub_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class NoJob:
    """The site is there, and no job of the member's, who is limited to jobs, ever was at it."""

    hub_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class NoClaim:
    """The claim is not there, or not for this person."""


@dataclass(frozen=True, slots=True)
class NotTaken:
    """Something unforeseen kept the row from being taken."""


@dataclass(frozen=True, slots=True)
class NoAccess:
    """The agent may not do it for the organisation now."""

    why: Why


@dataclass(frozen=True, slots=True)
class NoReason:
    """The agent has not said why."""


@dataclass(frozen=True, slots=True)
class NamesAnother:
    """What the agent gave as the reason names another organisation than the one that reads it."""


@dataclass(frozen=True, slots=True)
class NoFactor:
    """The agent's second factor was used too long ago: it is sent once they have used it again."""


@dataclass(frozen=True, slots=True)
class AlreadyClaiming:
    """The organisation, or another support, claims the hub: the agent learns no more of it."""


@dataclass(frozen=True, slots=True)
class TooMany:
    """The agent has done as much for others as one may: more is taken in so many seconds."""

    seconds: int


type OfSupport = NoAccess | NoReason | NamesAnother | NoFactor | AlreadyClaiming | TooMany
type Refused = ClaimedElsewhere | NoLabel | NoSite | NoJob | NoClaim | NotTaken | OfSupport
type Result = Lookup | Followed | Refused
