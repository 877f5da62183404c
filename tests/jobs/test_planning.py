"""Jobs are made, changed, extended, assigned, cancelled and reopened; each is recorded."""

from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from django.utils import timezone

from portal.audit.models import Entry
from portal.jobs import planning
from portal.jobs.expected import Expected
from portal.jobs.models import Job
from portal.jobs.models.jobs import State
from portal.jobs.planning import JobChangedError, JobOverError, Plan
from portal.sandbox import world
from tests.jobs.conftest import DAY, make, plan

HUB = UUID(world.hub_id(0))


def verbs() -> list[str]:
    return [
        *Entry.objects.filter(verb__startswith="job.")
        .order_by("at", "pk")
        .values_list("verb", flat=True)
    ]


def people_of(job) -> set[str]:
    return {each.user.email for each in job.people.select_related("user")}


def test_jobs_are_numbered_in_each_organisation(ada, hal, mill_court, lighthouse):
    numbers = [make(site, who).number for site, who in [(mill_court, ada), (lighthouse, hal)] * 2]

    assert numbers == [1, 1, 2, 2]
    assert verbs() == ["job.created"] * 4


def test_a_list_says_how_many_hubs_are_expected(ada, mill_court):
    listed = [Expected("Flat 1"), Expected("Flat 2", HUB)]
    job = make(mill_court, ada, expected_count=7, expected=listed)

    assert job.expected_count == 2
    assert planning.expectation(job) == listed


def test_a_change_is_recorded_with_what_was_before(job, ada, mill_court):
    planning.change(job, job.version, plan(mill_court, reference="WO-18", last=9), ada)

    assert (job.reference, Job.objects.get().reference) == ("WO-17", "WO-18")
    changed = Entry.objects.get(verb="job.changed").detail["changed"]
    assert changed["reference"] == ["WO-17", "WO-18"]
    assert set(changed) == {"reference", "ends_on", "expected_count"}
    assert people_of(job) == set()


def test_of_two_administrators_who_change_a_job_the_second_looks_again(job, ada, mill_court):
    seen = job.version
    planning.change(job, seen, plan(mill_court, reference="first"), ada)

    with pytest.raises(JobChangedError):
        planning.change(job, seen, plan(mill_court, reference="second"), ada)
    assert Job.objects.get().reference == "first"


def test_two_who_extend_to_the_same_day_extend_once(job, ada):
    day = planning.extended_to(job)

    assert planning.extend(job, day, ada)
    assert not planning.extend(job, day, ada)
    assert Job.objects.get().ends_on == day
    assert verbs().count("job.extended") == 1


def test_a_job_that_is_over_for_weeks_is_extended_from_today(ada, mill_court):
    job = make(mill_court, ada, first=-30, last=-20)

    assert planning.extended_to(job) == timezone.localdate() + 7 * DAY


def test_people_are_named_and_taken_off_and_a_second_tap_is_no_news(job, ada):
    boss = ada.memberships.get()

    assert planning.assign(job, [boss], ada)
    assert not planning.assign(job, [boss], ada)
    assert people_of(job) == {"admin@acme.example"}
    assert planning.add(job, job.organisation.memberships.get(role="installer"), ada)
    assert people_of(job) == {"admin@acme.example", "installer@acme.example"}


def test_a_cancelled_job_is_changed_by_nobody_until_it_is_open_again(job, ada, mill_court):
    assert planning.cancel(job, ada)
    assert not planning.cancel(job, ada)
    for act in (
        lambda: planning.extend(job, timezone.localdate() + 30 * DAY, ada),
        lambda: planning.assign(job, [], ada),
        lambda: planning.change(job, job.version + 1, plan(mill_court), ada),
    ):
        with pytest.raises(JobOverError):
            act()
    assert Job.objects.get().state == State.CANCELLED

    assert planning.reopen(job, ada)
    assert not planning.reopen(job, ada)
    assert Job.objects.get().state == State.OPEN
    assert verbs() == ["job.created", "job.cancelled", "job.reopened"]


def test_every_change_raises_the_version_that_pages_compare(job, ada):
    versions = [job.version]
    for act in (planning.extend, planning.assign):
        act(job, timezone.localdate() + 30 * DAY if act is planning.extend else [], ada)
        versions.append(Job.objects.get().version)
    planning.cancel(job, ada)
    versions.append(Job.objects.get().version)

    assert versions == sorted(set(versions))


@pytest.mark.parametrize("first", [date(2026, 10, 23), date(2027, 3, 26)])
def test_a_window_across_the_change_of_summer_time_has_the_same_days(
    first, ada, iras, mill_court, time_machine, settings
):
    settings.TIME_ZONE = "Europe/Athens"
    last = first + timedelta(days=4)
    job = planning.make(Plan(mill_court, first, last, people=[iras]), ada)
    athens = timezone.get_default_timezone()
    for day, state in (
        (first - DAY, State.PLANNED),
        (first, State.OPEN),
        (last, State.OPEN),
        (last + DAY, State.OVERDUE),
    ):
        for hour in (0, 23):
            time_machine.move_to(datetime(day.year, day.month, day.day, hour, 59, tzinfo=athens))
            assert job.state == state, (day, hour)
    assert timezone.localtime(job.due_at, athens).hour == planning.TOLD_AT.hour
    assert timezone.localtime(job.due_at, athens).date() == last + DAY
