"""A key that is not its organisation's own: the first claim shows it, and no second is made."""

import pytest

from portal.audit.models import Entry
from portal.claims import lifecycle
from portal.claims.models import Reason, State
from portal.orgs import credentials
from portal.orgs.encryption import Secret
from portal.orgs.models import ApiCredential
from portal.sandbox import world
from tests.conftest import order, work

CLAIM = {"path_contains": "ClaimHub"}


@pytest.fixture
def harbours_key_at_acme(acme):
    credentials.replace(acme, None, Secret(world.HARBOUR_KEY), None)
    ApiCredential.objects.update(state="working", check_due_at=None)


def test_an_event_that_names_another_organisation_bars_the_key(
    sandbox, harbours_key_at_acme, claim, ira, mill_court, acme
):
    done = work(claim)
    second = work(lifecycle.submit(order(ira, mill_court, world.hub_id(1))))

    assert (done.state, done.reason) == (State.CONFLICT, Reason.KEY_MISMATCH)
    assert ApiCredential.objects.get().state == ApiCredential.State.MISMATCH
    assert Entry.objects.filter(verb="key.mismatch", organisation_id=acme.pk).count() == 1
    assert (second.state, second.reason) == (State.BLOCKED, Reason.KEY_MISMATCH)
    assert len(sandbox.state.event_log) == 1


def test_without_an_event_the_claim_accuses_nobody_and_the_next_ones_event_does(
    sandbox, harbours_key_at_acme, claim, ira, mill_court
):
    sandbox.faults.add(
        CLAIM, action={"status": 200, "body": '{"success": true}', "effect": True}, times=1
    )

    done = work(claim, rounds=2)
    assert (done.state, done.reason) == (State.CONFLICT, Reason.ANOTHER_ORGANISATION)
    assert ApiCredential.objects.get().state == ApiCredential.State.WORKING

    following = work(lifecycle.submit(order(ira, mill_court, world.hub_id(1))))
    assert (following.state, following.reason) == (State.CONFLICT, Reason.KEY_MISMATCH)
    assert ApiCredential.objects.get().state == ApiCredential.State.MISMATCH


@pytest.mark.parametrize("site", ["elsewhere", "mill-court"])
def test_somebody_else_who_was_faster_is_no_sign_of_a_wrong_key(sandbox, claim, hub_id, site):
    sandbox.faults.add(CLAIM, action={"status": 500, "body": ""}, times=1)
    work(claim)
    theirs = {"status": "Claimed", "orgId": world.OTHER_ORG_ID, "siteId": site}
    sandbox.state.set_hub(str(hub_id), theirs)

    done = work(claim)

    assert (done.state, done.reason) == (State.CONFLICT, Reason.ANOTHER_ORGANISATION)
    assert ApiCredential.objects.get().state == ApiCredential.State.WORKING
