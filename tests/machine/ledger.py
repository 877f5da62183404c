"""What the machine itself knows: what it was answered, what was sent, what took effect."""

import uuid
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from portal.claims.models import ACTIVE, FINAL, Attempt, Claim
from portal.core.leasing import Lease
from portal.sandbox.state import LoggedEvent, SandboxState

SENDING = "ClaimHub"


@dataclass
class Ledger:
    """Kept beside the portal, and never from what it says of itself but for claims' states.

    `wrong` holds what broke an invariant (by its name) while a step was under way. `lost_rights`
    and `ever_lost` name people, sites and claims (see `World.may_send`). `limited` are people who
    claim only where jobs send them, `sent_to` where those are open, and `released` who took a
    claim upon themselves. `working` is the stack
    of leases at work, None for work on anything but a claim; `slept` those whose worker lay
    still between its intent and its send. `aged` are claims whose send was open when the
    portal's clock was put forward; `called_at` is the true time of each attempt.
    `grants_end` is when, by the portal's clock, each grant ends; `ran_out` are those that may have
    been found over by then, and `grants_over` those that a worker has ended for good.
    """

    state: SandboxState
    claim_requests: list[Any] = field(default_factory=list)
    answers: dict[uuid.UUID, uuid.UUID] = field(default_factory=dict)
    accepted: list[uuid.UUID] = field(default_factory=list)
    states: dict[uuid.UUID, str] = field(default_factory=dict)
    moves: list[tuple[uuid.UUID, str, str]] = field(default_factory=list)
    ends: dict[uuid.UUID, tuple[Any, ...]] = field(default_factory=dict)
    wrong: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    lost_rights: set[object] = field(default_factory=set)
    ever_lost: set[object] = field(default_factory=set)
    working: list[Lease | None] = field(default_factory=list)
    slept: set[Lease] = field(default_factory=set)
    called_at: dict[int, float] = field(default_factory=dict)
    aged: set[uuid.UUID] = field(default_factory=set)
    blocked: dict[Lease, bool] = field(default_factory=dict)
    limited: set[uuid.UUID] = field(default_factory=set)
    ever_limited: set[uuid.UUID] = field(default_factory=set)
    sent_to: set[tuple[uuid.UUID, uuid.UUID]] = field(default_factory=set)
    released: dict[uuid.UUID, uuid.UUID] = field(default_factory=dict)
    people_ever_lost: set[uuid.UUID] = field(default_factory=set)
    keys_stored: dict[uuid.UUID, set[str]] = field(default_factory=lambda: defaultdict(set))
    sends: list[uuid.UUID] = field(default_factory=list)
    effects: dict[uuid.UUID, list[LoggedEvent]] = field(default_factory=lambda: defaultdict(list))
    events_seen: int = 0
    bound: dict[str, set[tuple[str, str]]] = field(default_factory=lambda: defaultdict(set))
    suspended: set[str] = field(default_factory=set)
    grants_end: dict[uuid.UUID, datetime] = field(default_factory=dict)
    ran_out: set[uuid.UUID] = field(default_factory=set)
    grants_over: set[uuid.UUID] = field(default_factory=set)

    def __post_init__(self) -> None:
        for hub in self.state.hubs.values():
            self._see(hub.hub_id, hub.org_id, hub.site_id, hub.status)

    def _see(self, hub_id: str, org_id: str, site_id: str, status: str) -> None:
        if org_id:
            self.bound[hub_id].add((org_id, site_id))
        if status in {"Suspended", "Decommissioned"}:
            self.suspended.add(hub_id)

    def look_at_spkey(self, claim_id: uuid.UUID | None = None) -> None:
        """Take in what has happened there; `claim_id` names the claim whose send did it."""
        for event in self.state.event_log[self.events_seen :]:
            if event.type == "HubClaimed":
                self.bound[event.hub_id].add((event.data["orgId"], event.data["siteId"]))
            if claim_id is not None:
                self.effects[claim_id].append(event)
        self.events_seen = len(self.state.event_log)

    def look_at_claims(self) -> None:
        """Take in every committed change of a claim's state, and every new attempt."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT id, state FROM claims_claim")
            rows = cursor.fetchall()
        for text, state in rows:
            claim_id = uuid.UUID(str(text))
            before = self.states.get(claim_id, "new")
            if before != state:
                self.moves.append((claim_id, before, state))
                self.states[claim_id] = state
        known = max(self.called_at, default=0)
        for pk in Attempt.objects.filter(pk__gt=known).values_list("pk", flat=True):
            self.called_at[pk] = self.state.clock()

    @property
    def lease(self) -> Lease | None:
        """The lease under which a worker is at this moment busy, None when it holds no claim."""
        return self.working[-1] if self.working else None

    @contextmanager
    def at_work(self, lease: Lease | None) -> Iterator[None]:
        """Remember for the block who is at work."""
        self.working.append(lease)
        try:
            yield
        finally:
            self.working.pop()


def journey(claim: Claim) -> str:
    """Return the claim's attempts as text, to find out what went wrong."""
    whose = f"at {claim.spkey_site_id} for {claim.organisation} by {claim.submitted_by}"
    lines = [
        f"claim {claim.pk} of {claim.hub_id_text} {whose}",
        f"  {claim.state}/{claim.reason}, {claim.sends} sends, late at {claim.late_effect_at}",
    ]
    for attempt in claim.attempts.all():
        what = f"{attempt.outcome or 'open'} {attempt.http_status or ''} {attempt.message}"
        lines.append(
            f"  {attempt.number} {attempt.started_at:%d %H:%M:%S} epoch {attempt.epoch} "
            f"{attempt.kind}: {what}"
        )
    return "\n".join(lines)


def intent_is_open(lease: Lease) -> bool:
    """Say whether the worker with this lease has committed a send that has not ended."""
    return Attempt.objects.filter(
        claim=lease.pk, epoch=lease.epoch, kind=Attempt.Kind.SEND, outcome=""
    ).exists()


def is_final(state: str) -> bool:
    """Say whether a claim in this state has ended."""
    if state not in (*ACTIVE, *FINAL):
        raise ValueError(state)
    return state in FINAL
