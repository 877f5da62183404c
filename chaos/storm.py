"""A storm of events: thousands in a minute, half of them twice, while people claim and look."""

import itertools
import json
import random
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from statistics import quantiles
from typing import Any

import requests
from django.utils import timezone

from chaos import report
from chaos.api import Api
from chaos.ledger import ClaimRequest, Ledger
from chaos.options import RunOptions, show_progress
from chaos.people import People
from chaos.run import Processes, started_processes
from chaos.tenants import Tenant, settle
from portal.claims.models import Claim, State
from portal.events import receivers
from portal.events.models import Delivery
from portal.hubs.models import CLAIMED, Hub

EVENTS = 10_000
SECONDS = 60.0
SENDERS = 12
HUBS = 200
CLAIMS = 20
QUIET_WITHIN = 120.0
# As from the proxy that ends TLS.
HEADERS = {"Content-Type": "application/json", "X-Forwarded-Proto": "https"}

type Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Scene:
    """Where the storm rages: the processes, the organisation it is about, what people are told."""

    started: Processes
    api: Api
    tenant: Tenant
    people: People
    ledger: Ledger


@dataclass(slots=True)
class Storm:
    """What was sent, and how it was answered."""

    began: float = field(default_factory=time.monotonic)
    began_at: datetime = field(default_factory=timezone.now)
    answers: Counter[str] = field(default_factory=Counter)
    took: list[float] = field(default_factory=list)
    polls: list[float] = field(default_factory=list)

    def is_over(self) -> bool:
        """Whether its time is up."""
        return time.monotonic() - self.began > SECONDS


def run(options: RunOptions) -> int:
    """Let the storm rage. Return 0 when every event was taken once and nothing was lost."""
    with started_processes(options) as started:
        scene = _scene(started, options)
        hubs = _own_hubs(scene)
        events = list(_events(hubs, random.Random(options.seed)))
        show_progress(f"{len(events)} deliveries of {EVENTS} events begin")
        storm = _rage(scene, events)
        show_progress("the storm is over; what is under way ends now")
        return _print_verdict(storm, scene.ledger, hubs, _quiet())


def _scene(started: Processes, options: RunOptions) -> Scene:
    ledger, api = Ledger(), Api(started.sandbox.url)
    people = People(ledger, options, random.Random(options.seed))
    return Scene(started, api, settle(api, started.addresses, 2)[0], people, ledger)


def _own_hubs(scene: Scene) -> list[str]:
    api, tenant = scene.api, scene.tenant
    now, site = timezone.now(), next(iter(tenant.sites))
    known = {"status": CLAIMED, "binding": Hub.Binding.OURS, "spkey_site_id": site, "online": True}
    hubs = [str(uuid.uuid4()) for _ in range(HUBS)]
    for hub in hubs:
        api.provision(hub)
        api.set_hub(hub, status=CLAIMED, orgId=tenant.org_id, siteId=site, online=True)
        Hub.objects.create(
            organisation=tenant.organisation, hub_id=hub, read_at=now, asked_at=now, **known
        )
    return hubs


def _events(hubs: list[str], chance: random.Random) -> Iterator[bytes]:
    """Yield the bodies: each event, and of every second one a copy, not far behind it."""
    waiting: list[bytes] = []
    for number in range(EVENTS):
        hub = chance.choice(hubs)
        detail = {"aggregateType": "Hub", "aggregateId": hub, "version": number, "data": {}}
        event = {"id": str(uuid.uuid4()), "detail-type": "HubRoleSet", "detail": detail}
        body = json.dumps(event).encode()
        yield body
        if number % 2:
            waiting.append(body)
        if len(waiting) > 20:
            yield waiting.pop(chance.randrange(len(waiting)))
    yield from waiting


def _rage(scene: Scene, events: list[bytes]) -> Storm:
    path = f"/events/{receivers.key_of(receivers.replace(scene.tenant.organisation, None))}"
    storm, numbers, webs = Storm(), itertools.count(), scene.started.addresses()

    def send() -> None:
        with requests.Session() as session:
            for number in iter(lambda: next(numbers), None):
                if number >= len(events):
                    return
                due = storm.began + number * SECONDS / len(events)
                time.sleep(max(0.0, due - time.monotonic()))
                _post(session, webs[number % 2] + path, events[number], storm)

    with ThreadPoolExecutor(SENDERS + 2) as threads:
        running = [threads.submit(send) for _ in range(SENDERS)]
        running.append(threads.submit(_look, scene.tenant, storm))
        running.append(threads.submit(_claim, scene))
        for each in running:
            each.result()
    return storm


def _post(session: requests.Session, url: str, body: bytes, storm: Storm) -> None:
    """Post as SpKey does: it sends again after a 5xx, or where no answer came."""
    for _ in range(20):
        began = time.monotonic()
        try:
            answer = session.post(url, body, headers=HEADERS, timeout=5)
        except requests.RequestException as error:
            storm.answers[type(error).__name__] += 1
        else:
            storm.took.append(time.monotonic() - began)
            storm.answers[str(answer.status_code)] += 1
            if answer.status_code < 500:
                return
        time.sleep(1)
    storm.answers["given up"] += 1


def _look(tenant: Tenant, storm: Storm) -> None:
    while not storm.is_over():
        began = time.monotonic()
        page = tenant.people[0].browser.get("/claims/")
        storm.polls.append(time.monotonic() - began)
        storm.answers[f"pages {page.status}"] += 1
        time.sleep(0.5)


def _claim(scene: Scene) -> None:
    tenant = scene.tenant
    site = next(iter(tenant.sites))
    for _ in range(CLAIMS):
        hub_id = str(uuid.uuid4())
        scene.api.provision(hub_id)
        scene.people.submit(ClaimRequest(tenant.people[1], tenant, site, hub_id))
        time.sleep(SECONDS / CLAIMS / 2)


def _quiet() -> float | None:
    """Wait until nothing is due any more. Return after how long; None where that is never."""
    began = time.monotonic()
    while time.monotonic() - began < QUIET_WITHIN:
        due = Delivery.objects.exclude(due_at=None).exists()
        if not due and not Claim.objects.active().exists():
            return time.monotonic() - began
        time.sleep(0.5)
    return None


def _print_verdict(storm: Storm, ledger: Ledger, hubs: list[str], quiet_after: float | None) -> int:
    claimed = Claim.objects.filter(state=State.CLAIMED).count()
    rows = {
        **{f"answered {answer}": count for answer, count in sorted(storm.answers.items())},
        "answer to a delivery, 95 of 100 within (ms)": _milliseconds(storm.took),
        "page, 95 of 100 within (ms)": _milliseconds(storm.polls),
        "deliveries kept": Delivery.objects.count(),
        "claims made": len(ledger.accepted),
        "claims claimed": claimed,
        "hubs read since": Hub.objects.filter(hub_id__in=hubs, read_at__gt=storm.began_at).count(),
        "quiet after (s)": round(quiet_after) if quiet_after is not None else -1,
    }
    print(report.table(rows))
    wrong = [
        *(name for name in storm.answers if name[:1] == "4" or name == "given up"),
        *(name for name in storm.answers if name.startswith("pages ") and name != "pages 200"),
        *ledger.surprises,
    ]
    expected = {"deliveries kept": EVENTS, "claims made": CLAIMS, "claims claimed": CLAIMS}
    wrong += [name for name, number in expected.items() if rows[name] != number]
    wrong += ["hubs read since"] if rows["hubs read since"] != len(hubs) else []
    wrong += ["not quiet in time"] if quiet_after is None else []
    print(f"\n{'Nothing was lost.' if not wrong else f'Wrong: {wrong}'}")
    return int(bool(wrong))


def _milliseconds(took: list[float]) -> int:
    return round(1000 * quantiles(took, n=20)[-1])
