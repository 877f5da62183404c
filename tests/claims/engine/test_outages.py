"""SpKey is away: before the read, after an open send, for a day."""

from portal import spkey
from portal.audit.models import Entry
from portal.claims.engine import actions, calls
from portal.claims.models import Reason, State
from portal.sandbox import world
from tests.conftest import claim_request, work

READ = {"method": "GET"}
# A port on which nothing listens: the discard service's.
NOBODY = "http://127.0.0.1:9"


def answer_lost(ira, mill_court):
    """A claim whose first send takes effect and is not answered."""
    return actions.submit(claim_request(ira, mill_court, world.MAGIC["answer_lost"].id))


def test_an_outage_before_the_read_keeps_the_scan(sandbox, claim, settings, wire):
    url, settings.SPKEY_BASE_URL = settings.SPKEY_BASE_URL, NOBODY
    away = work(claim)
    settings.SPKEY_BASE_URL = url
    done = work(claim)

    assert (away.state, away.reason) == (State.WAITING, Reason.UNREACHABLE)
    assert done.state == State.CLAIMED
    assert len(wire("ClaimHub")) == 1


def test_a_refused_connection_proves_that_nothing_was_sent(hub_id):
    with spkey.Client(NOBODY, world.ACME_KEY) as client:
        sent = calls.send(client, hub_id, site_id="mill-court", user_id="user", org_id=None)

    assert sent.outcome == calls.CallOutcome.UNREACHABLE


def test_a_server_without_a_valid_certificate_gets_nothing_and_raises_an_alarm(
    sandbox, claim, settings, wire, caplog
):
    settings.SPKEY_BASE_URL = sandbox.url.replace("http:", "https:")

    away = work(claim)

    assert (away.state, away.reason) == (State.WAITING, Reason.UNREACHABLE)
    assert wire() == []
    assert [record.levelname for record in caplog.records] == ["ERROR"]


def test_an_outage_after_an_open_send_keeps_verifying_and_ends_as_claimed(
    sandbox, ira, mill_court, live_through
):
    claim = answer_lost(ira, mill_court)
    work(claim)
    sandbox.faults.add(READ, action={"status": 503}, times=3)

    unsure = work(claim)
    done = live_through(claim, every=5)

    assert (unsure.state, unsure.reason) == (State.VERIFYING, Reason.UNREACHABLE)
    assert done.state == State.CLAIMED


def test_a_claim_that_cannot_be_confirmed_for_a_day_is_reviewed_and_still_found_ours(
    sandbox, ira, mill_court, clock
):
    claim = answer_lost(ira, mill_court)
    work(claim)
    sandbox.faults.add(READ, action={"status": 503})
    clock.shift(24 * 3600 + 1)

    reviewed = work(claim)
    sandbox.faults.clear()
    done = work(claim)

    assert reviewed.state == State.REVIEW
    assert done.state == State.CLAIMED


def test_a_hub_that_cannot_be_read_for_a_day_expires(sandbox, claim, clock):
    sandbox.faults.add(READ, action={"status": 503})
    work(claim)
    clock.shift(24 * 3600 + 1)

    done = work(claim)

    assert (done.state, done.reason) == (State.EXPIRED, Reason.UNREACHABLE)
    assert Entry.objects.filter(verb="claim.ended", object_id=str(done.pk)).count() == 1
