"""An unchanged poll is answered by a prepared query, which shows nobody more than the page."""

from datetime import timedelta

import pytest
import time_machine
from django.db.models import F
from django.test import Client
from django.utils import timezone

from portal.claims.models import Claim
from portal.claims.web import polling
from portal.core import prepared
from portal.hubs.models import Hub
from portal.orgs.models import Membership
from tests.conftest import consent_to
from tests.people_with_factor import has_used_factor

pytestmark = pytest.mark.django_db


@pytest.fixture
def old_claim(claim: Claim) -> Claim:
    """A claim whose page polls at its slowest pace, so that time alone changes nothing."""
    Claim.objects.update(created_at=timezone.now() - timedelta(minutes=5))
    return Claim.objects.select_related("hub").get(pk=claim.pk)


def poll(client: Client, claim: Claim, seen: str):
    return client.get(f"/claims/{claim.pk}/live/", {"seen": seen}, headers={"HX-Request": "true"})


@pytest.mark.parametrize("changed", [Claim, Hub])
def test_a_poll_after_a_change_brings_the_news(old_claim, ira, as_person, changed):
    seen = polling.seen(old_claim)
    changed.objects.update(version=F("version") + 1)
    answer = poll(as_person(ira), old_claim, seen)
    assert answer.status_code == 200
    assert f"?seen={polling.seen(Claim.objects.get())}" in answer.content.decode()


def test_news_asks_for_session_person_claim_and_memberships_once_each(
    old_claim, ira, as_person, django_assert_num_queries
):
    client = as_person(ira)
    poll(client, old_claim, "before")
    with django_assert_num_queries(4):
        assert poll(client, old_claim, "before").status_code == 200


def test_a_stranger_with_the_right_version_learns_nothing(old_claim, hal, as_person):
    assert poll(as_person(hal), old_claim, polling.seen(old_claim)).status_code == 404


def test_the_right_version_reveals_nothing_once_the_membership_has_expired(
    old_claim, ira, as_person
):
    client = as_person(ira)
    assert poll(client, old_claim, polling.seen(old_claim)).status_code == 204
    Membership.objects.filter(user=ira).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert poll(client, old_claim, polling.seen(old_claim)).status_code == 404


def test_the_right_version_reveals_nothing_once_the_person_is_removed(old_claim, ira, as_person):
    client = as_person(ira)
    Membership.objects.filter(user=ira).delete()
    assert poll(client, old_claim, polling.seen(old_claim)).status_code == 404


def test_support_polls_the_claim_that_it_made_for_another(old_claim, spkey_support, sam, as_person):
    grant = consent_to(spkey_support, old_claim.organisation)
    Claim.objects.update(acting_organisation=spkey_support, support_grant=grant)
    client = has_used_factor(as_person(sam), sam)
    seen = polling.seen_by(sam, Claim.objects.get())
    assert poll(client, old_claim, seen).status_code == 204
    # What others have seen says nothing of the access.
    assert poll(client, old_claim, polling.seen(old_claim)).status_code == 200


def test_a_membership_that_ends_is_noticed_by_a_statement_that_was_kept(old_claim, ira, as_person):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = as_person(ira)
        Membership.objects.filter(user=ira).update(expires_at=timezone.now() + timedelta(seconds=1))
        assert poll(client, old_claim, polling.seen(old_claim)).status_code == 204
        clock.shift(prepared.KEPT_FOR + timedelta(milliseconds=1))
        assert poll(client, old_claim, polling.seen(old_claim)).status_code == 404


def test_the_prepared_poll_reads_what_the_orm_reads(
    old_claim, spkey_support, django_assert_num_queries
):
    now = timezone.now()
    Hub.objects.update(online=True, watched_until=now)
    by_support = {
        "acting_organisation": spkey_support,
        "support_grant": consent_to(spkey_support, old_claim.organisation),
    }
    Claim.objects.update(state="claimed", finished_at=now, due_at=None, **by_support)
    stored = Claim.objects.select_related("hub").get()
    polling.state_of(stored.pk)
    with django_assert_num_queries(1):
        found = polling.state_of(stored.pk)
        assert {name: getattr(found, name) for name in polling.OF_CLAIM} == {
            name: getattr(stored, name) for name in polling.OF_CLAIM
        }
        assert {name: getattr(found.hub, name) for name in polling.OF_HUB} == {
            name: getattr(stored.hub, name) for name in polling.OF_HUB
        }
        assert polling.seen(found) == polling.seen(stored)
    assert found.hub_id_text == stored.hub_id_text
