"""Under random faults and killed workers nothing is lost, doubled or misreported."""

import random
from contextlib import suppress

import pytest

from portal.audit.models import Entry
from portal.claims.engine import actions, calls
from portal.claims.models import FINAL, Attempt, Claim, State
from portal.core import worker
from portal.orgs import api_keys
from portal.sandbox import world
from tests.conftest import claim_request, claimed_events

HUBS = 8
SENDS = {"path_contains": "ClaimHub"}
READS = {"path_contains": "status"}
ACTIONS = (
    {"drop": "before"},
    {"drop": "after"},
    {"reset": "mid_body"},
    {"status": 500},
    {"status": 500, "effect": True},
    {"status": 502},
    {"status": 502, "body": "<html>", "effect": True},
    {"status": 200, "body": "{}", "effect": True},
    {"status": 400},
    {"status": 400, "effect": True},
    {"status": 401},
    {"status": 409},
    {"status": 429},
    {"status": 429, "headers": {"Retry-After": "9"}},
)


class Killed(BaseException):
    """Represents the end of the process: nothing catches it."""


@pytest.fixture
def mortal(monkeypatch):
    """Let workers die now and then, just before or after a request leaves."""
    send = calls.send
    fate = random.Random(0)

    def deadly(*args, **kwargs):
        chance = fate.random()
        if chance < 0.1:
            raise Killed
        answer = send(*args, **kwargs)
        if chance > 0.9:
            raise Killed
        return answer

    monkeypatch.setattr(calls, "send", deadly)
    return fate


def work_through():
    with suppress(Killed):
        worker.run_once()


def journey(claim):
    """The claim's attempts, to find out what went wrong."""
    steps = [f"{a.kind} {a.outcome or 'open'} {a.http_status}" for a in claim.attempts.all()]
    return f"{claim.state}/{claim.reason} after {', '.join(steps)}"


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_once_the_faults_stop_every_claim_ends_as_spkey_has_it(
    sandbox, ira, mill_court, acme, clock, wire, mortal, seed
):
    chance = random.Random(seed)
    mortal.seed(seed)
    for n in range(HUBS):
        actions.submit(claim_request(ira, mill_court, world.hub_id(n)))
    for _ in range(14):
        match = chance.choice([SENDS, SENDS, READS])
        sandbox.faults.add(match, action=chance.choice(ACTIONS), times=chance.randint(1, 3))
        work_through()
        clock.shift(chance.uniform(2, 60))

    sandbox.faults.clear()
    for _ in range(60):
        api_keys.ask_for_check(acme.credential, ira)
        work_through()
        clock.shift(61)
        if not Claim.objects.active().exists():
            break

    for claim in Claim.objects.all():
        events = claimed_events(sandbox, claim.hub_id_text)
        sends = claim.attempts.filter(kind=Attempt.Kind.SEND)
        ended = Entry.objects.filter(verb="claim.ended", object_id=str(claim.pk))
        assert claim.state in FINAL, journey(claim)
        assert len(events) == (1 if claim.state == State.CLAIMED else 0), journey(claim)
        assert len(wire("ClaimHub", claim.hub_id_text)) <= sends.count() == claim.sends <= 8
        assert not sends.filter(outcome="").exists(), journey(claim)
        assert ended.count() == 1, journey(claim)
    assert Claim.objects.filter(state=State.CLAIMED).exists()
