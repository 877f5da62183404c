"""Many claims queued at once, against a script that makes the bare claim calls one by one.

The portal reads every hub before it sends, so it makes twice the calls.
"""

import time
import uuid
from collections.abc import Sequence
from datetime import timedelta

import requests
from django.db.models import QuerySet
from django.utils import timezone

from bench import processes, script
from bench.people import Installer, installer
from bench.report import Figure
from portal.claims.engine import actions
from portal.claims.models import Claim, State
from portal.sandbox import world

LATENCY_SECONDS = 0.2
SEED = 3
TARGET = 5.0
LOOK_EVERY_SECONDS = 0.02
LONGEST_SECONDS = 120.0


def measure(*, quick: bool) -> list[Figure]:
    """Return how many times faster the portal is."""
    hubs = [world.hub_id(n, SEED) for n in range(6 if quick else world.HUB_COUNT)]
    with processes.sandbox(LATENCY_SECONDS, SEED) as api:
        bare = _one_by_one(api, hubs)
        requests.post(f"{api}/_control/reset", timeout=10).raise_for_status()
        queue(installer(), hubs)
        with processes.worker(api):
            portal = at_once(hubs)
        reads, claims = _calls(api, "/status"), _calls(api, "/ClaimHub")
    detail = (
        f"queued at once {portal:.1f} s ({reads} reads and {claims} claims), "
        f"{len(hubs)} bare claims in one session {bare:.1f} s; "
        f"{LATENCY_SECONDS * 1000:.0f} ms a call"
    )
    figure = Figure(
        f"{len(hubs)} claims queued at once, times faster than a script",
        bare / portal,
        TARGET,
        unit="×",
        digits=1,
        details=[detail],
    )
    return [figure]


def _one_by_one(api: str, hubs: Sequence[str]) -> float:
    session, started = script.bare_session(), time.monotonic()
    for hub_id in hubs:
        script.claim(session, api, hub_id)
    return time.monotonic() - started


def queue(person: Installer, hubs: Sequence[str]) -> None:
    """Submit a claim of each hub, none of them due yet."""
    for hub_id in hubs:
        submit(person, hub_id)
    _of(hubs).update(due_at=timezone.now() + timedelta(hours=1))


def submit(person: Installer, hub_id: str) -> Claim:
    """Submit a claim as the form would, and return it."""
    return actions.submit(
        actions.ClaimRequest(
            user=person.user,
            organisation=person.organisation,
            hub_id=uuid.UUID(hub_id),
            spkey_site_id=person.site.spkey_site_id,
            submission=uuid.uuid4(),
            site=person.site,
        )
    )


def at_once(hubs: Sequence[str]) -> float:
    """Let all claims fall due at once. Return the seconds until the last row says claimed."""
    started = time.monotonic()
    _of(hubs).update(due_at=timezone.now())
    while left := _of(hubs).exclude(state=State.CLAIMED).count():
        if time.monotonic() - started > LONGEST_SECONDS:
            raise RuntimeError(f"{left} claims are still open")
        time.sleep(LOOK_EVERY_SECONDS)
    return time.monotonic() - started


def _of(hubs: Sequence[str]) -> QuerySet[Claim]:
    return Claim.objects.filter(hub_id_text__in=hubs)


def _calls(api: str, ending: str) -> int:
    log = requests.get(f"{api}/_control/log", timeout=10).json()
    return sum(request["path"].endswith(ending) for request in log["requests"])
