"""What people were answered, written down apart from the portal's own database."""

import threading
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from chaos.clock import Clock
from chaos.tenants import Person, Tenant

DATABASES_ENDED = "databases killed or restarted"


@dataclass(frozen=True, slots=True, eq=False)
class ClaimRequest:
    """What somebody asks for: a hub, for a tenant, at a site. `token` is the form's submission.

    `agent` is support's tenant where one of its agents asks for another organisation.
    """

    person: Person
    tenant: Tenant
    site: str
    hub_id: str
    token: str = ""
    agent: Tenant | None = None


@dataclass(slots=True)
class Ledger:
    """Everything that was promised to somebody. Safe to be written by many threads.

    `accepted` holds, by claim id, the requests that were answered with it; `stopped` the claims
    that somebody told to stop; `refused` the requests for which the portal made no claim;
    `forbidden` the claims, by id, that the people who had asked for them might not act on;
    `surprises` what it should never have answered; `counts` what is only counted; `clock` what the
    portal's clock said when.
    """

    accepted: dict[str, list[ClaimRequest]] = field(default_factory=lambda: defaultdict(list))
    stopped: set[str] = field(default_factory=set)
    refused: list[ClaimRequest] = field(default_factory=list)
    forbidden: list[tuple[str, ClaimRequest]] = field(default_factory=list)
    surprises: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    clock: Clock = field(default_factory=Clock)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def accept(self, claim_request: ClaimRequest, claim_id: str) -> None:
        """The request was answered with this claim."""
        with self._lock:
            self.accepted[claim_id].append(claim_request)

    def refuse(self, claim_request: ClaimRequest) -> None:
        """The portal said that it makes no claim of this request."""
        with self._lock:
            self.refused.append(claim_request)

    def forbid(self, claim_request: ClaimRequest, claim_id: str) -> None:
        """The portal said that the person who asked for this claim may not act on it."""
        with self._lock:
            self.forbidden.append((claim_id, claim_request))

    def stop(self, claim_id: str) -> None:
        """Somebody is about to tell this claim to stop."""
        with self._lock:
            self.stopped.add(claim_id)

    def surprise(self, what: str) -> None:
        """Something was answered that never should be."""
        with self._lock:
            self.surprises.append(what)

    def count(self, what: str, by: int = 1) -> None:
        """Count something that happened."""
        with self._lock:
            self.counts[what] += by
