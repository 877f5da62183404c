"""Administrators are told once of a job that is not complete after its last day."""

from datetime import timedelta

import pytest
from django.utils import timezone

from portal.core import worker
from portal.jobs import overdue, planning
from portal.jobs.models import Job
from portal.notices.models import Notice
from tests.jobs.conftest import DAY, make


@pytest.fixture
def late(ada, iras, mill_court) -> Job:
    """A job whose last day is over."""
    return make(mill_court, ada, iras, first=-4, last=-2)


def told() -> list[str]:
    notices = Notice.objects.filter(kind="job_overdue")
    return [*notices.values_list("user__email", flat=True)]


def test_administrators_are_told_once(late, mailoutbox):
    worker.run_once()
    Job.objects.update(due_at=timezone.now())
    worker.run_once()

    assert told() == ["admin@acme.example"]
    [email] = mailoutbox
    assert "job 1 at Mill Court is overdue" in email.subject
    assert f"/jobs/{late.pk}/" in email.body
    assert not Job.objects.exclude(due_at=None).exists()


def test_a_job_that_still_goes_on_is_looked_at_after_its_last_day(job):
    Job.objects.update(due_at=timezone.now())
    worker.run_once()

    assert told() == []
    assert Job.objects.get().due_at == planning.overdue_from(job.ends_on)


@pytest.mark.parametrize("ended", ["completed_at", "cancelled_at"])
def test_nobody_is_told_of_a_job_that_is_over(late, ended):
    Job.objects.update(**{ended: timezone.now()})
    worker.run_once()

    assert told() == []


def test_who_extends_at_the_very_moment_takes_the_look_away(late, ada):
    [lease] = overdue.take_due(1)
    planning.extend(late, timezone.localdate() + DAY, ada)
    overdue.tell(lease)

    assert told() == []
    assert Job.objects.get().due_at > timezone.now()


def test_a_job_that_is_overdue_again_is_told_again(late, ada):
    worker.run_once()
    planning.extend(late, timezone.localdate(), ada)
    Job.objects.update(ends_on=timezone.localdate() - DAY, due_at=timezone.now())
    worker.run_once()

    assert told() == ["admin@acme.example"] * 2


def test_people_are_told_in_the_morning_of_the_day_after(job):
    due = timezone.localtime(job.due_at)

    assert (due.date(), due.hour) == (job.ends_on + timedelta(days=1), 7)
