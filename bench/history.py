"""What ten years of claims cost: each page, poll, search and lease, against a hundredth of them.

Both are measured in one process and one database, the smaller history first. An organisation with
100,000 claims has 5,000 hubs, 200 sites and 20 installers, as many calls and records, and forty
sites that have had no claims since the beginning. Another organisation has as many.
What happened in the last days is the same in both, since pages show it.
With `--on postgresql` in a server of the bench's own, else on SQLite.
"""

import json
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Final, Self

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.http import QueryDict
from django.test import Client

from bench.people import HAL, IRA, installer, use_factor
from bench.report import Figure
from bench.years import make_claims, make_due, make_former_sites, submit
from portal.claims.groups import OFFERED
from portal.claims.models import Claim
from portal.claims.queries import claims_for_others
from portal.core import leasing, worker
from portal.core.web import pagination
from portal.orgs.models import Membership, Organisation, User

CLAIMS: Final = 100_000
FRACTION: Final = 100
RECENT: Final = 200
DUE: Final = 40
FORMER_SITES: Final = 40
TARGET: Final = 1.5
ROUNDS: Final = 9

type Work = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Readers:
    """Who looks, each of them at all that concerns them."""

    installer: User
    admin: User
    former: User
    agent: User
    operator: User

    @classmethod
    def of(cls, organisation: Organisation, installer: User) -> Self:
        """Make who is missing beside this installer of the organisation."""
        admin = User.objects.create_user("history@acme.example", name="Ada Admin")
        Membership.objects.create(user=admin, organisation=organisation, role="admin")
        former = User.objects.create_user("rita@acme.example", name="Rita Rare")
        Membership.objects.create(user=former, organisation=organisation)
        support = Organisation.objects.create(name="Support", spkey_org_id="support")
        agent = User.objects.create_user("agent@support.example", name="Sam Support")
        Membership.objects.create(user=agent, organisation=support, support=True)
        operator = User.objects.create_superuser("history-operator@portal.example")
        return cls(installer, admin, former, agent, operator)


def measure(*, quick: bool) -> list[Figure]:
    """Return by how much each costs more with the whole history than with a hundredth of it."""
    count = CLAIMS // 50 if quick else CLAIMS
    call_command("collectstatic", interactive=False, verbosity=0)
    ira, hal = installer(IRA), installer(HAL)
    readers = Readers.of(ira.organisation, ira.user)
    for each in (hal, ira):
        make_claims(each.user, RECENT, newest=timedelta(0), oldest=timedelta(days=6))
        make_due(each.user, DUE)
    make_former_sites(readers.former, FORMER_SITES)
    few, many = (
        _seconds(readers, [make_claims(each.user, so_many) for each in (hal, ira)][-1])
        for so_many in (count // FRACTION, count - count // FRACTION)
    )
    return [
        Figure(
            f"{count:,} claims: {name}",
            many[name] / few[name],
            TARGET,
            unit=" ×",
            at_most=True,
            details=[
                f"{few[name] * 1000:.1f} ms → {many[name] * 1000:.1f} ms, on {connection.vendor}"
            ],
        )
        for name in many
    ]


def _seconds(readers: Readers, claim: Claim) -> dict[str, float]:
    """Return the shortest time that each took."""
    return {name: _shortest(work) for name, work in works(readers, claim)}


def works(readers: Readers, claim: Claim) -> Iterator[tuple[str, Work]]:
    """Yield what is done with a history in which this claim lies somewhere in the middle."""
    yield from _pages(readers, claim)
    yield from _lists(readers, claim)
    yield from _searches(readers, claim)
    yield from _operators_pages(readers, claim)
    yield from _tray(readers, claim)
    yield from _worker()


def _pages(readers: Readers, claim: Claim) -> Iterator[tuple[str, Work]]:
    read, of_installer = _reader(readers.admin), _reader(readers.installer)
    yield "administrator's home", read("/")
    yield "installer's home", of_installer("/")
    yield "tray", of_installer("/claims/new/")
    yield "sites", read("/sites/")
    yield "sites by their last change", read("/sites/?order=-changed")
    yield "site", read(f"/sites/{claim.site_id}/")
    yield "people", read("/organisation/people/")
    yield "key", read("/organisation/key/")
    yield "record", read("/record/")
    yield "sites in the record", read("/record/?kind=sites")
    yield "own activity", of_installer("/accounts/activity/")
    yield "claim", read(f"/claims/{claim.pk}/")
    yield "claim's poll", read(f"/claims/{claim.pk}/live/")


def _lists(readers: Readers, claim: Claim) -> Iterator[tuple[str, Work]]:
    read = _reader(readers.admin)
    for state in ("", *OFFERED, "attention", "refused", "unclaimed", "open", "ended", "not_found"):
        yield f"claims {state or 'of any state'}", read(f"/claims/?state={state}")
    yield "claims of a site", read(f"/claims/?site={claim.site_id}")
    yield "claims of a person", read(f"/claims/?person={claim.submitted_by_id}")
    yield "refused claims of a site", read(f"/claims/?state=refused&site={claim.site_id}")
    yield "claimed ones of a person", read(f"/claims/?state=ended&person={claim.submitted_by_id}")
    agent = readers.agent.memberships.get()
    made = claims_for_others(agent).with_details()
    yield "support's claims", lambda: pagination.page_of(made, QueryDict())


def _searches(readers: Readers, claim: Claim) -> Iterator[tuple[str, Work]]:
    read = _reader(readers.admin)
    for what, text in {
        "a hub's last characters": claim.hub_id_text[-4:],
        "a serial": "SK-0000",
        "a site": "House 4",
        "a site that the portal has not": "boiler",
        "sites of long ago": "former",
        "a person": "installer",
        "everybody": "acme.example",
        "a person and a site": "installer House",
        "a person who left and a site": "rita house",
        "a person who left": "rita",
        "a serial and a site": "SK-0 house",
        "a reference": str(claim.pk)[:8],
        "nothing": "nothing-like-it",
    }.items():
        yield f"search for {what}", read(f"/claims/?q={text}")
    yield "search among refused", read("/claims/?state=refused&q=house")


def _operators_pages(readers: Readers, claim: Claim) -> Iterator[tuple[str, Work]]:
    read = _reader(readers.operator)
    for name in ("claims/claim", "claims/attempt", "hubs/hub", "audit/entry", "notices/notice"):
        yield f"operators' page {name}", read(f"/operator/{name}/")
    yield "operators' search for a hub", read(f"/operator/claims/claim/?q={claim.hub_id_text}")
    yield "operators' search for a record", read(f"/operator/audit/entry/?q={claim.pk}")


def _tray(readers: Readers, claim: Claim) -> Iterator[tuple[str, Work]]:
    mine = Claim.objects.filter(organisation=claim.organisation)
    newest = list(mine.order_by("-created_at")[:20])
    rows = [
        {
            "id": str(uuid.uuid4()),
            "text": each.hub_id_text,
            "site": str(each.site_id or ""),
            "claim": True,
            "claimId": str(each.pk) if n % 2 else "",
            "action": "",
            "seen": "",
        }
        for n, each in enumerate(newest)
    ]
    person = readers.installer
    call = {"person": str(person.pk), "organisation": str(claim.organisation_id), "rows": rows}
    client = _client(person)

    def sync() -> None:
        body = json.dumps(call)
        answer = client.post("/claims/tray/", body, content_type="application/json", secure=True)
        if answer.status_code != 200:
            raise RuntimeError(f"tray: {answer.status_code}")

    yield "tray's poll", _undone(sync)
    yield "submit", _undone(lambda: submit(person, 1))


def _worker() -> Iterator[tuple[str, Work]]:
    for kind in worker.kinds() + worker.kinds(reserved=True):
        yield f"look for {kind.name}", kind.is_due
        yield f"lease {kind.name}", _undone(partial(kind.take, 8))
    yield "heartbeat's look at the clock", leasing.correct_clock


def _undone(work: Work) -> Work:
    """Return the work without its effect: each time it is the same."""

    def done_and_undone() -> None:
        with transaction.atomic():
            work()
            transaction.set_rollback(True)

    return done_and_undone


def _reader(user: User) -> Callable[[str], Work]:
    client = _client(user)

    def reader(path: str) -> Work:
        def read() -> None:
            answer = client.get(path, secure=True)
            if answer.status_code != 200:
                raise RuntimeError(f"{path}: {answer.status_code}")

        return read

    return reader


def _client(user: User) -> Client:
    client = Client(HTTP_HOST=settings.ALLOWED_HOSTS[0])
    client.force_login(user)
    if user.is_staff:
        use_factor(client, user)
    return client


def _shortest(work: Work) -> float:
    times = []
    for _ in range(ROUNDS):
        started = time.monotonic()
        work()
        times.append(time.monotonic() - started)
    return min(times)
