"""Somebody asks for more time or another site; an administrator answers once; both are told."""

import pytest
from django.utils import timezone

from portal.audit.models import Entry
from portal.core import worker
from portal.jobs import planning, requests
from portal.jobs.models import Job, JobRequest
from portal.jobs.planning import JobOverError
from portal.jobs.requests import Grant
from portal.notices.models import Notice
from tests.conftest import join, make_person
from tests.jobs.conftest import DAY, make


@pytest.fixture
def until():
    return timezone.localdate() + 14 * DAY


def told(kind: str) -> list[str]:
    return [*Notice.objects.filter(kind=kind).values_list("user__email", flat=True)]


def test_asking_twice_is_asking_once(job, iras):
    first, second = (requests.ask_for_time(job, iras) for _ in range(2))

    assert first == second
    assert told("job_request") == ["admin@acme.example"]
    assert Entry.objects.filter(verb="job.asked").count() == 1


def test_more_time_is_granted_once_and_who_asked_is_told(job, iras, ada, until, mailoutbox):
    asked = requests.ask_for_time(job, iras)
    second = JobRequest.objects.get()

    assert requests.grant(asked, Grant(until), ada) == job
    assert requests.grant(second, Grant(until + DAY), ada) is None
    assert not requests.refuse(second, ada)
    assert Job.objects.get().ends_on == until
    assert told("job_answer") == ["installer@acme.example"]
    worker.run_once()
    [answer] = [each for each in mailoutbox if each.to == ["installer@acme.example"]]
    assert "you may claim at Mill Court" in answer.subject
    assert f"/jobs/{job.pk}/" in answer.body


def test_who_was_taken_off_the_job_meanwhile_is_named_again(job, iras, ada, until):
    asked = requests.ask_for_time(job, iras)
    planning.assign(job, [], ada)
    requests.grant(asked, Grant(until), ada)

    assert [*job.people.all()] == [iras]


def test_a_refusal_changes_no_job_and_is_told(job, iras, ada, mailoutbox):
    last = job.ends_on
    asked = requests.ask_for_time(job, iras)

    assert requests.refuse(asked, ada)
    assert requests.grant(asked, Grant(last + 30 * DAY), ada) is None
    assert Job.objects.get().ends_on == last
    assert requests.ask_for_time(job, iras) != asked
    worker.run_once()
    assert any("not allowed" in each.subject for each in mailoutbox)


def test_more_time_on_a_job_that_was_cancelled_is_not_granted(job, iras, ada, until):
    asked = requests.ask_for_time(job, iras)
    planning.cancel(job, ada)

    with pytest.raises(JobOverError):
        requests.grant(asked, Grant(until), ada)
    assert JobRequest.objects.unanswered().count() == 1


def test_another_site_becomes_a_job_there(iras, ada, orchard_rise, until):
    asked = requests.ask_for_site("Orchard", iras)
    made = requests.grant(asked, Grant(until, orchard_rise), ada)

    assert (made.site, made.ends_on, [*made.people.all()]) == (orchard_rise, until, [iras])
    assert made.starts_on == timezone.localdate()


def test_another_site_where_a_job_is_open_names_one_more_person(
    iras, ada, acme, orchard_rise, until
):
    other = join(make_person("lea@acme.example", "Lea"), acme)
    there = make(orchard_rise, ada, other, last=30)
    asked = requests.ask_for_site("Orchard", iras)

    assert requests.grant(asked, Grant(until, orchard_rise), ada) == there
    assert {*there.people.all()} == {iras, other}
    assert Job.objects.get().ends_on == there.ends_on


def test_another_organisations_site_is_never_granted(iras, ada, lighthouse, until):
    asked = requests.ask_for_site("Lighthouse", iras)

    with pytest.raises(ValueError, match="site"):
        requests.grant(asked, Grant(until, lighthouse), ada)
    assert not Job.objects.exists()


def test_who_has_left_is_told_nothing(job, iras, ada, until, mailoutbox):
    asked = requests.ask_for_time(job, iras)
    requests.grant(asked, Grant(until), ada)
    iras.expires_at = timezone.now()
    iras.save()
    worker.run_once()

    assert all(each.to != ["installer@acme.example"] for each in mailoutbox)
