"""The demo: some weeks of history, of which the sandbox of `make run` tells the same."""

from collections import Counter
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from portal import spkey
from portal.audit.models import Entry
from portal.claims.display import timeline
from portal.claims.models import ACTIVE, Claim, Reason, State
from portal.consent.models import AccessRequest, Grant
from portal.demo import history, people
from portal.hubs import watching
from portal.hubs.models import Hub
from portal.jobs import rights, search
from portal.jobs.models import Handover, HandoverLink, Job, JobRequest
from portal.jobs.models.jobs import State as JobState
from portal.moves.models import MoveRequest
from portal.orgs.models import Invitation, Membership, Organisation, User
from portal.sandbox import lived_in, world
from portal.sandbox.server import Sandbox
from portal.sites.models import Site
from tests.conftest import NEVER

pytestmark = pytest.mark.django_db

MOST_QUERIES = 45
PEOPLES_PAGES = tuple(map(reverse, ("home", "claims:list", "jobs:list", "activity", "news")))
ADMINS_PAGES = (
    *PEOPLES_PAGES,
    *map(reverse, ("sites:list", "people:list", "key:edit", "record:list")),
)


@pytest.fixture(scope="module")
def told_once(django_db_setup, django_db_blocker):
    """The demo, made once: each test's own changes are undone within it."""
    with django_db_blocker.unblock(), transaction.atomic():
        history.make()
        yield
        transaction.set_rollback(True)


@pytest.fixture
def demo(told_once, db) -> None:
    """The demo as it is after the first `make run`."""


@pytest.fixture(scope="module")
def running_lived_in():
    with Sandbox(online_delay=NEVER, lived_in=True) as running:
        yield running


@pytest.fixture
def lived_in_sandbox(running_lived_in, settings):
    settings.SPKEY_BASE_URL = running_lived_in.url
    return running_lived_in


def person(name: str) -> User:
    return User.objects.get(email=f"{name}@acme.example")


def member(name: str) -> Membership:
    return Membership.objects.get(user=person(name))


def numbers() -> dict[str, int]:
    models = (Organisation, User, Site, Hub, Claim, Job, Handover, HandoverLink, JobRequest)
    return {model.__name__: model.objects.count() for model in (*models, Invitation, Entry)}


def test_made_twice_is_made_once(demo):
    before = numbers()
    history.make()

    assert numbers() == before


def test_an_organisation_in_which_somebody_has_worked_gets_no_past(demo):
    theirs = {"organisation__spkey_org_id": world.HARBOUR_ORG_ID}
    Claim.objects.filter(**theirs).update(job=None)
    Job.objects.filter(**theirs).delete()
    before = numbers()
    history.make()

    assert numbers() == before


def test_support_is_let_in_by_one_organisation_and_waits_for_another(demo):
    grant = Grant.objects.standing().get()
    assert grant.organisation.spkey_org_id == world.ACME_ORG_ID
    assert [site.name for site in grant.sites.all()] == ["Mill Court"]
    asked = AccessRequest.objects.waiting().get()
    assert asked.organisation.spkey_org_id == world.HARBOUR_ORG_ID


def test_a_hub_that_is_bound_elsewhere_is_asked_for(demo):
    asked = MoveRequest.objects.get()
    assert (asked.state, asked.site.name, asked.asked_by) == (
        "asked",
        "Mill Court",
        person("installer"),
    )


def test_there_is_a_job_in_each_state(demo):
    jobs = Job.objects.filter(organisation__spkey_org_id=world.ACME_ORG_ID)
    assert {job.state for job in jobs} == set(JobState)


def test_one_installer_has_a_job_open_today_and_another_ones_claims_wait(demo):
    assert rights.sites_to_claim_at(member("crew")).get().name == "Orchard Rise"
    assert not rights.sites_to_claim_at(member("late")).exists()
    waiting = Claim.objects.filter(state=State.BLOCKED, reason=Reason.RIGHT_GONE)
    assert [claim.submitted_by for claim in waiting] == [person("late")] * 2


def test_nothing_of_it_lies_ahead_of_now(demo):
    now = timezone.now()
    assert not Claim.objects.filter(changed_at__gt=now).exists()
    assert not Entry.objects.filter(at__gt=now).exists()
    ended = Claim.objects.exclude(finished_at=None)
    assert not [claim for claim in ended if claim.finished_at < claim.created_at]


def test_every_claim_that_ended_has_its_entry_in_the_record(demo):
    ended = Claim.objects.exclude(state__in=ACTIVE)
    recorded = Entry.objects.filter(verb="claim.ended").values_list("object_id", "at")
    assert dict(recorded) == {str(claim.pk): claim.finished_at for claim in ended}


def test_the_record_says_in_which_role_somebody_acted(demo):
    assert not Entry.objects.filter(actor_role="").exists()


def test_the_sandbox_tells_of_every_hub_what_the_demo_does(demo, lived_in_sandbox):
    hubs = Hub.objects.select_related("organisation").exclude(binding=Hub.Binding.OTHER)
    keys = {world.ACME_ORG_ID: world.ACME_KEY, world.HARBOUR_ORG_ID: world.HARBOUR_KEY}
    shown = ("binding", "spkey_site_id", "serial", "model", "is_primary", "online", "firmware")
    for hub in hubs:
        before = [getattr(hub, name) for name in shown]
        with spkey.Client(lived_in_sandbox.url, keys[hub.organisation.spkey_org_id]) as client:
            try:
                answer = client.hub_status(hub.spkey_id)
            except spkey.NotFound:
                assert hub.binding == Hub.Binding.MISSING
                continue
        told = watching.status.record(hub, answer)
        assert [getattr(told, name) for name in shown] == before, hub


def test_nothing_is_lost_when_the_worker_reads_the_hubs_again(demo, lived_in_sandbox):
    claimed = Claim.objects.filter(state=State.CLAIMED).select_related("hub", "organisation")
    hub = claimed.filter(hub__online=True).first().hub
    watching.watch(hub)
    for lease in watching.take_due(1):
        watching.refresh(lease)

    claim = claimed.get(hub=hub)
    assert timeline.chip(claim).word == "Online"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "pages"),
    [
        ("admin", ADMINS_PAGES),
        ("installer", PEOPLES_PAGES),
        ("crew", PEOPLES_PAGES),
        ("late", PEOPLES_PAGES),
        ("viewer", PEOPLES_PAGES),
    ],
)
def test_each_page_opens_with_it_and_asks_the_database_a_bounded_number_of_times(
    demo, as_person, name, pages
):
    client = as_person(person(name))
    jobs = [f"/jobs/{job.pk}/" for job in Job.objects.of(member(name))]
    claims = [f"/claims/{claim.pk}/" for claim in Claim.objects.of(member(name))[:3]]
    for address in (*pages, *jobs, *claims):
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(address)
        assert answer.status_code == 200, address
        assert len(queries) <= MOST_QUERIES, address


def test_a_new_organisation_is_at_its_first_steps(demo, as_person):
    page = as_person(User.objects.get(email="admin@quay.example")).get("/").content.decode()

    assert "First steps" in page
    assert not Claim.objects.filter(organisation__spkey_org_id=lived_in.QUAY_ORG_ID).exists()


def test_no_key_stands_in_the_record_or_on_a_page(demo, as_person):
    keys = (world.ACME_KEY, world.HARBOUR_KEY, world.SUPPORT_KEY, lived_in.QUAY_KEY)
    texts = [str(row) for row in Entry.objects.values()]
    client = as_person(person("admin"))
    texts += [client.get(address).content.decode() for address in ADMINS_PAGES]
    for key in keys:
        assert not [text for text in texts if key in text]


def test_the_demos_people_are_plainly_of_the_demo(demo):
    assert all(user.email.endswith(".example") for user in User.objects.all())
    assert {each.actor_label for each in Entry.objects.all()} <= {
        "",
        *(each.email for each in people.PEOPLE),
    }


def test_the_command_prints_each_sign_in(db, settings):
    settings.DEBUG = True
    out = StringIO()
    call_command("demo", stdout=out)

    addresses = Counter(out.getvalue().split())
    assert all(addresses[each.email] == 1 for each in people.PEOPLE)


def test_each_job_is_found_by_its_reference(demo):
    for job in Job.objects.exclude(reference=""):
        assert Job.objects.filter(search.containing(job.reference)).contains(job)
