"""Planning jobs: make, change, extend, assign, cancel and reopen them.

Each holds the organisation's row while it works, so that of two administrators at once the second
sees what the first has done.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone

from portal.audit.record import record
from portal.core.leasing import due_at, taken_away
from portal.jobs.expected import Expected
from portal.jobs.models import ExpectedHub, Job, JobMember
from portal.orgs.models import Membership, Organisation, User
from portal.sites.models import Site

# Of what is changed, the record does not tell this.
UNTOLD: Final = ("note",)
LONGEST_WINDOW: Final = timedelta(days=366)
# People read their letters in the morning.
TOLD_AT: Final = time(7)


class JobChangedError(Exception):
    """Somebody has changed the job since it was shown."""


class JobOverError(Exception):
    """The job is complete or cancelled."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done at a site: when, by whom, and what is expected there."""

    site: Site
    starts_on: date
    ends_on: date
    people: Collection[Membership] = ()
    reference: str = ""
    note: str = ""
    expected_count: int | None = None
    expected: Sequence[Expected] = ()

    @property
    def count(self) -> int | None:
        """How many hubs are expected: as many as the list has lines, where there is one."""
        return len(self.expected) or self.expected_count


def overdue_from(ends_on: date) -> datetime:
    """Return when administrators are told of a job that is not complete by then."""
    morning_after = datetime.combine(ends_on + timedelta(days=1), TOLD_AT)
    return timezone.make_aware(morning_after)


def extended_to(job: Job) -> date:
    """Return the last day of the job when it goes on for a week, from today where it is over."""
    return max(job.ends_on, timezone.localdate()) + Job.USUAL_LENGTH


@transaction.atomic
def make(plan: Plan, actor: User) -> Job:
    """Save a new job, with the next number of its organisation, and return it.

    Where nobody says how many hubs are expected, it is what is usual at the site.
    """
    plan = replace(plan, expected_count=plan.expected_count or plan.site.usual_hubs)
    organisation = plan.site.organisation
    Organisation.objects.hold(organisation)
    last = Job.objects.filter(organisation=organisation).aggregate(last=Max("number"))["last"]
    job = Job.objects.create(
        organisation=organisation,
        number=(last or 0) + 1,
        site=plan.site,
        created_by=actor,
        **_fields(plan),
        **due_at(overdue_from(plan.ends_on)),
    )
    _expect(job, plan.expected)
    JobMember.objects.bulk_create(JobMember(job=job, membership=each) for each in plan.people)
    _recorded("job.created", job, actor, people=_names(plan.people))
    return job


@transaction.atomic
def change(job: Job, seen: int, plan: Plan, actor: User) -> Job:
    """Save what somebody changed who saw that version of the job; return it as it is now.

    Its site stays. Raises JobChangedError for a version that is not the newest, and JobOverError.
    """
    current = _held(job)
    if current.version != seen:
        raise JobChangedError
    before = {name: getattr(current, name) for name in _fields(plan)}
    if expectation(current) != list(plan.expected):
        _expect(current, plan.expected)
    _set_people(current, plan.people)
    after = _fields(plan)
    _write(current, **after, **_looked_at(overdue_from(plan.ends_on)))
    changed = {
        name: [_plain(before[name]), _plain(value)]
        for name, value in after.items()
        if before[name] != value and name not in UNTOLD
    }
    return _recorded("job.changed", current, actor, people=_names(plan.people), changed=changed)


@transaction.atomic
def extend(job: Job, last_day: date, actor: User) -> bool:
    """Let the job end on that day, if that is later; say whether it was. Raises JobOverError."""
    current = _held(job)
    if last_day <= current.ends_on:
        return False
    before = current.ends_on
    _write(current, ends_on=last_day, **_looked_at(overdue_from(last_day)))
    changed = {"ends_on": [str(before), str(last_day)]}
    _recorded("job.extended", current, actor, changed=changed)
    return True


@transaction.atomic
def assign(job: Job, people: Collection[Membership], actor: User) -> bool:
    """Let these people work on the job, and no others; say whether that is news.

    Raises JobOverError.
    """
    current = _held(job)
    if not _set_people(current, people):
        return False
    _write(current)
    _recorded("job.assigned", current, actor, people=_names(people))
    return True


@transaction.atomic
def add(job: Job, member: Membership, actor: User) -> bool:
    """Let the person work on the job as well; say whether that is news. Raises JobOverError."""
    people = {each.pk: each for each in _held(job).people.select_related("user")}
    return assign(job, [*(people | {member.pk: member}).values()], actor)


@transaction.atomic
def cancel(job: Job, actor: User) -> bool:
    """Call the job off; say whether it was still on. Who was sent there may claim no more."""
    try:
        current = _held(job)
    except JobOverError:
        return False
    crew = sorted(each.user.display_name for each in current.people.select_related("user"))
    ended = {"cancelled_at": timezone.now(), "cancelled_by": actor, "crew": crew}
    _write(current, **ended, **_looked_at(None))
    _recorded("job.cancelled", current, actor)
    return True


@transaction.atomic
def reopen(job: Job, actor: User) -> bool:
    """Take back that the job was cancelled; say whether it was."""
    Organisation.objects.hold(job.organisation)
    current = Job.objects.get(pk=job.pk)
    if current.cancelled_at is None:
        return False
    again = _looked_at(overdue_from(current.ends_on))
    _write(current, cancelled_at=None, cancelled_by=None, crew=[], **again)
    _recorded("job.reopened", current, actor)
    return True


def expectation(job: Job) -> list[Expected]:
    """Return what the job expects, in the order of its list."""
    rows = job.expected_hubs.order_by("position").values_list("place", "hub_id")
    return [Expected(place, hub_id) for place, hub_id in rows]


def _held(job: Job) -> Job:
    """Return the job as it is, which nobody else changes until the transaction ends."""
    Organisation.objects.hold(job.organisation)
    current = Job.objects.select_related("organisation", "site").get(pk=job.pk)
    if current.completed_at is not None or current.cancelled_at is not None:
        raise JobOverError
    return current


def _fields(plan: Plan) -> dict[str, Any]:
    return {
        "starts_on": plan.starts_on,
        "ends_on": plan.ends_on,
        "reference": plan.reference,
        "note": plan.note,
        "expected_count": plan.count,
    }


def _looked_at(at: datetime | None) -> dict[str, Any]:
    """Return the fields of a job that is looked at then; a look under way writes no more."""
    return due_at(at) | taken_away()


def _write(job: Job, **fields: Any) -> None:
    """Write to the job; its version rises."""
    Job.objects.filter(pk=job.pk).update(version=F("version") + 1, **fields)
    job.refresh_from_db(fields=["version", *fields])


def _expect(job: Job, expected: Iterable[Expected]) -> None:
    job.expected_hubs.all().delete()
    ExpectedHub.objects.bulk_create(
        ExpectedHub(job=job, position=position, place=each.place, hub_id=each.hub_id)
        for position, each in enumerate(expected, start=1)
    )


def _set_people(job: Job, people: Collection[Membership]) -> bool:
    """Let exactly these people work on the job; say whether it was not so already."""
    wanted, named = {each.pk for each in people}, set(job.people.values_list("pk", flat=True))
    JobMember.objects.filter(job=job, membership__in=named - wanted).delete()
    JobMember.objects.bulk_create(JobMember(job=job, membership_id=each) for each in wanted - named)
    return wanted != named


def _names(people: Iterable[Membership]) -> list[str]:
    return sorted(each.user.email for each in people)


def _plain(value: object) -> object:
    return str(value) if isinstance(value, date) else value


def _recorded(verb: str, job: Job, actor: User, **detail: Any) -> Job:
    record(
        verb,
        actor=actor,
        organisation_id=job.organisation_id,
        subject=job,
        number=job.number,
        site=job.site.spkey_site_id,
        starts_on=str(job.starts_on),
        ends_on=str(job.ends_on),
        **detail,
    )
    return job
