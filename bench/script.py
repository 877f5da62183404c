"""What a script would do instead of the portal: plain `requests`, one call after the other."""

import requests

from portal.sandbox import world


def bare_session() -> requests.Session:
    """Return a session with the key, whose connection is kept: the faster kind of script."""
    session = requests.Session()
    session.headers["X-API-Key"] = world.ACME_KEY
    return session


def read(session: requests.Session, api: str, hub_id: str) -> None:
    """Read a hub's status. Raises requests.HTTPError for a refusal."""
    session.get(f"{api}/hubs/{hub_id}/status", timeout=30).raise_for_status()


def claim(session: requests.Session, api: str, hub_id: str) -> None:
    """Claim a hub. Raises requests.HTTPError for a refusal."""
    body = {
        "hubId": hub_id,
        "siteId": "harbour-house",
        "userId": world.user_id("installer@acme.example"),
    }
    answer = session.post(f"{api}/hubs/{hub_id}/ClaimHub", json=body, timeout=30)
    answer.raise_for_status()
