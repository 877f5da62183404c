"""Two thousand installers at work, each with a page open, while they claim hubs.

Each looks at a claim that waits, and asks after it every five seconds with the ticket that the page
keeps. Ten times in eight hours each claims another hub by the form, watches until it is online, and
goes back. Every minute something happens to what they look at. A real page asks at the same
moments, so an answer that comes late counts from when it was due.
"""

import asyncio
import random
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from threading import Event, Thread
from typing import Final

import requests
from django.core.management import call_command
from django.db import connection
from django.db.models import F
from django.utils import timezone

from bench import processes, usage, waiting
from bench.devices import Device, Seen
from bench.people import HAL, IRA, crew, installer
from bench.report import Figure
from portal.claims.models import Claim, State
from portal.hubs import status
from portal.sandbox import world

INSTALLERS: Final = 2_000
SECONDS: Final = 300.0
# The sandbox knows a hub for each tenth of them, which is what five minutes need.
CLAIM_EVERY: Final = 3_000.0
NEWS_EVERY: Final = 60.0
LATENCY_SECONDS: Final = 0.2
SEED: Final = 11
# A claim that nothing keeps from it has ended by then.
ENDED_WITHIN: Final = timedelta(seconds=20)
MOST_MS: Final = 500
MOST_BUSY: Final = 0.8


def measure(*, quick: bool) -> list[Figure]:
    """Return what went wrong, how late answers came, and how busy that kept the machine."""
    number, seconds, every = (40, 6.0, 24.0) if quick else (INSTALLERS, SECONDS, CLAIM_EVERY)
    # News is drawn, by the names of static files.
    call_command("collectstatic", interactive=False, verbosity=0)
    people = [each for email in (IRA, HAL) for each in crew(installer(email), number // 2)]
    pages = [waiting.polled_by(person) for person in people]
    claiming = random.sample(people, min(int(number * seconds / every), world.HUB_COUNT))
    with processes.sandbox(LATENCY_SECONDS, SEED) as api:
        hubs = dict(
            zip((each.user.pk for each in claiming), _hubs(api, len(claiming)), strict=True)
        )
        with processes.web() as port, processes.worker(api), _news():
            devices = [
                Device(port, person, page, random.uniform(0, seconds), hubs.get(person.user.pk))
                for person, page in zip(people, pages, strict=True)
            ]
            before, statements = usage.processor(), usage.transactions()
            seen = asyncio.run(_look(devices, seconds))
            spent = usage.since(before)
            statements = usage.transactions() - statements
    lost = _unclaimed()
    return [
        _errors(seen, lost, number, seconds),
        _lateness(seen),
        _busy(spent, statements, seconds),
    ]


def _hubs(api: str, number: int) -> list[str]:
    """Return the ids of so many hubs that SpKey knows, online and bound to nobody."""
    ids = [world.hub_id(n, SEED) for n in range(number)]
    with requests.Session() as session:
        for hub_id in ids:
            new = {"status": status.PROVISIONED, "online": True}
            session.post(f"{api}/_control/hubs/{hub_id}", json=new, timeout=30).raise_for_status()
    return ids


@contextmanager
def _news() -> Iterator[None]:
    """Have something happen to each waiting claim once in NEWS_EVERY, each second to some."""
    over = Event()
    keys = list(Claim.objects.filter(state=State.WAITING).values_list("pk", flat=True))
    share = int(len(keys) / NEWS_EVERY) + 1

    def happen() -> None:
        while not over.wait(1.0):
            some = random.sample(keys, share)
            Claim.objects.filter(pk__in=some).update(version=F("version") + 1)
        connection.close()

    thread = Thread(target=happen, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


async def _look(devices: Sequence[Device], seconds: float) -> Seen:
    """Have all of them look for so long. Return what they saw."""
    seen = Seen()
    begin = time.monotonic()
    await asyncio.gather(*(device.look(begin, begin + seconds, seen) for device in devices))
    return seen


def _unclaimed() -> int:
    """Return how many of the claims that should have ended well by now have not."""
    made = Claim.objects.exclude(state=State.WAITING, contacted_at=F("created_at"))
    in_time = made.filter(created_at__lt=timezone.now() - ENDED_WITHIN)
    return in_time.exclude(state=State.CLAIMED).count()


def _errors(seen: Seen, lost: int, number: int, seconds: float) -> Figure:
    made = Claim.objects.filter(state=State.CLAIMED).count()
    of_polls = (
        f"{seen.on_ticket} polls with a ticket, {seen.in_full} without, "
        f"{seen.news} that brought news; {made} hubs claimed, {lost} not"
    )
    return Figure(
        f"{number} installers for {seconds:.0f} s, answers and claims that went wrong",
        len(seen.failures) + lost,
        0,
        digits=0,
        at_most=True,
        details=[
            f"{seen.asked} requests, {seen.asked / seconds:.0f} a second: {of_polls}",
            *seen.failures[:3],
        ],
    )


def _lateness(seen: Seen) -> Figure:
    late = sorted(1000 * seconds for seconds in seen.late)
    median, most, nearly_all = (late[int(share * len(late))] for share in (0.5, 0.95, 0.99))
    others = f"median {median:.0f} ms, 99 of 100 {nearly_all:.0f} ms, longest {late[-1]:.0f} ms"
    return Figure(
        "a poll, from when it is due to its answer, 95 of 100 within",
        most,
        MOST_MS,
        unit=" ms",
        digits=0,
        at_most=True,
        details=[others],
    )


def _busy(spent: dict[str, float], statements: int, seconds: float) -> Figure:
    queries = f"{statements / seconds:.0f} a second" if statements else "not counted here"
    by_name = ", ".join(f"{name} {of / seconds:.2f}" for name, of in sorted(spent.items()))
    of_portal = sum(spent.get(name, 0.0) for name in usage.OF_PORTAL)
    return Figure(
        "processor that the portal and its database took, share of the machine",
        of_portal / seconds / usage.CORES,
        MOST_BUSY,
        at_most=True,
        details=[f"of {usage.CORES} cores: {by_name}; statements and transactions {queries}"],
    )
