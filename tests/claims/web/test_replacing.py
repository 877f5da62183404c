"""A broken hub is replaced: the new one is claimed in its place, and the old one says so."""

from uuid import UUID

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.audit.models import Entry
from portal.claims import job_progress
from portal.claims.engine import actions
from portal.claims.handover_items import standing_of
from portal.claims.models import Claim
from portal.hubs import counts
from portal.hubs.counts import Numbers
from portal.hubs.models import Hub
from portal.jobs.models import ExpectedHub
from portal.sandbox import world
from portal.tray import jobs as devices
from tests.claims.states import put
from tests.conftest import claim_request, work
from tests.hubs.actions.conftest import hub_of
from tests.jobs.handed_over import claim_hubs, complete, job_at

NEW = world.hub_id(5)


@pytest.fixture
def broken(acme, sandbox):
    hub = hub_of(acme, world.hub_id(4), site="mill-court")
    hub.place, hub.note = "Flat 12, riser", "Behind the meters"
    hub.save()
    return hub


def send(client, hub, label, **more):
    token = "6f1c7f5e-5d53-4a0c-8f8c-2f9f5f3f0a01"
    address = reverse("claims:replace", args=(hub.pk,))
    return client.post(address, {"label": label, "submission": token} | more)


@pytest.fixture
def neighbour(acme, sandbox, mill_court):
    """A hub of the organisation's own at the same site."""
    sandbox.state.set_hub(
        NEW, {"status": "Claimed", "orgId": acme.spkey_org_id, "siteId": "mill-court"}
    )
    return hub_of(acme, NEW, site="mill-court")


def test_the_new_hub_takes_the_old_ones_place_once_it_is_claimed(
    as_person, ada, broken, mill_court
):
    admin = as_person(ada)
    for _ in range(2):
        answer = send(admin, broken, NEW)
    claim = Claim.objects.get()
    broken.refresh_from_db()
    assert (answer.status_code, broken.replaced_by) == (302, None)
    done = work(claim)
    broken.refresh_from_db()

    assert (done.state, done.site, done.place) == ("claimed", mill_court, "Flat 12, riser")
    assert (broken.replaced_by, done.hub.note) == (done.hub, "Behind the meters")
    address = reverse("hub-actions:ask-support", args=(broken.pk,)) + "?wish=replace"
    assert f"Replaced by hub: {NEW}" in admin.get(address).content.decode()


def test_the_old_hub_itself_is_no_new_one(as_person, ada, broken, mill_court):
    answer = send(as_person(ada), broken, str(broken.hub_id))

    assert (answer.status_code, Claim.objects.count()) == (422, 0)


def test_a_claim_that_fails_replaces_nothing(as_person, ada, broken, mill_court):
    send(as_person(ada), broken, world.MAGIC["claimed_elsewhere"].id)
    work(Claim.objects.get())
    broken.refresh_from_db()

    assert broken.replaced_by is None


def test_a_hub_at_a_site_that_the_portal_does_not_know_is_not_replaced(as_person, ada, broken):
    assert send(as_person(ada), broken, NEW).status_code == 422


def test_either_hub_tells_of_the_other_and_the_old_one_is_no_trouble(
    acme, as_person, ada, broken, mill_court
):
    admin = as_person(ada)
    Hub.objects.filter(pk=broken.pk).update(online=False)
    send(admin, broken, NEW)
    new = work(Claim.objects.get()).hub
    broken.refresh_from_db()

    told = {
        entry.verb: (str(entry.hub), entry.detail)
        for entry in Entry.objects.filter(verb__startswith="hub.")
    }
    assert told["hub.replaced"][0] == told["hub.took_place"][1]["replaces"] == str(broken.hub_id)
    assert told["hub.took_place"][0] == told["hub.replaced"][1]["replaced_by"] == NEW
    for hub, other in ((broken, NEW), (new, str(broken.hub_id))):
        page = admin.get(reverse("hubs:detail", args=(hub.pk,))).content.decode()
        assert other in page.partition('id="history"')[2]
    assert (broken.health, broken.health_since) == ("replaced", broken.replaced_at)
    assert counts.total(acme) == Numbers(hubs=2, unknown=1, replaced=1)
    found = admin.get(reverse("hubs:list"), {"state": "replaced"}).content.decode()
    assert str(broken.pk) in found
    assert str(new.pk) not in found


def test_a_hub_is_replaced_once(as_person, ada, broken, mill_court):
    admin = as_person(ada)
    send(admin, broken, NEW)
    # While the first claim goes on, and when it is done.
    assert send(admin, broken, world.hub_id(6)).status_code == 422
    work(Claim.objects.get())

    answer = send(admin, broken, world.hub_id(6))
    assert (answer.status_code, answer.url) == (302, reverse("hubs:detail", args=(broken.pk,)))
    assert Claim.objects.count() == 1


def test_the_neighbour_that_is_scanned_by_mistake_keeps_its_place(
    as_person, ada, broken, neighbour
):
    Hub.objects.filter(pk=neighbour.pk).update(place="Flat 13")
    answer = send(as_person(ada), broken, NEW, spare="on")

    assert (answer.status_code, Claim.objects.count()) == (422, 0)
    assert "yours already, at Flat 13, Mill Court" in answer.content.decode()


def test_a_place_that_came_meanwhile_is_kept_by_the_worker(as_person, ada, broken, neighbour):
    send(as_person(ada), broken, NEW, spare="on")
    Hub.objects.filter(pk=neighbour.pk).update(place="Flat 13")
    claim = work(Claim.objects.get())
    broken.refresh_from_db()

    assert (claim.state, claim.hub.place, broken.replaced_at) == ("already_yours", "Flat 13", None)


def test_a_spare_takes_the_place_once_somebody_says_that_it_is_one(
    as_person, ada, broken, neighbour
):
    admin = as_person(ada)
    asked = send(admin, broken, NEW)
    assert 'type="checkbox" name="spare"' in asked.content.decode()
    assert send(admin, broken, NEW, spare="on").status_code == 302
    work(Claim.objects.get())
    broken.refresh_from_db()
    neighbour.refresh_from_db()

    assert (broken.replaced_by, neighbour.place) == (neighbour, "Flat 12, riser")


def test_a_replaced_hub_that_is_claimed_anew_is_in_use_again(
    acme, ada, as_person, broken, mill_court
):
    send(as_person(ada), broken, NEW)
    old = work(Claim.objects.get()).replaces
    Hub.objects.filter(pk=old.pk).update(binding=Hub.Binding.FREE)
    again = work(actions.submit(claim_request(ada, mill_court, str(old.hub_id))))

    assert again.hub.replaced_at is None
    assert again.hub.health != "replaced"


def test_a_hub_that_was_replaced_by_mistake_is_put_back_in_use(
    acme, ada, as_person, broken, mill_court
):
    admin = as_person(ada)
    send(admin, broken, NEW)
    new = work(Claim.objects.get()).hub
    detail, back = (reverse(f"hubs:{name}", args=(broken.pk,)) for name in ("detail", "put-back"))
    assert back in admin.get(detail).text

    for _ in range(2):
        assert admin.post(back).url == detail
    broken.refresh_from_db()

    assert (broken.replaced_by, broken.replaced_at) == (None, None)
    assert counts.total(acme).replaced == 0
    entry = Entry.objects.get(verb="hub.put_back")
    assert (str(entry.hub), entry.detail["replaced_by"]) == (str(broken.hub_id), str(new.hub_id))
    page = admin.get(detail).text
    assert back not in page
    assert "back in use" in page.partition('id="history"')[2]


def test_a_job_waits_for_no_hub_that_was_replaced(ira, mill_court):
    job = job_at(mill_court, ira.memberships.get())
    old, new = claim_hubs(job, ira, 2)
    Hub.objects.filter(pk=old.hub_id).update(
        online=False, replaced_at=timezone.now(), replaced_by=new.hub
    )
    here, on_devices = (each.progress_of([job])[job.pk] for each in (job_progress, devices))

    assert (here.claimed, here.offline) == (on_devices.claimed, on_devices.offline) == (1, 0)
    assert [claim.pk for claim in job_progress.claims_of_job(job)] == [new.pk]
    assert [item.hub_id for item in standing_of(job).items] == [new.hub.hub_id]


@pytest.mark.parametrize("listed", ["its id", "its place", "both on the list"])
def test_the_new_hub_stands_where_the_jobs_list_had_the_old_one(
    listed, as_person, ada, broken, mill_court
):
    job = job_at(mill_court, ada.memberships.get())
    lines = {
        "its id": [("Roof", broken.hub_id)],
        "its place": [("Flat 12, riser", None)],
        "both on the list": [("Roof", broken.hub_id), ("Attic", UUID(NEW))],
    }[listed]
    for position, (place, hub_id) in enumerate(lines):
        ExpectedHub.objects.create(job=job, position=position, place=place, hub_id=hub_id)
    seen = job.version
    send(as_person(ada), broken, NEW)
    done = work(Claim.objects.get())
    job.refresh_from_db()
    assert (job.version > seen) is (listed == "its id")
    progress = job_progress.progress_of([job])[job.pk]

    assert done.job == job
    missing = 1 if listed == "both on the list" else 0
    assert (progress.claimed, progress.missing, progress.unlisted) == (1, missing, 0)


@pytest.mark.parametrize("is_over", [False, True])
@pytest.mark.parametrize("is_primary", [False, True])
def test_the_question_says_what_the_new_hub_takes_over_and_what_it_does_not(
    is_over, is_primary, as_person, ada, broken, mill_court
):
    job = job_at(mill_court, ada.memberships.get())
    claim = actions.submit(claim_request(ada, mill_court, str(broken.hub_id), job=job.pk))
    assert put(claim, "claimed").job == job
    if is_over:
        complete(job, ada, "Flat 3 is locked")
    Hub.objects.filter(pk=broken.pk).update(is_primary=is_primary)
    page = as_person(ada).get(reverse("claims:replace", args=(broken.pk,))).text

    assert ("on job 7." in page) is not is_over
    assert ("does not count for job 7." in page) is is_over
    assert ("is primary, and the new one is not made so" in page) is is_primary


def test_the_page_of_the_old_hub_leads_to_the_message_to_support(
    as_person, ada, ira, broken, mill_court
):
    send(as_person(ada), broken, NEW)
    work(Claim.objects.get())
    url = reverse("hubs:detail", args=(broken.pk,))
    words = "Ask support to move its devices"

    assert words in as_person(ada).get(url).text
    assert words in as_person(ada).get(reverse("hubs:live", args=(broken.pk,))).text
    assert words not in as_person(ira).get(url).text


@pytest.mark.parametrize(
    ("place", "site", "is_told"),
    [("flat 12, riser", "mill-court", True), ("Roof", "mill-court", False), ("", "x", False)],
)
def test_who_puts_a_hub_back_learns_that_another_one_hangs_there(
    place, site, is_told, as_person, ada, broken, acme, mill_court
):
    other = hub_of(acme, NEW, site=site)
    Hub.objects.filter(pk=other.pk).update(place=place)
    Hub.objects.filter(pk=broken.pk).update(replaced_at=timezone.now(), replaced_by=other)
    url = reverse("hubs:put-back", args=(broken.pk,))
    page = as_person(ada).post(url, follow=True).text

    assert "The hub is in use again." in page
    assert (f"Hub …{NEW[-4:].upper()} hangs at Flat 12, riser too" in page) is is_told
