"""The two calls of a claim: the read of its hub, and the send."""

from portal import spkey
from portal.hubs import calls
from portal.hubs.calls import CallOutcome, CallRecord, Reading, read, remember

__all__ = ("CallOutcome", "CallRecord", "Reading", "Sent", "read", "remember", "send")

Sent = calls.Sent[spkey.ClaimedEvent]


def send(
    client: spkey.Client, hub_id: str, *, site_id: str, user_id: str, org_id: str | None
) -> Sent:
    """Send the claim, once. Never raises an API error."""

    def call() -> spkey.CommandAnswer:
        return client.claim_hub(hub_id, site_id=site_id, user_id=user_id, org_id=org_id)

    return calls.sent(call, spkey.ClaimedEvent)
