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


def test_so_does_a_read_back_when_the_answer_had_no_event(sandbox, harbours_key_at_acme, claim):
    sandbox.faults.add(
        CLAIM, action={"status": 200, "body": '{"success": true}', "effect": True}, times=1
    )

    done = work(claim, rounds=2)

    assert (done.state, done.reason) == (State.CONFLICT, Reason.KEY_MISMATCH)
    assert ApiCredential.objects.get().state == ApiCredential.State.MISMATCH


def test_somebody_else_who_was_faster_is_no_sign_of_a_wrong_key(sandbox, claim, hub_id):
    sandbox.faults.add(CLAIM, action={"status": 500, "body": ""}, times=1)
    work(claim)
    sandbox.state.set_hub(
        str(hub_id), {"status": "Claimed", "orgId": world.OTHER_ORG_ID, "siteId": "elsewhere"}
    )

    done = work(claim)

    assert (done.state, done.reason) == (State.CONFLICT, Reason.ANOTHER_ORGANISATION)
    assert ApiCredential.objects.get().state == ApiCredential.State.WORKING
