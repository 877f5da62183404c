"""Two administrators at the same moment: both are right, one after the other."""

import threading
from collections.abc import Callable

import pytest
from django.db import connections
from django.utils import timezone

from portal.jobs import planning, requests
from portal.jobs.models import Job
from portal.jobs.planning import JobChangedError
from portal.jobs.requests import Grant
from portal.notices.models import Notice
from tests.jobs.conftest import DAY, make, plan

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(act: Callable[[int], object], times: int = 3) -> list[object]:
    """Let so many threads act together; return what came of each, an error as its type."""
    together, found = threading.Barrier(times), []

    def run(number: int) -> None:
        try:
            together.wait(5)
            found.append(act(number))
        except JobChangedError as error:
            found.append(type(error))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    return found


def test_jobs_made_at_once_have_numbers_of_their_own(ada, mill_court):
    made = at_once(lambda _: make(mill_court, ada).number)

    assert sorted(made) == [1, 2, 3]


def test_of_changes_at_once_one_is_saved_and_the_others_look_again(job, ada, mill_court):
    def change(number: int) -> str:
        wanted = plan(mill_court, reference=f"by {number}")
        return planning.change(job, job.version, wanted, ada).reference

    found = at_once(change)

    assert found.count(JobChangedError) == 2
    assert Job.objects.get().reference in found


def test_a_request_that_several_answer_at_once_is_answered_once(job, iras, ada):
    asked = requests.ask_for_time(job, iras)
    until = timezone.localdate() + 20 * DAY
    found = at_once(
        lambda number: (
            requests.grant(asked, Grant(until), ada) if number else requests.refuse(asked, ada)
        )
    )

    assert sum(map(bool, found)) == 1
    assert Notice.objects.filter(kind="job_answer").count() == 1
