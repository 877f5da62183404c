"""Claims whose person lost the right wait for an administrator, who releases or rejects them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from portal.audit.models import Entry
from portal.claims.engine import actions
from portal.claims.models import Claim, Reason, State
from portal.hubs.models import Hub
from portal.jobs.models import ExpectedHub, Job
from portal.orgs.models import Membership
from portal.sandbox import world
from tests.conftest import claim_request, claimed_events, join, make_person, work


@pytest.fixture
def waiting(sandbox, claim, ira) -> Claim:
    """Ira's claim, met by the worker after Ira has left."""
    Membership.objects.filter(user=ira).delete()
    waiting = work(claim)
    assert (waiting.state, waiting.reason) == (State.BLOCKED, Reason.RIGHT_GONE)
    return waiting


def test_a_released_claim_is_sent_in_the_administrators_name(sandbox, waiting, ada):
    assert actions.release(waiting, ada)
    done = work(waiting)

    assert (done.state, done.released_by, done.submitted_by.name) == (
        State.CLAIMED,
        ada,
        "Ira Installer",
    )
    (sent,) = done.attempts.filter(kind="send")
    assert sent.sent["user_id"] == world.USERS["admin@acme.example"]
    assert len(claimed_events(sandbox, done.hub_id_text)) == 1
    assert Entry.objects.filter(verb="claim.released", actor_id=ada.pk).count() == 1


def test_a_second_tap_on_release_changes_nothing(waiting, ada):
    assert actions.release(waiting, ada)
    assert not actions.release(waiting, ada)


def test_a_rejected_claim_is_never_sent(sandbox, waiting, ada):
    actions.stop(waiting, ada)
    assert not actions.release(waiting, ada)

    assert work(waiting).state == State.CANCELLED
    assert claimed_events(sandbox, waiting.hub_id_text) == []


def test_a_released_claim_waits_again_when_the_administrator_leaves(waiting, ada):
    actions.release(waiting, ada)
    Membership.objects.filter(user=ada).delete()

    again = work(waiting)
    assert (again.state, again.reason) == (State.BLOCKED, Reason.RIGHT_GONE)


def test_a_claim_goes_on_by_itself_when_the_right_comes_back(waiting, ira, acme):
    Membership.objects.create(user=ira, organisation=acme)
    assert actions.right_returned(Claim.objects.filter(submitted_by=ira)) == 1

    done = work(waiting)
    assert (done.state, done.released_by) == (State.CLAIMED, None)


def test_only_an_administrator_of_the_organisation_releases(waiting, acme, as_person, hal, ada):
    url = f"/claims/{waiting.pk}/release/"
    colleague = make_person("colleague@acme.example", "Colleague")
    join(colleague, acme)

    assert as_person(hal).post(url).status_code == 404
    assert as_person(colleague).post(url).status_code == 403
    assert as_person(ada).post(url).status_code == 302
    waiting.refresh_from_db()
    assert (waiting.state, waiting.released_by) == (State.QUEUED, ada)


def make_job(member, site, **fields) -> Job:
    """A job of today that names the member."""
    today = timezone.localdate()
    window = {"starts_on": today, "ends_on": today, **fields}
    job = Job.objects.create(organisation=site.organisation, site=site, number=1, **window)
    job.people.add(member)
    return job


def test_a_claim_counts_for_the_job_and_its_hub_is_put_where_the_job_expects_it(
    sandbox, ira, mill_court, hub_id
):
    job = make_job(ira.memberships.get(), mill_court)
    ExpectedHub.objects.create(job=job, position=1, place="Flat 12, riser", hub_id=hub_id)

    done = work(actions.submit(claim_request(ira, mill_court, hub_id)))

    assert (done.state, done.job, done.place) == (State.CLAIMED, job, "Flat 12, riser")
    assert Hub.objects.get(pk=done.hub_id).place == "Flat 12, riser"


def test_what_is_scanned_for_a_job_that_has_ended_waits(sandbox, ira, mill_court, hub_id):
    member = ira.memberships.get()
    member.all_sites = False
    member.save()
    long_ago = timezone.localdate() - timedelta(days=3)
    job = make_job(member, mill_court, starts_on=long_ago, ends_on=long_ago)

    waiting = work(actions.submit(claim_request(ira, mill_court, hub_id)))

    assert (waiting.state, waiting.reason, waiting.job) == (State.BLOCKED, Reason.RIGHT_GONE, job)


def test_what_a_colleague_has_released_is_not_rejected(sandbox, waiting, ada):
    actions.release(waiting, ada)

    assert actions.reject(waiting, ada) == actions.Rejection.NOT_WAITING
    assert work(waiting).state == State.CLAIMED


def test_a_rejected_claim_that_had_been_sent_is_read_before_it_ends(sandbox, waiting, ada):
    Claim.objects.filter(pk=waiting.pk).update(outcome_unknown_since=timezone.now(), sends=1)

    assert actions.reject(waiting, ada) == actions.Rejection.MARKED
    assert actions.reject(waiting, ada) == actions.Rejection.NOT_WAITING
    waiting.refresh_from_db()
    assert (waiting.state, waiting.cancel_requested_by) == (State.BLOCKED, ada)
    assert not waiting.waits_for_release
    assert work(waiting).sends == 1
