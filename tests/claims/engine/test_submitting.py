"""Taking a claim in: one submission is one claim, and a hub has one active claim."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import connection

from portal.audit.models import Entry
from portal.claims.engine import actions
from portal.claims.models import Claim, State
from portal.core import worker
from portal.hubs import watching
from tests.conftest import claim_request, work


def submitted(claim):
    return Entry.objects.filter(verb="claim.submitted", object_id=str(claim.pk)).count()


def test_the_same_submission_again_is_the_same_claim(ira, mill_court, hub_id):
    request = claim_request(ira, mill_court, hub_id)

    first, second = actions.submit(request), actions.submit(request)

    assert first.pk == second.pk
    assert submitted(first) == 1


def test_the_same_submission_after_the_end_is_the_same_claim(sandbox, ira, mill_court, hub_id):
    request = claim_request(ira, mill_court, hub_id)
    done = work(actions.submit(request))

    assert actions.submit(request).pk == done.pk


def test_a_colleagues_active_claim_of_the_hub_is_the_claim(claim, ada, mill_court, hub_id):
    assert actions.submit(claim_request(ada, mill_court, hub_id)).pk == claim.pk
    assert Claim.objects.count() == 1


def test_an_active_claim_at_another_site_is_refused_and_named(claim, ada, orchard_rise, hub_id):
    with pytest.raises(actions.AnotherSiteError) as refused:
        actions.submit(claim_request(ada, orchard_rise, hub_id))

    assert refused.value.claim.pk == claim.pk
    assert refused.value.claim.site_name == "Mill Court"
    assert Claim.objects.count() == 1


def test_a_hub_claimed_less_than_ten_minutes_ago_is_that_claim(
    sandbox, clock, claim, ada, mill_court, orchard_rise, hub_id
):
    done = work(claim)
    clock.shift(9 * 60)

    assert actions.submit(claim_request(ada, mill_court, hub_id)).pk == done.pk
    with pytest.raises(actions.AnotherSiteError):
        actions.submit(claim_request(ada, orchard_rise, hub_id))


def test_a_hub_that_spkey_has_taken_back_since_it_was_claimed_can_be_claimed_again(
    sandbox, clock, claim, ada, mill_court, hub_id
):
    done = work(claim)
    sandbox.state.set_hub(str(hub_id), {"status": "Provisioned", "orgId": "", "siteId": ""})
    clock.shift(60)
    watching.watch(done.hub)
    worker.run_once()

    again = actions.submit(claim_request(ada, mill_court, hub_id))

    assert again.pk != done.pk
    assert work(again).state == State.CLAIMED


def test_a_hub_that_was_moved_since_it_was_claimed_is_not_said_to_be_claimed_where_it_was(
    sandbox, clock, claim, ada, mill_court, orchard_rise, hub_id
):
    done = work(claim)
    sandbox.state.set_hub(str(hub_id), {"siteId": orchard_rise.spkey_site_id})
    clock.shift(60)
    watching.watch(done.hub)
    worker.run_once()

    where_it_was = work(actions.submit(claim_request(ada, mill_court, hub_id)))
    where_it_is = work(actions.submit(claim_request(ada, orchard_rise, hub_id)))

    assert where_it_was.state == State.CONFLICT
    assert where_it_is.state == State.ALREADY_YOURS


def test_a_hub_claimed_longer_ago_is_read_again_and_is_already_yours(
    sandbox, clock, claim, ada, mill_court, hub_id, wire
):
    done = work(claim)
    clock.shift(10 * 60 + 1)

    again = work(actions.submit(claim_request(ada, mill_court, hub_id)))

    assert again.pk != done.pk
    assert again.state == State.ALREADY_YOURS
    assert len(wire("ClaimHub")) == 1


def test_a_claim_that_ended_badly_does_not_prevent_a_new_one(
    claim, ira, mill_court, orchard_rise, hub_id
):
    actions.stop(claim, ira)

    assert actions.submit(claim_request(ira, orchard_rise, hub_id)).pk != claim.pk


def test_another_organisation_gets_a_claim_of_its_own(
    sandbox, claim, hal, lighthouse, hub_id, wire
):
    theirs = actions.submit(claim_request(hal, lighthouse, hub_id))

    assert theirs.pk != claim.pk
    assert theirs.hub_id != claim.hub_id
    first, second = work(claim), work(theirs)
    assert {first.state, second.state} == {State.CLAIMED, State.CONFLICT}


def test_another_person_with_the_same_form_token_gets_a_claim_of_their_own(
    ira, hal, mill_court, lighthouse, hub_id
):
    token = uuid4()
    mine = actions.submit(claim_request(ira, mill_court, hub_id, submission=token))
    theirs = actions.submit(claim_request(hal, lighthouse, hub_id, submission=token))

    assert mine.pk != theirs.pk


def at_once(*requests):
    """Submit all the requests at the same moment, each in a thread of its own."""
    gate = Barrier(len(requests))

    def submit(request):
        try:
            gate.wait(timeout=60)
            return actions.submit(request)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(requests)) as pool:
        return [
            outcome.result() for outcome in [pool.submit(submit, request) for request in requests]
        ]


@pytest.mark.django_db(transaction=True)
def test_a_double_tap_in_two_threads_is_one_claim(ira, mill_court, hub_id):
    request = claim_request(ira, mill_court, hub_id)

    claims = at_once(*[request] * 4)

    assert len({claim.pk for claim in claims}) == 1
    assert Claim.objects.count() == 1
    assert submitted(claims[0]) == 1


@pytest.mark.django_db(transaction=True)
def test_two_people_at_once_get_one_claim(ira, ada, mill_court, hub_id):
    claims = at_once(
        *[claim_request(person, mill_court, hub_id) for person in (ira, ada) for _ in range(3)]
    )

    assert len({claim.pk for claim in claims}) == 1
    assert Claim.objects.count() == 1
