"""The people, places and the sandbox that tests speak of."""

import gc
import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from threading import Event
from uuid import UUID, uuid4

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.contrib.contenttypes.models import ContentType
from django.core.management.commands import flush
from django.db import connection
from django.test import Client, TransactionTestCase
from django.utils import timezone
from django.utils.log import AdminEmailHandler

from portal.audit import guard as audit_guard
from portal.claims.engine import actions
from portal.claims.models import Claim
from portal.consent.models import Grant
from portal.core import worker
from portal.core.leasing import due_at
from portal.core.throttle import Limit
from portal.gateway import circuit
from portal.jobs import guard as jobs_guard
from portal.orgs import api_keys
from portal.orgs.encryption import Secret
from portal.orgs.models import ApiCredential, Membership, Organisation, User
from portal.sandbox import world
from portal.sandbox.server import Sandbox
from portal.sites.models import Site
from tests.forms import Browser
from tests.people_with_factor import PASSWORD, has_used_factor, sign_in_with_factor
from tests.portal import pages

# Seconds. A claimed hub comes online when a test says so, and not when enough time has passed.
NEVER = 1e9


def pytest_collection_finish() -> None:
    """Spare the collector what stays for the whole run: it would look through it all the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.fixture(scope="session")
def running_sandbox() -> Iterator[Sandbox]:
    """One sandbox for the whole run; `sandbox` empties it for each test."""
    with Sandbox(seed=world.DEFAULT_SEED, online_delay=NEVER) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running_sandbox: Sandbox, settings) -> Sandbox:
    """The SpKey API under test: fresh, and the one the portal calls."""
    running_sandbox.reset()
    settings.SPKEY_BASE_URL = running_sandbox.url
    return running_sandbox


# The latency, or the hang, of a fault whose answer waits for the test, and for no time.
HELD = 3600.0


@pytest.fixture
def let_go(sandbox: Sandbox, monkeypatch) -> Iterator[Callable[[], None]]:
    """Lets SpKey go on with what is HELD, from now on."""
    gone_on = Event()

    def pause(seconds: float) -> None:
        if seconds == HELD:
            gone_on.wait(timeout=HELD)
        else:
            sandbox._wait(seconds)

    monkeypatch.setattr(sandbox, "_pause", pause)
    yield gone_on.set
    gone_on.set()


@pytest.fixture(autouse=True)
def _nothing_is_remembered():
    """What one test's calls came to is nothing to the next, nor are rows that were undone."""
    circuit.reset()
    ContentType.objects.clear_cache()


@pytest.fixture(autouse=True)
def _counts_begin_with_the_first():
    """No stretch of time in which something is counted turns over because the hour does."""
    began: dict[str, int] = {}

    def since(limit: Limit) -> int:
        now = int(timezone.now().timestamp())
        return now - (now - began.setdefault("at", now)) % limit.seconds

    # Of its own: a test may undo what it has patched itself.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Limit, "since", since)
        yield


@pytest.fixture(scope="session", autouse=True)
def _emptying_gets_past_the_guards():
    """Tests that commit empty their tables afterwards, which the record and handovers refuse."""
    empty = TransactionTestCase._fixture_teardown

    def _fixture_teardown(case):
        for each in (audit_guard, jobs_guard):
            each.remove(connection)
        empty(case)
        for each in (audit_guard, jobs_guard):
            each.install(connection)

    # Nobody here has a right by a permission: making them again each time would take longest.
    def forget_types(*_args: object, **_how: object) -> None:
        ContentType.objects.clear_cache()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", _fixture_teardown)
        patch.setattr(flush, "emit_post_migrate_signal", forget_types)
        yield


def make_person(email: str, name: str, **fields: object) -> User:
    user = User.objects.create_user(email, PASSWORD, name=name, **fields)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def make_organisation(name: str, spkey_org_id: str, key: str, kind: str = "normal") -> Organisation:
    organisation = Organisation.objects.create(name=name, spkey_org_id=spkey_org_id)
    credential = api_keys.replace(organisation, None, Secret(key), None)
    ApiCredential.objects.filter(pk=credential.pk).update(kind=kind, state="working", due_at=None)
    return organisation


def join(user: User, organisation: Organisation, role: str = "installer", **fields) -> Membership:
    return Membership.objects.create(user=user, organisation=organisation, role=role, **fields)


@pytest.fixture
def acme(db) -> Organisation:
    return make_organisation("Acme Properties", world.ACME_ORG_ID, world.ACME_KEY)


@pytest.fixture
def harbour(db) -> Organisation:
    return make_organisation("Harbour Living", world.HARBOUR_ORG_ID, world.HARBOUR_KEY)


@pytest.fixture
def spkey_support(db) -> Organisation:
    return make_organisation("SpKey Support", world.SUPPORT_ORG_ID, world.SUPPORT_KEY, "super")


@pytest.fixture
def mill_court(acme) -> Site:
    return Site.objects.create(organisation=acme, name="Mill Court", spkey_site_id="mill-court")


@pytest.fixture
def orchard_rise(acme) -> Site:
    return Site.objects.create(organisation=acme, name="Orchard Rise", spkey_site_id="orchard-rise")


@pytest.fixture
def lighthouse(harbour) -> Site:
    return Site.objects.create(
        organisation=harbour, name="Lighthouse Flats", spkey_site_id="lighthouse-flats"
    )


@pytest.fixture
def supports_site(spkey_support) -> Site:
    """A site of the support organisation's own."""
    return Site.objects.create(
        organisation=spkey_support, name="Workshop", spkey_site_id="workshop"
    )


@pytest.fixture
def ira(acme) -> User:
    """Ira installs hubs for Acme."""
    person = make_person("installer@acme.example", "Ira Installer")
    join(person, acme)
    return person


@pytest.fixture
def ada(acme) -> User:
    """Ada administers Acme."""
    person = make_person("admin@acme.example", "Ada Admin")
    join(person, acme, "admin")
    return person


@pytest.fixture
def hal(harbour) -> User:
    """Hal administers Harbour, and has nothing to do with Acme."""
    person = make_person("admin@harbour.example", "Hal Admin")
    join(person, harbour, "admin")
    return person


@pytest.fixture
def sam(spkey_support) -> User:
    """Sam is a support agent."""
    person = make_person("agent@support.example", "Sam Support")
    join(person, spkey_support, support=True)
    return person


@pytest.fixture
def otto(db) -> User:
    """Otto operates the portal and belongs to no organisation."""
    return make_person("operator@portal.example", "Otto", is_staff=True, is_superuser=True)


@pytest.fixture
def eli(acme) -> User:
    """Eli installed hubs for Acme until his pass expired yesterday."""
    person = make_person("eli@acme.example", "Eli Expired")
    join(person, acme, expires_at=timezone.now() - timedelta(days=1))
    return person


@pytest.fixture
def as_person():
    """Return a test client in which this person is signed in."""

    def sign_in(person: User) -> Client:
        client = Browser()
        client.force_login(person)
        return client

    return sign_in


@pytest.fixture
def installer(as_person, ira) -> Client:
    """Ira's browser."""
    return as_person(ira)


@pytest.fixture
def agent(sam) -> Client:
    """Sam, signed in with the second factor."""
    return sign_in_with_factor(Browser(), sam)


@pytest.fixture
def hub_id() -> UUID:
    """A hub that nobody has claimed."""
    return UUID(world.hub_id(0))


def consent_to(support: Organisation, organisation: Organisation, **fields) -> Grant:
    """The standing consent of the organisation to the support's acting for it, made if need be."""
    standing = Grant.objects.standing().filter(
        organisation=organisation, support_organisation=support, kind="consent", **fields
    )
    if (grant := standing.first()) is not None:
        return grant
    somebody = organisation.memberships.filter(role="admin").first()
    gone = "gone@customer.example"
    granted_by = somebody.user if somebody else User.objects.get_or_create(email=gone)[0]
    now = timezone.now()
    return Grant.objects.create(
        organisation=organisation,
        support_organisation=support,
        kind="consent",
        way="page",
        granted_by=granted_by,
        begins_at=now,
        ends_at=now + timedelta(days=30),
        **due_at(now + timedelta(days=30)),
        **({"all_sites": True, "may_move": True} | fields),
    )


def claim_request(user: User, site: Site, hub_id: UUID | str, **fields) -> actions.ClaimRequest:
    """A claim request as the claim form would make it; support's under a consent."""
    if (support := fields.get("acting_organisation")) and "support_grant" not in fields:
        fields["support_grant"] = consent_to(support, site.organisation)
    return actions.ClaimRequest(
        user=user,
        organisation=site.organisation,
        hub_id=hub_id if isinstance(hub_id, UUID) else UUID(hub_id),
        spkey_site_id=site.spkey_site_id,
        submission=fields.pop("submission", None) or uuid4(),
        site=site,
        **fields,
    )


@pytest.fixture
def claim(ira, mill_court, hub_id) -> Claim:
    """Ira's claim of a fresh hub at Mill Court, not yet worked on."""
    return actions.submit(claim_request(ira, mill_court, hub_id))


@pytest.fixture
def harbours_claim(hal, lighthouse) -> Claim:
    """Hal's claim at Harbour, which is no affair of Acme's."""
    return actions.submit(claim_request(hal, lighthouse, world.hub_id(1)))


@pytest.fixture
def supports_claim(sam, spkey_support, lighthouse) -> Claim:
    """Sam's claim for Harbour, made with the super key."""
    return actions.submit(
        claim_request(
            sam,
            lighthouse,
            world.hub_id(2),
            acting_organisation=spkey_support,
            reason="Asked for by telephone",
        )
    )


def work(claim: Claim, rounds: int = 1) -> Claim:
    """Let the worker do all that is due now, so many times; return the claim as it is then."""
    for _ in range(rounds):
        active = Claim.objects.active().filter(pk=claim.pk, due_at__isnull=False)
        active.update(due_at=timezone.now())
        worker.run_once()
    return Claim.objects.select_related("hub", "organisation", "site").get(pk=claim.pk)


def ask_again(organisation: Organisation) -> None:
    """Let the minute after a first 401 be over: the worker asks about the key once more."""
    now = timezone.now()
    doubted = ApiCredential.objects.filter(organisation=organisation, doubted_at__isnull=False)
    assert doubted.update(doubted_at=now - ApiCredential.DOUBT, due_at=now)
    worker.run_once()


def work_until_refused(claim: Claim) -> Claim:
    """Let the worker meet 401 twice, a minute apart; return the claim as it is then."""
    work(claim)
    ask_again(claim.acting_organisation or claim.organisation)
    return work(claim)


@pytest.fixture
def clients(as_person, hal, ira, eli, ada, otto, agent) -> dict[str, Client]:
    """Everybody, signed in."""
    people = {"hal": hal, "ira": ira, "eli": eli, "ada": ada, "otto": otto}
    signed_in = {name: as_person(person) for name, person in people.items()}
    has_used_factor(signed_in["otto"], otto)
    return {"nobody": Client(), "agent": agent, **signed_in}


@pytest.fixture
def every_page(clients, claim, supports_claim, mill_court) -> pages.Pages:
    """Every page and fragment, with a client in which somebody is signed in who may see it."""
    return pages.every(clients, {"acme": claim, "support": supports_claim}, {"acme": mill_court})


@pytest.fixture
def clock():
    """The time, which `shift(seconds)` moves on; it runs by itself as well."""
    with time_machine.travel(datetime.now(UTC), tick=True) as traveller:
        yield traveller


@pytest.fixture
def still():
    """The time, which nothing but `shift(seconds)` moves on, however busy the machine is."""
    with time_machine.travel(datetime.now(UTC), tick=False) as traveller:
        yield traveller


@pytest.fixture
def live_through(clock) -> Callable[..., Claim]:
    """Let the worker look at a claim once in so many seconds, until it ends or time is up."""

    def live(claim: Claim, *, every: float = 15, rounds: int = 20) -> Claim:
        for _ in range(rounds):
            claim = work(claim)
            if claim.is_final:
                return claim
            clock.shift(every)
        return claim

    return live


@pytest.fixture
def wire(sandbox) -> Callable[..., list]:
    """What the sandbox was asked: `wire("ClaimHub")` gives the sends, oldest first."""

    def asked(path: str = "", hub_id: object = "") -> list:
        return [
            request
            for request in sandbox.state.requests
            if path in request.path and str(hub_id) in request.path
        ]

    return asked


def claimed_events(sandbox: Sandbox, hub_id: object) -> list:
    return [
        event
        for event in sandbox.state.event_log
        if event.type == "HubClaimed" and event.hub_id == str(hub_id)
    ]


class Reports(AdminEmailHandler):
    """Django's mails about errors, with the page of details, kept instead of sent."""

    def __init__(self):
        super().__init__(include_html=True)
        self.kept = []

    def send_mail(self, subject, message, *args, html_message=None, **kwargs):
        self.kept.append(f"{subject}\n{message}\n{html_message}")


@pytest.fixture
def reports() -> Iterator[list[str]]:
    """What operators would be sent of each error, had they switched such mails on."""
    handler, logger = Reports(), logging.getLogger("django.request")
    logger.addHandler(handler)
    yield handler.kept
    logger.removeHandler(handler)
