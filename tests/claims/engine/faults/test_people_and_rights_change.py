"""A right that goes, somebody who is faster: nothing is sent without the right to it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from portal import spkey
from portal.claims.engine import calls
from portal.claims.models import Reason, State
from portal.jobs.models import Job
from portal.orgs.models import Membership
from portal.sandbox import world
from tests.claims.engine.faults.verdicts import (
    assert_claimed_once,
    assert_not_claimed,
    assert_recorded_once,
    sends,
)
from tests.conftest import claimed_events, work


def the_person_is_removed(ira, mill_court):
    Membership.objects.filter(user=ira).delete()


def the_person_is_deactivated(ira, mill_court):
    ira.is_active = False
    ira.save()


def the_pass_runs_out(ira, mill_court):
    ira.memberships.update(expires_at=timezone.now() - timedelta(seconds=1))


def the_site_is_archived(ira, mill_court):
    mill_court.archived_at = timezone.now()
    mill_court.save()


def their_job_ends(ira, mill_court):
    """Ira, whom only a job sends here, is late."""
    (member,) = ira.memberships.all()
    member.all_sites = False
    member.save()
    today = timezone.localdate()
    job = Job.objects.create(
        organisation=mill_court.organisation,
        site=mill_court,
        number=1,
        starts_on=today - timedelta(days=9),
        ends_on=today - timedelta(days=2),
    )
    job.people.add(member)


removals = pytest.mark.parametrize(
    "removal",
    [
        the_person_is_removed,
        the_person_is_deactivated,
        the_pass_runs_out,
        their_job_ends,
        the_site_is_archived,
    ],
)


@pytest.fixture
def read_by_ada(page_text, ada):
    """What Ada, who is still there, reads on the claim's page."""
    return lambda claim: page_text(claim, reader=ada)


def assert_nothing_is_sent(sandbox, claim, removal, page):
    """Where the person lost the right, it is for an administrator; at a closed site it is over."""
    assert claim.reason == Reason.RIGHT_GONE
    assert claimed_events(sandbox, claim.hub_id_text) == []
    if removal is the_site_is_archived:
        assert claim.state == State.CANCELLED
        assert_recorded_once(claim)
        assert "Cancelled: no longer allowed No hubs are claimed here any more." in page
    else:
        assert claim.state == State.BLOCKED
        assert "Ira Installer may not claim here any more" in page
        assert "Release" in page


@removals
def test_a_right_removed_before_the_read(sandbox, claim, ira, mill_court, read_by_ada, removal):
    removal(ira, mill_court)
    left = work(claim)

    assert_nothing_is_sent(sandbox, left, removal, read_by_ada(left))
    assert list(sandbox.state.requests) == []


@removals
def test_a_right_removed_between_read_and_send(
    sandbox, claim, ira, mill_court, read_by_ada, monkeypatch, removal
):
    read = calls.read

    def meanwhile(*args, **kwargs):
        answer = read(*args, **kwargs)
        removal(ira, mill_court)
        return answer

    monkeypatch.setattr(calls, "read", meanwhile)
    left = work(claim)

    assert_nothing_is_sent(sandbox, left, removal, read_by_ada(left))
    assert sends(sandbox, claim) == []


@removals
def test_a_right_removed_after_a_send_that_took_effect(
    sandbox, claim, ira, mill_court, read_by_ada, in_doubt, removal
):
    in_doubt({"drop": "after"})
    removal(ira, mill_court)
    done = work(claim)

    assert_claimed_once(sandbox, done)
    assert "Claimed Acme Properties · Mill Court" in read_by_ada(done)


@removals
def test_a_right_removed_after_a_send_without_an_effect(
    sandbox, claim, ira, mill_court, read_by_ada, in_doubt, live_through, removal
):
    in_doubt({"drop": "before"})
    removal(ira, mill_court)
    left = live_through(claim)

    assert_nothing_is_sent(sandbox, left, removal, read_by_ada(left))
    assert len(sends(sandbox, left)) == 1


def harbour_claims(hub_id: str, api: str) -> None:
    """Harbour claims the hub by itself, beside the portal."""
    with spkey.Client(api, world.HARBOUR_KEY) as client:
        client.claim_hub(hub_id, site_id="pier", user_id=world.USERS["admin@harbour.example"])


def assert_theirs(sandbox, claim, page):
    assert (claim.state, claim.reason) == (State.CONFLICT, Reason.ANOTHER_ORGANISATION)
    (event,) = claimed_events(sandbox, claim.hub_id_text)
    assert (event.key, event.data["orgId"]) == ("harbour", world.HARBOUR_ORG_ID)
    assert_not_claimed(sandbox, claim)
    assert "This hub belongs to another organisation" in page
    assert "If they agree, ask support for it here." in page
    assert "arbour" not in page
    assert "pier" not in page


def test_another_organisation_is_faster_than_the_read(sandbox, claim, page_text):
    harbour_claims(claim.hub_id_text, sandbox.url)
    done = work(claim)

    assert_theirs(sandbox, done, page_text(done))
    assert len(sends(sandbox, done)) == 1


def test_another_organisation_is_faster_between_read_and_send(
    sandbox, claim, page_text, monkeypatch, live_through
):
    read = calls.read

    def meanwhile(*args, **kwargs):
        answer = read(*args, **kwargs)
        harbour_claims(claim.hub_id_text, sandbox.url)
        return answer

    with monkeypatch.context() as patch:
        patch.setattr(calls, "read", meanwhile)
        unsure = work(claim)
    assert unsure.state == State.VERIFYING
    assert "Do not scan again." in page_text(unsure)

    done = live_through(claim)
    assert_theirs(sandbox, done, page_text(done))
    assert [sent.key for sent in sends(sandbox, done)] == ["harbour", "acme"]


def test_another_organisation_is_faster_while_our_send_is_open(
    sandbox, claim, page_text, in_doubt, live_through
):
    in_doubt({"drop": "before"})
    harbour_claims(claim.hub_id_text, sandbox.url)
    done = live_through(claim)

    assert_theirs(sandbox, done, page_text(done))


def test_a_hub_we_claimed_outside_the_portal_is_already_ours(sandbox, claim, page_text):
    with spkey.Client(sandbox.url, world.ACME_KEY) as client:
        client.claim_hub(
            claim.hub_id_text,
            site_id="mill-court",
            user_id=world.USERS["admin@acme.example"],
        )
    done = work(claim)

    assert done.state == State.ALREADY_YOURS
    assert len(sends(sandbox, done)) == 1
    assert "Already claimed here Acme Properties · Mill Court" in page_text(done)
    assert_recorded_once(done)
