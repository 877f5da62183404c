"""What a script would do instead of the portal: plain `requests`, in one thread or in several."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence

import requests

from portal.sandbox import world

type Call = Callable[[requests.Session, str, str], object]


def bare_session() -> requests.Session:
    """Return a session with the key, whose connection is kept: the faster kind of script."""
    session = requests.Session()
    session.headers["X-API-Key"] = world.ACME_KEY
    return session


def in_threads(number: int, api: str, hubs: Sequence[str], *calls: Call) -> float:
    """Have so many threads make these calls for each of the hubs. Return how many hubs a second.

    Raises what the first of them met that failed.
    """
    left, failures, lock = iter(hubs), list[BaseException](), threading.Lock()

    def work() -> None:
        session = bare_session()
        try:
            while hub := _next(left, lock):
                for call in calls:
                    call(session, api, hub)
        except requests.RequestException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=work, daemon=True) for _ in range(number)]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return len(hubs) / (time.monotonic() - started)


def _next(left: Iterator[str], lock: threading.Lock) -> str | None:
    with lock:
        return next(left, None)


def read(session: requests.Session, api: str, hub_id: str) -> None:
    """Read a hub's status. Raises requests.HTTPError for a refusal."""
    session.get(f"{api}/hubs/{hub_id}/status", timeout=30).raise_for_status()


def provision(session: requests.Session, api: str, hub_id: str) -> None:
    """Make a hub known. Raises requests.HTTPError for a refusal."""
    _command(
        session,
        api,
        hub_id,
        "ProvisionHub",
        {"serial": world.serial(hub_id), "model": world.model(hub_id)},
    )


def claim(session: requests.Session, api: str, hub_id: str) -> None:
    """Claim a hub at a site. Raises requests.HTTPError for a refusal."""
    _command(session, api, hub_id, "ClaimHub", {"siteId": "harbour-house", "userId": _IRA})


def move(session: requests.Session, api: str, hub_id: str) -> None:
    """Move a hub to another site. Raises requests.HTTPError for a refusal."""
    body = {
        "newOrgId": world.ACME_ORG_ID,
        "newSiteId": "mill-court",
        "reason": "moved to another site",
        "userId": _IRA,
    }
    _command(session, api, hub_id, "ReClaimHub", body)


_IRA = world.user_id("installer@acme.example")


def _command(
    session: requests.Session, api: str, hub_id: str, name: str, body: dict[str, str]
) -> None:
    url = f"{api}/hubs/{hub_id}/{name}"
    session.post(url, json={"hubId": hub_id} | body, timeout=30).raise_for_status()
