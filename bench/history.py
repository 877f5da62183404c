"""What ten years of claims cost: each page, poll, search and lease, against a hundredth of them.

Both are measured in one process and one database, the smaller history first. An organisation with
100,000 claims has 5,000 hubs, 200 sites and 20 installers: 20 claims a hub, spread over the ten
years; one in twenty is for a site that the portal does not have, as support's are. Forty sites
have had no claims since the beginning. Another organisation has as many.
What happened in the last days is the same in both, since pages show it.
With `--on postgresql` in a server of the bench's own, else on SQLite.
"""

import time
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from bench.people import HAL, installer
from bench.report import Figure
from portal.claims.engine import leases
from portal.claims.models import Claim, State
from portal.core import leasing
from portal.hubs.models import Hub
from portal.orgs.models import Membership, Organisation, User
from portal.sites.models import Site

CLAIMS: Final = 100_000
CLAIMS_OF_A_HUB: Final = 20
CLAIMS_OF_A_SITE: Final = 500
CLAIMS_OF_A_PERSON: Final = 5_000
FORMER_SITES: Final = 40
FRACTION: Final = 100
RECENT: Final = 200
BATCH: Final = 5_000
TARGET: Final = 1.5
ROUNDS: Final = 9

type Work = Callable[[], object]


def measure(*, quick: bool) -> list[Figure]:
    """Return by how much each costs more with the whole history than with a hundredth of it."""
    count = CLAIMS // 50 if quick else CLAIMS
    call_command("collectstatic", interactive=False, verbosity=0)
    person = installer().user
    admin = User.objects.create_user("history@acme.example", name="Ada Admin")
    organisation = person.memberships.get().organisation
    Membership.objects.create(user=admin, organisation=organisation, role="admin")
    other = installer(HAL).user
    for each in (person, other):
        make_claims(each, RECENT, newest=timedelta(0), oldest=timedelta(days=6))
    for _ in range(FORMER_SITES):
        make_claims(person, 1, timedelta(days=3653), timedelta(days=3660), at_sites="Former")
    make_claims(other, count // FRACTION)
    few = _seconds(admin, person, make_claims(person, count // FRACTION))
    make_claims(other, count - count // FRACTION)
    many = _seconds(admin, person, make_claims(person, count - count // FRACTION))
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


def make_claims(
    person: User,
    count: int,
    newest: timedelta = timedelta(days=9),
    oldest: timedelta = timedelta(days=3652),
    at_sites: str = "House",
) -> Claim:
    """Make so many more claims of the person and of new colleagues; return one of the middle.

    They are spread evenly from the newest to the oldest, which are so long ago.
    """
    organisation = person.memberships.get().organisation
    sites = _more_sites(organisation, max(count // CLAIMS_OF_A_SITE, 1), at_sites)
    hubs = _more_hubs(organisation, max(count // CLAIMS_OF_A_HUB, 1))
    people = [person, *_more_people(count // CLAIMS_OF_A_PERSON)]
    now = timezone.now()
    claims = [
        Claim(
            organisation=organisation,
            hub=(hub := hubs[n % len(hubs)]),
            hub_id_text=str(hub.hub_id),
            site=(site := sites[n % len(sites)]),
            spkey_site_id=site.spkey_site_id,
            submitted_by=people[n % len(people)],
            submission=uuid.uuid4(),
            state=State.CLAIMED if n % 20 else State.REJECTED,
            created_at=(at := now - newest - (oldest - newest) * (n / count)),
            changed_at=at,
            finished_at=at,
        )
        for n in range(count)
    ]
    for n, claim in enumerate(claims[1::20]):
        claim.site, claim.spkey_site_id = None, f"boiler-room-{n % 7}"
    Claim.objects.bulk_create(claims, batch_size=BATCH)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return claims[len(claims) // 2]


def _more_sites(organisation: Organisation, count: int, name: str) -> list[Site]:
    known = Site.objects.filter(organisation=organisation).count()
    return Site.objects.bulk_create(
        Site(organisation=organisation, name=f"{name} {n}", spkey_site_id=f"{name.lower()}-{n}")
        for n in range(known, known + count)
    )


def _more_hubs(organisation: Organisation, count: int) -> list[Hub]:
    known, ours = Hub.objects.filter(organisation=organisation).count(), Hub.Binding.OURS
    hubs = [
        Hub(organisation=organisation, hub_id=uuid.uuid4(), serial=f"SK-{n:06}", binding=ours)
        for n in range(known, known + count)
    ]
    return Hub.objects.bulk_create(hubs, batch_size=BATCH)


def _more_people(count: int) -> list[User]:
    return User.objects.bulk_create(
        User(email=f"installer-{uuid.uuid4()}@acme.example", name=f"Installer {n}")
        for n in range(count)
    )


def _seconds(admin: User, person: User, claim: Claim) -> dict[str, float]:
    """Return the shortest time that each took."""
    return {name: _shortest(work) for name, work in works(admin, person, claim)}


def works(admin: User, person: User, claim: Claim) -> Iterator[tuple[str, Work]]:
    read, of_installer = _reader(admin), _reader(person)
    yield "administrator's home", read("/")
    yield "installer's home", of_installer("/")
    yield "tray", of_installer("/claims/new/")
    yield "sites", read("/sites/")
    yield "claim", read(f"/claims/{claim.pk}/")
    yield "claim's poll", read(f"/claims/{claim.pk}/live/")
    for state in ("", "attention", "refused", "unclaimed", "open", "ended", "not_found"):
        yield f"claims {state or 'of any state'}", read(f"/claims/?state={state}")
    yield "claims of a site", read(f"/claims/?site={claim.site_id}")
    yield "claims of a person", read(f"/claims/?person={person.pk}")
    for what, text in {
        "a hub's last characters": claim.hub_id_text[-4:],
        "a serial": "SK-0000",
        "a site": "House 4",
        "a site that the portal has not": "boiler",
        "sites of long ago": "former",
        "a person": "installer",
        "everybody": "acme.example",
        "a person and a site": "installer House",
        "a reference": str(claim.pk)[:8],
        "nothing": "nothing-like-it",
    }.items():
        yield f"search for {what}", read(f"/claims/?q={text}")
    yield "lease of claims", lambda: leases.take_due(8)
    yield "look for due claims", leases.some_due
    yield "heartbeat's look at the clock", leasing.correct_clock


def _reader(user: User) -> Callable[[str], Work]:
    client = Client(HTTP_HOST=settings.ALLOWED_HOSTS[0])
    client.force_login(user)

    def reader(path: str) -> Work:
        def read() -> None:
            answer = client.get(path, secure=True)
            if answer.status_code != 200:
                raise RuntimeError(f"{path}: {answer.status_code}")

        return read

    return reader


def _shortest(work: Work) -> float:
    times = []
    for _ in range(ROUNDS):
        started = time.monotonic()
        work()
        times.append(time.monotonic() - started)
    return min(times)
