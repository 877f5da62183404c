"""One claim of a small organisation, beside a thousand queued ones of another, at a slow SpKey."""

import time
import uuid

from django.utils import timezone

from bench import crowd, processes
from bench.people import HAL, IRA, installer
from bench.report import Figure
from portal.claims.models import Claim, State
from portal.sandbox import world

LATENCY_SECONDS, QUICK_SECONDS = 1.0, 0.1
SEED = 4
CROWD = 1000
TARGET = 2.0
LOOK_EVERY_SECONDS = 0.02
LONGEST_SECONDS = 60.0


def measure(*, quick: bool) -> list[Figure]:
    """Return how many times longer the claim takes beside the crowd than alone."""
    hubs = [world.hub_id(n, SEED) for n in range(world.HUB_COUNT)]
    crowd_size, latency = (40, QUICK_SECONDS) if quick else (CROWD, LATENCY_SECONDS)
    ours, (first_id, alone_id, beside_id, *_) = hubs[10:], hubs
    # The sandbox has fewer hubs than the crowd has claims: the rest are ids that nobody knows.
    unknown = [str(uuid.uuid4()) for _ in range(crowd_size - len(ours))]
    waiting = (ours + unknown)[:crowd_size]
    with processes.sandbox(latency, SEED) as api:
        crowd.queue(installer(IRA), waiting)
        with processes.worker(api):
            _seconds(first_id)  # It asks for Hal's SpKey id as well, once.
            alone = _seconds(alone_id)
            Claim.objects.filter(hub_id_text__in=waiting).update(due_at=timezone.now())
            time.sleep(2 * latency)
            beside = _seconds(beside_id)
            left = Claim.objects.active().count()
    detail = (
        f"submit to claimed: alone {alone:.1f} s, beside {crowd_size} queued claims "
        f"({left} of them still under way afterwards) {beside:.1f} s; "
        f"{latency} s a call"
    )
    figure = Figure(
        f"a claim beside {crowd_size} of another organisation, times longer than alone",
        beside / alone,
        TARGET,
        unit="×",
        at_most=True,
        details=[detail],
    )
    return [figure]


def _seconds(hub_id: str) -> float:
    """Return the seconds from the submit of Hal's claim to its row saying claimed."""
    started = time.monotonic()
    claim = crowd.submit(installer(HAL), hub_id)
    while Claim.objects.get(pk=claim.pk).state != State.CLAIMED:
        if time.monotonic() - started > LONGEST_SECONDS:
            raise RuntimeError("the claim does not end")
        time.sleep(LOOK_EVERY_SECONDS)
    return time.monotonic() - started
