"""Every end that the API can give a claim, over real HTTP, told and written down as it was."""

import json
from itertools import pairwise

import pytest

from portal.audit.models import Entry
from portal.claims.engine import actions
from portal.claims.models import Attempt, Reason, State
from portal.sandbox import world
from portal.sandbox.known import KNOWN
from tests.conftest import claim_request, claimed_events, work

CLAIM = {"path_contains": "ClaimHub"}


def of_magic(ira, mill_court, name):
    return actions.submit(claim_request(ira, mill_court, world.MAGIC[name].id))


def assert_ended_once(claim):
    (entry,) = Entry.objects.filter(verb="claim.ended", object_id=str(claim.pk))
    assert entry.detail["state"] == claim.state
    assert entry.organisation_id == claim.organisation_id


def test_a_claim_is_read_sent_and_written_down(sandbox, claim, wire):
    done = work(claim)

    assert done.state == State.CLAIMED
    assert [request.method for request in wire("hubs/")] == ["GET", "POST"]
    read, send = done.attempts.all()
    assert (read.kind, read.outcome, read.http_status) == (Attempt.Kind.READ, "answered", 200)
    assert (send.kind, send.outcome, send.http_status) == (Attempt.Kind.SEND, "answered", 200)
    assert send.sent == {"site_id": "mill-court", "user_id": world.USERS["installer@acme.example"]}
    assert send.reference == done.reference != ""
    assert done.claimed_at is not None
    assert len(claimed_events(sandbox, done.hub_id_text)) == 1
    assert_ended_once(done)


def test_a_hub_that_is_ours_here_is_already_yours_and_nothing_is_sent(sandbox, claim, wire):
    fields = {"status": "Claimed", "orgId": world.ACME_ORG_ID, "siteId": "mill-court"}
    sandbox.state.set_hub(claim.hub_id_text, fields)

    done = work(claim)

    assert done.state == State.ALREADY_YOURS
    assert done.claimed_at is not None
    assert wire("ClaimHub") == []
    assert_ended_once(done)


@pytest.mark.parametrize(
    ("name", "state", "reason"),
    [
        ("unknown", State.NOT_FOUND, Reason.NONE),
        ("claimed_elsewhere", State.CONFLICT, Reason.ANOTHER_ORGANISATION),
        ("other_site", State.CONFLICT, Reason.ANOTHER_SITE),
        ("hidden", State.CONFLICT, Reason.ANOTHER_ORGANISATION),
        ("suspended", State.REJECTED, Reason.SUSPENDED),
        ("decommissioned", State.REJECTED, Reason.DECOMMISSIONED),
    ],
)
def test_a_read_that_refuses_ends_the_claim_without_a_send(
    sandbox, ira, mill_court, wire, name, state, reason
):
    done = work(of_magic(ira, mill_court, name))

    assert (done.state, done.reason) == (state, reason)
    assert wire("ClaimHub") == []
    assert_ended_once(done)


def test_nothing_of_another_organisations_hub_is_kept(sandbox, ira, mill_court):
    done = work(of_magic(ira, mill_court, "claimed_elsewhere"))

    hub = done.hub
    assert hub.binding == "other"
    assert (hub.serial, hub.spkey_site_id, hub.claimed_at, hub.online) == ("", "", None, None)


def test_a_send_that_is_forbidden_ends_as_refused(sandbox, ira, mill_court):
    done = work(of_magic(ira, mill_court, "forbidden"))

    assert (done.state, done.reason) == (State.REJECTED, Reason.FORBIDDEN)
    assert done.reference
    assert_ended_once(done)


def test_a_400_with_details_ends_with_the_fields_in_its_words(sandbox, claim):
    body = {
        "success": False,
        "error": "Validation failed",
        "details": [{"field": "siteId", "message": "Unknown site"}],
    }
    sandbox.faults.add(CLAIM, action={"status": 400, "body": json.dumps(body)})

    done = work(claim)

    assert (done.state, done.reason) == (State.REJECTED, Reason.INVALID)
    assert done.problems == [["siteId", "Unknown site"]]


@pytest.mark.parametrize(
    ("name", "state", "reason"),
    [
        ("business-rule-violation", State.VERIFYING, Reason.NONE),
        ("command-validation", State.REJECTED, Reason.INVALID),
        ("validation-without-field", State.REJECTED, Reason.INVALID),
    ],
)
def test_a_400_is_read_back_unless_it_says_that_what_was_sent_is_wrong(
    sandbox, claim, name, state, reason
):
    sandbox.faults.add(KNOWN[name].match, action=KNOWN[name].action, times=1)

    unsure = work(claim)

    assert (unsure.state, unsure.reason) == (state, reason)


def test_a_404_to_the_send_ends_as_unknown(sandbox, claim):
    sandbox.faults.add(CLAIM, action={"status": 404})

    assert work(claim).state == State.NOT_FOUND


def test_a_site_id_that_does_not_validate_is_invalid_and_not_taken_for_claimed(
    sandbox, ira, mill_court
):
    done = work(of_magic(ira, mill_court, "invalid"))

    assert (done.state, done.reason) == (State.REJECTED, Reason.INVALID)
    assert done.problems == [["siteId", "Unknown site"]]


@pytest.mark.parametrize("name", ["restarting", "competing"])
def test_what_passes_by_itself_ends_as_claimed(sandbox, ira, mill_court, live_through, name):
    done = live_through(of_magic(ira, mill_court, name), every=30)

    assert done.state == State.CLAIMED
    assert len(claimed_events(sandbox, done.hub_id_text)) == 1


@pytest.mark.parametrize(
    "name", ["answer_lost", "malformed", "event_null", "event_missing", "side_effects"]
)
def test_a_claim_whose_answer_proves_nothing_is_read_back_and_claimed(
    sandbox, ira, mill_court, wire, live_through, name
):
    claim = of_magic(ira, mill_court, name)

    unsure = work(claim)
    done = live_through(claim, every=2)

    assert unsure.state == State.VERIFYING
    assert done.state == State.CLAIMED
    assert len(claimed_events(sandbox, done.hub_id_text)) == 1
    assert len(wire("ClaimHub")) == 1
    assert_ended_once(done)


@pytest.mark.parametrize(
    "action",
    [
        pytest.param({"status": 500, "effect": True}, id="500"),
        pytest.param({"status": 502, "body": "<html>", "effect": True}, id="HTML 502"),
        pytest.param({"status": 502, "effect": True}, id="JSON 502"),
        pytest.param({"status": 400, "effect": True}, id="400"),
    ],
)
def test_a_claim_that_took_effect_is_claimed_whatever_the_answer(
    sandbox, claim, live_through, action
):
    sandbox.faults.add(CLAIM, action=action, times=1)

    unsure = work(claim)
    done = live_through(claim, every=2)

    assert unsure.state == State.VERIFYING
    assert done.state == State.CLAIMED
    assert len(claimed_events(sandbox, done.hub_id_text)) == 1


@pytest.mark.parametrize(
    "action",
    [
        pytest.param({"drop": "before"}, id="dropped before"),
        pytest.param({"status": 500}, id="500"),
        pytest.param({"status": 502, "body": "<html>"}, id="HTML 502"),
        pytest.param({"status": 502}, id="JSON 502"),
    ],
)
def test_a_send_without_effect_is_sent_again_only_after_two_late_reads(
    sandbox, claim, wire, live_through, action
):
    sandbox.faults.add(CLAIM, action=action, times=1)

    done = live_through(claim, every=15)

    assert done.state == State.CLAIMED
    first, second = wire("ClaimHub")
    between = [request.at for request in wire("status") if first.at + 45 <= request.at < second.at]
    assert len(between) >= 2
    assert between[-1] - between[0] >= 10
    assert len(claimed_events(sandbox, done.hub_id_text)) == 1


def test_a_busy_hub_is_sent_again_without_verifying(sandbox, claim, wire):
    sandbox.faults.add(CLAIM, action={"status": 409}, times=1)

    busy = work(claim)
    done = work(claim)

    assert (busy.state, busy.reason) == (State.WAITING, Reason.BUSY)
    assert done.state == State.CLAIMED
    assert len(wire("ClaimHub")) == 2


def test_a_rate_limited_hub_is_claimed_when_its_time_comes(
    sandbox, ira, mill_court, wire, clock, live_through
):
    claim = of_magic(ira, mill_court, "rate_limited")

    limited = work(claim)
    clock.shift(10)
    done = live_through(claim, every=10)

    assert (limited.state, limited.reason) == (State.WAITING, Reason.RATE)
    assert done.state == State.CLAIMED
    assert len(wire("ClaimHub")) == 3


def test_a_hub_that_is_offline_at_first_is_claimed_when_it_comes_online(
    sandbox, ira, mill_court, wire, live_through
):
    claim = of_magic(ira, mill_court, "offline_at_first")

    away = work(claim)
    done = live_through(claim, every=5)

    assert (away.state, away.reason) == (State.WAITING, Reason.OFFLINE)
    assert away.due_at is not None
    assert done.state == State.CLAIMED
    assert len(wire("ClaimHub")) == 1


@pytest.mark.slow
def test_a_hub_that_never_comes_online_expires_after_at_most_8_sends(
    sandbox, ira, mill_court, wire, live_through
):
    claim = of_magic(ira, mill_court, "offline")

    done = live_through(claim, every=600, rounds=150)

    assert (done.state, done.reason) == (State.EXPIRED, Reason.OFFLINE)
    sends = [request.at for request in wire("ClaimHub")]
    assert 1 <= len(sends) <= 8
    assert all(later - one >= 1800 for one, later in pairwise(sends))
    assert_ended_once(done)
