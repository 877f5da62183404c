"""Where a member may claim: everywhere, or where an open job of theirs is."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.jobs import rights
from portal.jobs.models import Job
from portal.jobs.models.jobs import State

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def member(ira, acme):
    """Ira, who may claim only where a job sends him."""
    member = ira.memberships.get()
    member.all_sites = False
    member.save()
    return member


def make_job(site, *people, first=0, last=0, number=1, **fields):
    """A job whose window lies so many days from today."""
    today = timezone.localdate()
    job = Job.objects.create(
        organisation=site.organisation,
        site=site,
        number=number,
        starts_on=today + first * DAY,
        ends_on=today + last * DAY,
        **fields,
    )
    job.people.add(*people)
    return job


def test_somebody_of_all_sites_claims_without_any_job(ira, acme, mill_court):
    assert rights.may_claim_at(ira.memberships.get(), mill_court)


def test_somebody_limited_to_jobs_claims_where_an_open_job_names_them(
    member, mill_court, orchard_rise
):
    make_job(mill_court, member)
    make_job(orchard_rise, number=2)

    assert list(rights.sites_to_claim_at(member)) == [mill_court]


@pytest.mark.parametrize(
    ("first", "last", "may"),
    [(-9, -2, False), (-9, -1, True), (0, 0, True), (1, 9, True), (2, 9, False)],
)
def test_a_job_gives_the_right_from_a_day_before_to_a_day_after(
    member, mill_court, first, last, may
):
    make_job(mill_court, member, first=first, last=last)

    assert rights.may_claim_at(member, mill_court) is may


@pytest.mark.parametrize("ended", ["completed_at", "cancelled_at"])
def test_a_job_that_is_complete_or_cancelled_gives_no_right(member, mill_court, ended):
    make_job(mill_court, member, **{ended: timezone.now()})

    assert not rights.may_claim_at(member, mill_court)
    assert list(rights.sites_to_submit_at(member)) == [mill_court]


def test_nobody_claims_at_an_archived_site(member, mill_court):
    make_job(mill_court, member)
    mill_court.archived_at = timezone.now()
    mill_court.save()

    assert not rights.may_claim_at(member, mill_court)


def test_a_viewer_claims_nowhere(member, mill_court):
    member.role, member.all_sites = "viewer", True
    member.save()

    assert not rights.may_claim_at(member, mill_court)


def test_an_administrator_is_never_limited_to_jobs(member):
    member.role = "admin"

    with pytest.raises(IntegrityError), transaction.atomic():
        member.save()


def test_a_claim_is_counted_for_the_own_job_that_ends_first(member, mill_court):
    make_job(mill_court, number=1)
    make_job(mill_court, member, last=3, number=2)
    soonest = make_job(mill_court, member, last=1, number=3)

    assert rights.job_at(member, mill_court) == soonest


def test_a_job_that_names_others_counts_where_it_is_the_only_one(ada, acme, mill_court):
    member = ada.memberships.get()
    only = make_job(mill_court)
    assert rights.job_at(member, mill_court) == only

    make_job(mill_court, number=2)
    assert rights.job_at(member, mill_court) is None


def test_a_job_is_planned_then_open_then_overdue(mill_court):
    job, today = make_job(mill_court, first=1, last=2), timezone.localdate()

    days = [job.state_on(today + number * DAY) for number in range(4)]

    assert days == [State.PLANNED, State.OPEN, State.OPEN, State.OVERDUE]


def test_members_see_the_jobs_they_are_named_on_and_others_all_of_them(member, ada, mill_court):
    theirs = make_job(mill_court, member)
    make_job(mill_court, number=2)

    assert list(Job.objects.of(member)) == [theirs]
    assert list(Job.objects.visible_to(member.user)) == [theirs]
    assert Job.objects.of(ada.memberships.get()).count() == 2
