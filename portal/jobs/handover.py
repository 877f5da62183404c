"""Completing a job: what was done is frozen as a numbered handover, and the job's rights end.

What is handed over is gathered by the caller, in the transaction in which the job is completed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F, Max
from django.utils import timezone

from portal.audit.record import record
from portal.core.leasing import due_at, taken_away
from portal.jobs import finding
from portal.jobs.finding import Numbers
from portal.jobs.models import Acceptance, Handover, HandoverHub, Job
from portal.notices import outbox
from portal.notices.models import Notice
from portal.orgs import access
from portal.orgs.access import Ability
from portal.orgs.models import Membership, Organisation, User

State = HandoverHub.State
LONGEST_EXPLANATION: Final = 300


class CancelledError(Exception):
    """The job was cancelled: there is nothing to complete."""


class UnexplainedError(Exception):
    """Not all is claimed and online, and nobody has said why."""


@dataclass(frozen=True, slots=True)
class Item:
    """A hub of the job as it is now, or a place at which one is missing."""

    state: State
    place: str = ""
    hub_id: UUID | None = None
    model: str = ""
    serial: str = ""
    firmware: str = ""
    online: bool | None = None
    last_seen: datetime | None = None
    claimed_by: str = ""
    claimed_at: datetime | None = None
    photos: Sequence[UUID] = ()
    # Whether it stands for a line of the job's list.
    is_listed: bool = False

    @property
    def key(self) -> str:
        """What names the item on a page, from one look to the next."""
        return str(self.hub_id) if self.hub_id else f"place {self.place}"

    @property
    def is_exception(self) -> bool:
        """Whether the hub is not claimed, or not online."""
        return self.state != State.CLAIMED or not self.online


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a job is: its items, and how many hubs more were expected than there are."""

    items: Sequence[Item]
    expected: int | None = None

    @property
    def exceptions(self) -> list[Item]:
        """What is not as it should be."""
        return [item for item in self.items if item.is_exception]

    @property
    def claimed(self) -> int:
        """How many hubs are claimed."""
        return sum(item.state == State.CLAIMED for item in self.items)

    @property
    def numbers(self) -> Numbers:
        """What is said of the job, as everywhere."""
        return numbers_of(self.expected, self.items)

    @property
    def shortfall(self) -> int:
        """How many expected hubs are not even among the items."""
        return max(0, (self.expected or 0) - len(self.items))

    @property
    def is_whole(self) -> bool:
        """Whether all that was expected is claimed and online, and there is something at all."""
        return bool(self.claimed) and not self.shortfall and not self.exceptions


def numbers_of(expected: int | None, rows: Iterable[Item | HandoverHub]) -> Numbers:
    """Return the numbers of what is handed over, or was."""
    rows = list(rows)
    claimed = [row for row in rows if row.state == State.CLAIMED]
    online = [row for row in claimed if row.online]
    lines = sum(row.is_listed for row in rows)

    def beside(some: Iterable[Item | HandoverHub]) -> int:
        return finding.beyond(expected, lines, sum(not row.is_listed for row in some))

    return Numbers(
        expected=expected,
        claimed=len(claimed),
        online=len(online),
        has_list=bool(lines),
        unlisted=beside(claimed),
        unlisted_online=beside(online),
    )


def may_complete(member: Membership, job: Job) -> bool:
    """Say whether the member may complete the job: who runs jobs, and who claims on this one."""
    allowed = access.abilities(member)
    if Ability.MANAGE_JOBS in allowed:
        return True
    # As a page has them already, of the people that it shows.
    named = {each.membership_id for each in job.members.all()}
    return Ability.CLAIM in allowed and member.pk in named


@transaction.atomic
def complete(
    job: Job,
    standing: Standing,
    actor: User,
    explanation: str = "",
    explanations: Mapping[str, str] | None = None,
) -> tuple[Handover, bool]:
    """Freeze the handover and end the job's rights; say whether it was not done before.

    `explanations` says of an item, by its key, why it is an exception; `explanation` of all others.
    Raises UnexplainedError where one has neither, and CancelledError. Of two at once, the second
    gets the handover of the first.
    """
    Organisation.objects.hold(job.organisation)
    current = Job.objects.select_related("organisation", "site").get(pk=job.pk)
    if current.completed_at is not None:
        return Handover.objects.get(job=current), False
    if current.cancelled_at is not None:
        raise CancelledError
    said = {key: text for key, text in (explanations or {}).items() if text}
    if not explanation and not _all_said(standing, said):
        raise UnexplainedError
    handover = freeze(current, standing, actor, explanation, said, at=timezone.now())
    Job.objects.filter(pk=job.pk).update(
        completed_at=handover.created_at,
        completed_by=actor,
        crew=handover.crew,
        version=F("version") + 1,
        **due_at(None) | taken_away(),
    )
    _tell(handover, standing, actor)
    return handover, True


def _all_said(standing: Standing, said: Mapping[str, str]) -> bool:
    if standing.is_whole:
        return True
    exceptions = standing.exceptions
    return may_be_said_one_by_one(standing) and all(item.key in said for item in exceptions)


def may_be_said_one_by_one(standing: Standing) -> bool:
    """Whether a reason for each exception explains all: none is short of a hub without a name."""
    return bool(standing.exceptions) and not standing.shortfall


def freeze(
    job: Job,
    standing: Standing,
    actor: User,
    explanation: str,
    said: Mapping[str, str],
    *,
    at: datetime,
) -> Handover:
    """Write down what the job leaves behind, under the next number. Completes nothing."""
    organisation, site = job.organisation, job.site
    last = Handover.objects.filter(organisation=organisation).aggregate(last=Max("number"))["last"]
    handover = Handover.objects.create(
        job=job,
        organisation=organisation,
        number=(last or 0) + 1,
        created_at=at,
        created_by_id=actor.pk,
        created_by_name=actor.display_name,
        organisation_name=organisation.name,
        site_name=site.shown_name,
        site_address=site.other_address,
        spkey_site_id=site.spkey_site_id,
        job_number=job.number,
        reference=job.reference,
        starts_on=job.starts_on,
        ends_on=job.ends_on,
        crew=_crew(job, standing),
        expected_count=standing.expected,
        explanation="" if standing.is_whole else explanation,
    )
    HandoverHub.objects.bulk_create(
        HandoverHub(
            handover=handover,
            position=position,
            state=item.state,
            place=item.place,
            hub_id=item.hub_id,
            model=item.model,
            serial=item.serial,
            firmware=item.firmware,
            online=item.online,
            last_seen=item.last_seen,
            claimed_by_name=item.claimed_by,
            claimed_at=item.claimed_at,
            explanation=said.get(item.key, "") if item.is_exception else "",
            photos=[str(photo) for photo in item.photos],
            is_listed=item.is_listed,
        )
        for position, item in enumerate(standing.items, start=1)
    )
    return handover


def _crew(job: Job, standing: Standing) -> list[str]:
    """Return who was sent, and who has claimed without being sent."""
    people = job.people.select_related("user")
    names = {member.user.display_name for member in people}
    return sorted(names | {item.claimed_by for item in standing.items if item.claimed_by})


def _tell(handover: Handover, standing: Standing, actor: User) -> None:
    numbers: dict[str, Any] = {
        "number": handover.job_number,
        "handover": handover.number,
        "hubs": standing.claimed,
        "exceptions": len(standing.exceptions) + standing.shortfall,
    }
    record(
        "job.completed",
        actor=actor,
        organisation_id=handover.organisation_id,
        subject=handover.job,
        site=handover.spkey_site_id,
        **numbers,
    )
    outbox.notify(
        handover.organisation_id,
        Notice.Kind.JOB_COMPLETED,
        str(handover.job_id),
        job=str(handover.job_id),
        person=actor.display_name,
        site=handover.site_name,
        sums=asdict(standing.numbers),
        **numbers,
    )


def accept(
    handover: Handover,
    name: str,
    note: str = "",
    *,
    taken_by: User | None = None,
    address: str = "",
) -> bool:
    """Write down who has taken the handover over; say whether nobody had before.

    `taken_by` is who of the crew took the name down; without, it was said through a link, from
    `address`.
    """
    try:
        with transaction.atomic():
            Acceptance.objects.create(
                handover=handover,
                name=name,
                note=note,
                taken_by_name=taken_by.display_name if taken_by else "",
                address=address,
            )
            record(
                "handover.accepted",
                actor=taken_by,
                organisation_id=handover.organisation_id,
                subject=handover,
                number=handover.number,
                name=name,
            )
    except IntegrityError:
        if Acceptance.objects.filter(handover=handover).exists():
            return False
        raise
    return True


def handover_of(job: Job) -> Handover | None:
    """Return what the job has left behind, with its acceptance; None while it is not complete."""
    return Handover.objects.select_related("acceptance").filter(job=job).first()
