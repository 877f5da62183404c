"""What must be so once a fault is over: SpKey's own log, the claim's end and its record agree."""

import json

from portal.audit.models import Entry
from portal.claims.models import SUCCEEDED, Claim, State
from portal.sandbox import world
from portal.sandbox.server import Sandbox
from tests.conftest import claimed_events

SEND = {"method": "POST", "path_contains": "ClaimHub"}
READ = {"method": "GET", "path_contains": "status"}


def accepted(claim: Claim, **changes: str) -> str:
    """The body of a 200 that accepts the claim; `changes` are those of its event's data."""
    data = {
        "hubId": claim.hub_id_text,
        "orgId": world.ACME_ORG_ID,
        "siteId": "mill-court",
        "claimedBy": world.USERS["installer@acme.example"],
        "claimedAt": 1_700_000_000_000,
    }
    event = {"type": "HubClaimed", "data": data | changes}
    document = {"success": True, "aggregateId": claim.hub_id_text, "version": 2, "event": event}
    return json.dumps(document)


def sends(sandbox: Sandbox, claim: Claim) -> list:
    """The sends that arrived for the claim's hub, oldest first."""
    path = f"{claim.hub_id_text}/ClaimHub"
    return [request for request in list(sandbox.state.requests) if path in request.path]


def reads(sandbox: Sandbox, claim: Claim) -> list:
    """The status reads that arrived for the claim's hub, oldest first."""
    path = f"{claim.hub_id_text}/status"
    return [request for request in list(sandbox.state.requests) if path in request.path]


def assert_claimed_once(sandbox: Sandbox, claim: Claim) -> None:
    """SpKey logged one claim, by Acme's key for Mill Court, and was sent nothing after it."""
    events = claimed_events(sandbox, claim.hub_id_text)
    assert claim.state == State.CLAIMED
    assert [(event.key, event.data["orgId"], event.data["siteId"]) for event in events] == [
        ("acme", world.ACME_ORG_ID, "mill-court")
    ]
    # The nearest before it: the clock may have been put back between two sends.
    arrived = [sent.at for sent in sends(sandbox, claim)]
    assert max(at for at in arrived if at <= events[0].at) == arrived[-1]
    assert_recorded_once(claim)


def assert_not_claimed(sandbox: Sandbox, claim: Claim) -> None:
    """The claim has ended without success, and SpKey logged none for Acme."""
    events = claimed_events(sandbox, claim.hub_id_text)
    assert claim.is_final
    assert claim.state not in SUCCEEDED
    assert [event for event in events if event.data["orgId"] == world.ACME_ORG_ID] == []
    assert_recorded_once(claim)


def assert_recorded_once(claim: Claim) -> None:
    """The claim's end is in the audit trail once, as it was."""
    (entry,) = Entry.objects.filter(verb="claim.ended", object_id=str(claim.pk))
    assert entry.detail["state"] == claim.state


def assert_sent_again_only_after_two_late_reads(sandbox: Sandbox, claim: Claim) -> None:
    """Between two sends are two reads, both 45 s after the first and 10 s apart."""
    first, second = sends(sandbox, claim)
    late = [read.at for read in reads(sandbox, claim) if first.at + 45 <= read.at < second.at]
    assert len(late) >= 2
    assert late[-1] - late[0] >= 10
