"""Time, and waiting for a claim to end, for tests against the sandbox."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from portal.claims.models import ACTIVE, Claim
from portal.sandbox.server import Sandbox
from tests.conftest import work


@pytest.fixture
def clock():
    """The time, which `shift(seconds)` moves on; it runs by itself as well."""
    with time_machine.travel(datetime.now(UTC), tick=True) as traveller:
        yield traveller


@pytest.fixture
def live_through(clock) -> Callable[..., Claim]:
    """Let the worker look at a claim once in so many seconds, until it ends or time is up."""

    def live(claim: Claim, *, every: float = 15, rounds: int = 20) -> Claim:
        for _ in range(rounds):
            claim = work(claim)
            if claim.is_final:
                return claim
            clock.shift(every)
        return claim

    return live


@pytest.fixture
def wire(sandbox) -> Callable[..., list]:
    """What the sandbox was asked: `wire("ClaimHub")` gives the sends, oldest first."""

    def asked(path: str = "", hub_id: object = "") -> list:
        return [
            request
            for request in sandbox.state.requests
            if path in request.path and str(hub_id) in request.path
        ]

    return asked


def claimed_events(sandbox: Sandbox, hub_id: object) -> list:
    return [
        event
        for event in sandbox.state.event_log
        if event.type == "HubClaimed" and event.hub_id == str(hub_id)
    ]


def put(claim: Claim, state: str, reason: str = "", **fields: object) -> Claim:
    """Put the claim into a state, an hour after it was made."""
    now = timezone.now()
    ended = {} if state in ACTIVE else {"finished_at": now, "next_attempt_at": None}
    Claim.objects.filter(pk=claim.pk).update(
        state=state, reason=reason, created_at=now - timedelta(hours=1), **ended, **fields
    )
    related = ("organisation", "site", "hub", "submitted_by")
    return Claim.objects.select_related(*related).get(pk=claim.pk)
