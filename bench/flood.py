"""A lookup and a claim of one organisation, beside thousands of another's lookups."""

import time
from statistics import median
from uuid import UUID, uuid4

from bench import crowd, processes
from bench.people import HAL, IRA, Installer, installer
from bench.report import Figure
from portal.claims.models import Claim, State
from portal.hubs import watching
from portal.hubs.models import Hub
from portal.sandbox import world

LATENCY_SECONDS = 0.1
SEED = 5
FLOOD = 2000
TIMES = 5
TARGET = 2.0
LOOK_EVERY_SECONDS = 0.005
LONGEST_SECONDS = 300.0


def measure(*, quick: bool) -> list[Figure]:
    """Return how many times longer a lookup and a claim take beside the flood than alone."""
    flood, times = (100, 1) if quick else (FLOOD, TIMES)
    hubs = iter([world.hub_id(n, SEED) for n in range(world.HUB_COUNT)])
    hal, ira = installer(HAL), installer(IRA)
    with processes.sandbox(LATENCY_SECONDS, SEED) as api, processes.worker(api):
        _claim(hal, next(hubs))  # It asks for Hal's SpKey id as well, once.
        alone = _both(hal, [(next(hubs), next(hubs)) for _ in range(times)])
        _look_up_all(ira, flood)
        started = time.monotonic()
        time.sleep(3 * LATENCY_SECONDS)
        beside = _both(hal, [(next(hubs), next(hubs)) for _ in range(times)])
        left = Hub.objects.filter(organisation=ira.organisation, read_at=None).count()
        pace = (flood - left) / (time.monotonic() - started)
    of_flood = f"{left} of {flood} lookups still waited afterwards, {pace:.0f} answered a second"
    return [
        Figure(
            f"{name} beside {flood} lookups of another organisation, times longer than alone",
            median(longer) / median(short),
            TARGET,
            unit="×",
            at_most=True,
            details=[_detail(short, longer), of_flood],
        )
        for name, short, longer in zip(("a lookup", "a claim"), alone, beside, strict=True)
    ]


def _detail(alone: list[float], beside: list[float]) -> str:
    return (
        f"alone {median(alone):.2f} s, beside {median(beside):.2f} s "
        f"(longest {max(beside):.2f} s): medians of {len(alone)}; {LATENCY_SECONDS} s a call"
    )


def _both(person: Installer, pairs: list[tuple[str, str]]) -> tuple[list[float], list[float]]:
    """Return the seconds of each lookup of a first hub, and of each claim of a second."""
    lookups, claims = [], []
    for looked_up, claimed in pairs:
        lookups.append(_look_up(person, looked_up))
        claims.append(_claim(person, claimed))
    return lookups, claims


def _look_up_all(person: Installer, count: int) -> None:
    """Ask after so many hubs that nobody knows, as trays do."""
    hubs = watching.hubs_for(person.organisation, [uuid4() for _ in range(count)])
    watching.watch_all(hubs.values())


def _look_up(person: Installer, hub_id: str) -> float:
    """Return the seconds from the question after a hub to its row holding the answer."""
    started = time.monotonic()
    hub = watching.hub_for(person.organisation, UUID(hub_id))
    watching.watch(hub)
    while not Hub.objects.filter(pk=hub.pk, read_at__isnull=False).exists():
        _wait(started)
    watching.unwatch([Hub.objects.get(pk=hub.pk)])
    return time.monotonic() - started


def _claim(person: Installer, hub_id: str) -> float:
    """Return the seconds from the submit of a claim to its row saying claimed."""
    started = time.monotonic()
    claim = crowd.submit(person, hub_id)
    while not Claim.objects.filter(pk=claim.pk, state=State.CLAIMED).exists():
        _wait(started)
    return time.monotonic() - started


def _wait(started: float) -> None:
    if time.monotonic() - started > LONGEST_SECONDS:
        raise RuntimeError("it does not end")
    time.sleep(LOOK_EVERY_SECONDS)
