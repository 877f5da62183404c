"""Three thousand hubs of each of thirty organisations that are read in the background, and the
claims that people make meanwhile.

The pace is measured, for less than a minute, and not the hour. Claims are made by turns: a few
while nothing is read in the background, a few while it is.
"""

import itertools
import time
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from statistics import median
from typing import Final

import requests
from django.conf import settings
from django.utils import timezone

from bench import crowd, processes, script
from bench.people import IRA, Installer, give_key, installer, other
from bench.report import Figure
from portal.claims.models import Claim, State
from portal.core.leasing import due_at
from portal.hubs import rounds, status
from portal.hubs.models import Hub, Round
from portal.sandbox import world

LATENCY_SECONDS: Final = 0.2
SEED: Final = 7
HUBS: Final = 3_000
ORGANISATIONS: Final = 30
# At most so many of each one's are read while it is measured, and have to be known at SpKey.
READ: Final = 70
CLAIMS: Final = 12
TURNS: Final = 4
# By which the sandbox is told of them beforehand.
THREADS: Final = 16
PACE_SECONDS: Final = 40.0
AN_HOUR: Final = 3_600.0
TARGET_HOURS: Final = 1.0
TARGET_CLAIMS: Final = 1.1
LOOK_EVERY_SECONDS: Final = 0.005
LONGEST_SECONDS: Final = 30.0


def measure(*, quick: bool) -> list[Figure]:
    """Return how long all hubs take, and how much longer a claim takes beside that."""
    number, read, claims, seconds = (
        (3, 10, 2, 5.0) if quick else (ORGANISATIONS, READ, CLAIMS, PACE_SECONDS)
    )
    count = number * read + claims * TURNS + 1
    hubs = [world.hub_id(n, SEED) for n in range(count)]
    ids, ira = iter(hubs), installer(IRA)
    with processes.sandbox(LATENCY_SECONDS, SEED) as api:
        script.in_threads(THREADS, api, hubs[world.HUB_COUNT :], script.provision)
        for person in (ira, *(_with_key(api, n) for n in range(1, number))):
            _stand(api, person, list(itertools.islice(ids, read)), HUBS if person is ira else read)
        to_claim = list(ids)
        for hub_id in to_claim:
            _tell(api, hub_id, {"status": status.PROVISIONED})
        rounds.begin()
        with processes.worker(api):
            alone, beside = _by_turns(ira, to_claim, claims)
            _set(going_on=True)
            pace, slowest = _pace(seconds)
    return [
        Figure(
            f"{HUBS} hubs of each of {number} organisations read in the background, hours for all",
            HUBS / slowest / AN_HOUR,
            TARGET_HOURS,
            at_most=True,
            details=[
                f"by the pace of {seconds:.0f} s, of the organisation that is slowest",
                f"all together {pace:.1f} a second, {settings.HUB_READS_AT_ONCE} at a time",
                f"{LATENCY_SECONDS * 1000:.0f} ms a call",
            ],
        ),
        Figure(
            "a claim beside the background reading, times longer than without it",
            median(beside) / median(alone),
            TARGET_CLAIMS,
            unit="×",
            at_most=True,
            details=[_of_claims(alone, beside)],
        ),
    ]


def _with_key(api: str, number: int) -> Installer:
    """Return an installer of another organisation, which has a key."""
    person = other(number)
    named = {"key": f"other{number}", "orgId": person.organisation.spkey_org_id}
    answer = requests.post(f"{api}/_control/keys/add", json=named, timeout=30)
    answer.raise_for_status()
    give_key(person.organisation, answer.json()["key"])
    return person


def _of_claims(alone: Sequence[float], beside: Sequence[float]) -> str:
    return (
        f"submit to claimed {median(alone) * 1000:.0f} ms, beside it "
        f"{median(beside) * 1000:.0f} ms: medians of {len(alone)} and {len(beside)}, "
        f"{LATENCY_SECONDS * 1000:.0f} ms a call"
    )


def _stand(api: str, person: Installer, known: Sequence[str], number: int) -> None:
    """Have so many hubs of the person's organisation stand there, of which SpKey knows these."""
    for hub_id in known:
        bound = {"orgId": person.organisation.spkey_org_id, "siteId": person.site.spkey_site_id}
        _tell(api, hub_id, bound | {"status": status.CLAIMED, "online": True})
    others = (str(uuid.uuid4()) for _ in range(number - len(known)))
    first = timezone.now() - timedelta(hours=2)
    Hub.objects.bulk_create(
        Hub(
            organisation=person.organisation,
            hub_id=hub_id,
            binding=Hub.Binding.OURS,
            status=status.CLAIMED,
            online=True,
            spkey_site_id=person.site.spkey_site_id,
            read_at=(at := first + number * timedelta(seconds=1)),
            asked_at=at,
        )
        for number, hub_id in enumerate([*known, *others])
    )


def _tell(api: str, hub_id: str, state: Mapping[str, object]) -> None:
    """Have SpKey know the hub, in this state."""
    url = f"{api}/_control/hubs/{hub_id}"
    requests.post(url, json=dict(state), timeout=30).raise_for_status()


def _set(*, going_on: bool) -> None:
    """Begin or end the background reading. What has begun ends within a call."""
    Round.objects.update(**due_at(timezone.now() if going_on else None))
    time.sleep(2 * LATENCY_SECONDS)


def _by_turns(
    person: Installer, hub_ids: Sequence[str], at_once: int
) -> tuple[list[float], list[float]]:
    """Return the seconds of claims without background reading, and beside it."""
    _seconds(person, hub_ids[0])  # It asks for the person's SpKey id as well, once.
    found: dict[bool, list[float]] = {False: [], True: []}
    for turn in range(TURNS):
        is_beside = turn % 2 == 1
        _set(going_on=is_beside)
        for hub_id in hub_ids[1:][turn * at_once : (turn + 1) * at_once]:
            found[is_beside].append(_seconds(person, hub_id))
    return found[False], found[True]


def _seconds(person: Installer, hub_id: str) -> float:
    """Claim the hub. Return the seconds until it is claimed."""
    started = time.monotonic()
    claim = Claim.objects.filter(pk=crowd.submit(person, hub_id).pk)
    while (state := claim.values_list("state", flat=True).get()) != State.CLAIMED:
        if time.monotonic() - started > LONGEST_SECONDS:
            raise RuntimeError(f"the claim is still {state}")
        time.sleep(LOOK_EVERY_SECONDS)
    return time.monotonic() - started


def _pace(seconds: float) -> tuple[float, float]:
    """Return how many hubs are read in a second, and how many of the slowest organisation.

    Those that were just claimed are looked at whether they come online, and do not count.
    """
    began, started = timezone.now(), time.monotonic()
    time.sleep(seconds)
    read = Hub.objects.filter(claims=None, asked_at__gte=began).order_by()
    took = time.monotonic() - started
    of_each = Counter(dict.fromkeys(Round.objects.values_list("pk", flat=True), 0))
    of_each.update(read.values_list("organisation", flat=True))
    return of_each.total() / took, max(min(of_each.values()), 1) / took
