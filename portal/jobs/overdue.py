"""Telling administrators once of a job that is not complete after its last day."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from portal.core import leasing
from portal.core.leasing import Lease, given_back
from portal.core.worker import WorkKind
from portal.jobs import planning
from portal.jobs.models import Job
from portal.jobs.models.jobs import State
from portal.notices import outbox
from portal.notices.models import Notice

AT_A_TIME = 3
LONGEST_LOOK = timedelta(seconds=20)


def some_due() -> bool:
    """Say whether there is a job to look at."""
    return leasing.some_within(leasing.due(Job.objects.all()), AT_A_TIME)


def take_due(limit: int) -> list[Lease[Job]]:
    """Lease at most `limit` jobs to look at, the longest due first, and only a few at a time."""
    return leasing.take_within(leasing.due(Job.objects.all()), limit, AT_A_TIME)


@transaction.atomic
def tell(lease: Lease[Job]) -> None:
    """Tell the administrators of a leased job that is overdue; look at others when they may be.

    Who extends the job meanwhile says anew when to look: a notice already written stays true.
    """
    job = lease.row().select_related("site").first()
    if job is None:
        return
    state = job.state
    if state in {State.PLANNED, State.OPEN}:
        later = max(planning.overdue_from(job.ends_on), timezone.now() + timedelta(minutes=1))
        lease.row().update(**given_back(later))
        return
    # Somebody who extends it at this moment takes the lease away.
    is_ours = lease.row().update(**given_back(None))
    if is_ours and state == State.OVERDUE:
        outbox.notify(
            job.organisation_id,
            Notice.Kind.JOB_OVERDUE,
            f"{job.pk} {job.ends_on}",
            job=str(job.pk),
            number=job.number,
            site=job.site.shown_name,
            last_day=str(job.ends_on),
        )


OVERDUE = WorkKind(
    name="overdue jobs",
    model=Job,
    is_due=some_due,
    take=take_due,
    work=tell,
    longest=lambda: LONGEST_LOOK,
    priority=1,
)
