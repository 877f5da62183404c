"""A broken hub is replaced: the new one is claimed in its place, and the old one says so."""

import pytest
from django.urls import reverse

from portal.claims.models import Claim
from portal.sandbox import world
from tests.conftest import work
from tests.hubs.actions.conftest import hub_of

NEW = world.hub_id(5)


@pytest.fixture
def broken(acme, sandbox):
    hub = hub_of(acme, world.hub_id(4), site="mill-court")
    hub.place, hub.note = "Flat 12, riser", "Behind the meters"
    hub.save()
    return hub


def send(client, hub, label):
    token = "6f1c7f5e-5d53-4a0c-8f8c-2f9f5f3f0a01"
    address = reverse("claims:replace", args=(hub.pk,))
    return client.post(address, {"label": label, "submission": token})


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
