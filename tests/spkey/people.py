"""Who and what the client's tests speak of.

The secrets are functions, so that no frame of a test holds them.
"""

import pytest
import responses

from portal import spkey

BASE_URL = "https://api.spkey.test"
HUB = "3f2b8c1a-9d4e-4f6a-8b7c-0123456789ab"
OTHER_HUB = "3f2b8c1a-9d4e-4f6a-8b7c-0123456789ac"
USER = "11111111-2222-4333-8444-555555555555"
CLAIM_URL = f"{BASE_URL}/hubs/{HUB}/ClaimHub"
STATUS_URL = f"{BASE_URL}/hubs/{HUB}/status"
# For servers that never end, and for those that do, on a machine with other things to do.
QUICK = spkey.Timeouts(connect=0.2, get_read=0.2, post_read=0.2, get_total=0.4, post_total=0.4)
PATIENT = spkey.Timeouts(connect=30, get_read=30, post_read=30, get_total=60, post_total=60)
CLAIM = {"site_id": "site-1", "user_id": USER}


def key() -> str:
    """A key of the right alphabet, made here so that no secret-looking literal is in the code."""
    return ("canaryKey" + "x7" * 20)[:40]


def token() -> str:
    """A bearer token that looks like a JWT."""
    return ".".join(["canaryToken" + "y8" * 10, "payload", "signature"])


def status_json(**changes: object) -> dict[str, object]:
    """A documented status answer without its optional fields."""
    return {
        "hubId": HUB,
        "serial": "SN-1",
        "model": "H2",
        "thingName": HUB,
        "status": "Provisioned",
        "orgId": "",
        "siteId": "",
        "isPrimary": False,
        "provisionedAt": 1_700_000_000_000,
        "claimedAt": 0,
    } | changes


def claimed_json(**changes: object) -> dict[str, object]:
    """A documented answer to a claim, with its event."""
    data = {
        "hubId": HUB,
        "orgId": "acme",
        "siteId": "site-1",
        "claimedBy": USER,
        "claimedAt": 1_700_000_000_500,
    }
    event = {"type": "HubClaimed", "data": data}
    return {"success": True, "aggregateId": HUB, "version": 2, "event": event} | changes


def refusal_of_claim(
    api: responses.RequestsMock, client: spkey.Client, **answer: object
) -> spkey.SpkeyError:
    """Answer a claim so, and return the error that the client makes of it."""
    api.post(CLAIM_URL, **answer)
    with pytest.raises(spkey.SpkeyError) as caught:
        client.claim_hub(HUB, **CLAIM)
    return caught.value
