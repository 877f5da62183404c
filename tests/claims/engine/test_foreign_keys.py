"""A key that is not its organisation's own: the first claim shows it, and no second is made."""

import json
from uuid import uuid4

import pytest

from portal.audit.models import Entry
from portal.claims.engine import actions
from portal.claims.models import Reason, State
from portal.notices.models import Notice
from portal.orgs import api_keys
from portal.orgs.encryption import Secret
from portal.orgs.models import ApiCredential
from portal.sandbox import world
from tests.conftest import claim_request, join, make_person, work

CLAIM = {"path_contains": "ClaimHub"}


@pytest.fixture
def harbours_key_at_acme(acme):
    api_keys.replace(acme, None, Secret(world.HARBOUR_KEY), None)
    ApiCredential.objects.update(state="working", due_at=None)


def test_an_event_that_names_another_organisation_blocks_the_key(
    sandbox, harbours_key_at_acme, claim, ira, mill_court, acme
):
    done = work(claim)
    second = work(actions.submit(claim_request(ira, mill_court, world.hub_id(1))))

    assert (done.state, done.reason) == (State.CONFLICT, Reason.KEY_MISMATCH)
    assert ApiCredential.objects.get().state == ApiCredential.State.MISMATCH
    assert Entry.objects.filter(verb="key.mismatch", organisation_id=acme.pk).count() == 1
    assert (second.state, second.reason) == (State.BLOCKED, Reason.KEY_MISMATCH)
    assert len(sandbox.state.event_log) == 1


def test_only_an_event_marks_a_key_as_mismatched(
    sandbox, harbours_key_at_acme, claim, ira, mill_court
):
    sandbox.faults.add(
        CLAIM, action={"status": 200, "body": '{"success": true}', "effect": True}, times=1
    )

    done = work(claim, rounds=2)
    assert (done.state, done.reason) == (State.CONFLICT, Reason.ANOTHER_ORGANISATION)
    assert ApiCredential.objects.get().state == ApiCredential.State.WORKING

    following = work(actions.submit(claim_request(ira, mill_court, world.hub_id(1))))
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


def test_supports_claim_that_went_elsewhere_alarms_both_sides(
    sandbox, spkey_support, acme, ada, sam, mill_court, hub_id
):
    chief = make_person("chief@support.example", "Chief")
    join(chief, spkey_support, "admin")
    data = {
        "hubId": str(hub_id),
        "orgId": "another-organisation",
        "siteId": "mill-court",
        "claimedBy": str(uuid4()),
        "claimedAt": 1_700_000_000_500,
    }
    event = {"type": "HubClaimed", "data": data}
    answer = {"success": True, "aggregateId": str(hub_id), "version": 2, "event": event}
    sandbox.faults.add(CLAIM, action={"status": 200, "body": json.dumps(answer)}, times=1)

    done = work(
        actions.submit(claim_request(sam, mill_court, hub_id, acting_organisation=spkey_support))
    )

    assert (done.state, done.reason) == (State.CONFLICT, Reason.KEY_MISMATCH)
    assert Entry.objects.filter(verb="claim.bound_elsewhere", object_id=str(done.pk)).count() == 1
    notified = Notice.objects.filter(kind="bound_elsewhere").values_list("user", flat=True)
    assert set(notified) == {ada.pk, chief.pk}
    key = ApiCredential.objects.get(organisation=spkey_support)
    assert key.state == ApiCredential.State.WORKING
