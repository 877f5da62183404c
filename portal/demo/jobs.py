"""The demo's jobs, one in each state of its life, and what two of them handed over."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from django.db.models import F
from django.utils import timezone

from portal.claims import handover_items
from portal.core.leasing import due_at
from portal.demo import claims
from portal.demo.past import Past
from portal.jobs import handover, handover_links, invitations, planning
from portal.jobs.handover import Item
from portal.jobs.models import (
    Acceptance,
    ExpectedHub,
    Handover,
    Job,
    JobMember,
    JobRequest,
)
from portal.notices import invitation_emails
from portal.orgs import invitations as people_invitations
from portal.orgs.models import Membership
from portal.sandbox import world

NEWCOMER: Final = "newcomer@acme.example"
CARETAKER: Final = "Demo Caretaker"
NO_POWER: Final = "No power in the riser yet: the electrician comes next week."


@dataclass(frozen=True, slots=True)
class Planned:
    """A job as it was planned. Days count back from today, and those ahead are negative.

    `hubs` is how many are expected, `lines` how many places its list has.
    """

    site: str
    people: tuple[str, ...]
    planned: int
    starts: int
    ends: int
    hubs: int | None = None
    lines: int = 0
    reference: str = ""
    note: str = ""
    cancelled: int | None = None


# In the order of their numbers.
ACME: Final = (
    Planned("harbour-house", ("installer", "season"), 35, 34, 30, 14, 14, "WO-1041"),
    Planned("mill-court", ("installer", "late"), 26, 23, 18, 12, 0, "WO-1044"),
    Planned("tannery-yard", ("season",), 20, 15, 11, 6, 0, "WO-1047", cancelled=16),
    Planned(
        "stoa-ermou",
        ("late",),
        12,
        9,
        2,
        10,
        10,
        "WO-1052",
        "Ask for the key to the meter room at the kiosk.",
    ),
    Planned(
        "orchard-rise",
        ("crew", "installer"),
        6,
        2,
        -4,
        12,
        12,
        "WO-1056",
        "Park behind the building. The caretaker opens the risers.",
    ),
    Planned("chapel-terrace", ("installer",), 3, -2, -6, 5, 0, "WO-1058"),
    Planned("harbour-house", ("crew", "season"), 1, -5, -9, 6, 6, "WO-1060", "Top floor only."),
)
HARBOUR: Final = (Planned("lighthouse-flats", ("admin",), 13, 12, -2, 6),)
OF: Final[dict[str, Sequence[Planned]]] = {
    world.ACME_ORG_ID: ACME,
    world.HARBOUR_ORG_ID: HARBOUR,
}


def make(past: Past) -> dict[str, Job]:
    """Make the organisation's jobs; return those that have begun, by their site."""
    planned = OF[past.organisation.spkey_org_id]
    jobs = [_job(past, each, number) for number, each in enumerate(planned, start=1)]
    begun: dict[str, Job] = {}
    for job, each in zip(jobs, planned, strict=True):
        if each.starts >= 0 and each.cancelled is None:
            begun[each.site] = job
    return begun


def _job(past: Past, planned: Planned, number: int) -> Job:
    admin, at = past.people["admin"], past.at(planned.planned, 15)
    is_on = planned.cancelled is None
    ends_on = past.day(planned.ends)
    job = Job.objects.create(
        organisation=past.organisation,
        number=number,
        site=past.sites[planned.site],
        reference=planned.reference,
        note=planned.note,
        starts_on=past.day(planned.starts),
        ends_on=ends_on,
        expected_count=planned.hubs,
        created_by=admin.user,
        created_at=at,
        **due_at(planning.overdue_from(ends_on) if is_on else None),
    )
    people = [past.people[name] for name in planned.people]
    JobMember.objects.bulk_create(JobMember(job=job, membership=each) for each in people)
    _expect(job, planned)
    _note(past, "job.created", job, at, people=sorted(each.user.email for each in people))
    if planned.cancelled is not None:
        job.cancelled_at, job.cancelled_by = past.at(planned.cancelled), admin.user
        job.save()
        _note(past, "job.cancelled", job, job.cancelled_at)
    return job


def _expect(job: Job, planned: Planned) -> None:
    """Write the list: the planned second job at a site goes on where the first ended."""
    first = 15 if planned.site == "harbour-house" and planned.ends < 0 else 1
    ExpectedHub.objects.bulk_create(
        ExpectedHub(
            job=job,
            position=position,
            place=claims.place_at(planned.site, first + position - 1),
            hub_id=world.hub_id(180) if (planned.site, position) == ("orchard-rise", 10) else None,
        )
        for position in range(1, planned.lines + 1)
    )


def _note(past: Past, verb: str, job: Job, moment: datetime, **detail: Any) -> None:
    past.note(
        verb,
        past.people["admin"],
        moment,
        job,
        number=job.number,
        site=job.site.spkey_site_id,
        starts_on=str(job.starts_on),
        ends_on=str(job.ends_on),
        **detail,
    )


def hand_over(past: Past, jobs: dict[str, Job]) -> None:
    """Complete two jobs: one whole, accepted and with a link, one with an exception."""
    ira = past.people["installer"]
    whole = _complete(past, jobs["harbour-house"], ira, 30, {})
    accepted_at = past.at(30, 240)
    Acceptance.objects.create(
        handover=whole, name=CARETAKER, at=accepted_at, taken_by_name=ira.user.display_name
    )
    numbers = {"number": whole.number, "name": CARETAKER}
    past.note("handover.accepted", ira, accepted_at, whole, **numbers)
    admin = past.people["admin"]
    past.as_if_by(admin, lambda: handover_links.make(whole, admin.user))
    without_power = world.hub_id(121)
    _complete(past, jobs["mill-court"], ira, 19, {without_power: NO_POWER})


def _complete(
    past: Past, job: Job, person: Membership, ago: int, explanations: dict[str, str]
) -> Handover:
    at = past.at(ago, 200)
    now = handover_items.standing_of(job)
    standing = replace(now, items=[_as_it_was(each, at, explanations) for each in now.items])
    left = handover.freeze(job, standing, person.user, "", explanations, at=at)
    Job.objects.filter(pk=job.pk).update(
        completed_at=at,
        completed_by=person.user,
        crew=left.crew,
        version=F("version") + 1,
        **due_at(None),
    )
    past.note(
        "job.completed",
        person,
        at,
        job,
        site=left.spkey_site_id,
        number=left.job_number,
        handover=left.number,
        hubs=standing.claimed,
        exceptions=len(standing.exceptions),
    )
    return left


def _as_it_was(item: Item, at: datetime, explanations: dict[str, str]) -> Item:
    """Return the item of that day: what is offline since was online then."""
    if item.key in explanations:
        return replace(item, online=False, last_seen=None)
    return replace(item, online=True, firmware=world.FIRMWARE, last_seen=at)


def ask(past: Past, jobs: dict[str, Job]) -> None:
    """Let somebody wait for more time on their job."""
    late, job = past.people["late"], jobs["stoa-ermou"]
    asked = JobRequest.objects.create(
        organisation=past.organisation,
        membership=late,
        kind=JobRequest.Kind.MORE_TIME,
        job=job,
        asked_at=past.at(0, 15),
    )
    kind = str(JobRequest.Kind.MORE_TIME)
    past.note("job.asked", late, asked.asked_at, asked, kind=kind, number=job.number, wanted="")


def invite(past: Past) -> None:
    """Invite somebody new to the job that is planned last."""
    admin = past.people["admin"].user
    invitation = people_invitations.invite(
        past.organisation,
        NEWCOMER,
        role=Membership.Role.INSTALLER,
        all_sites=False,
        actor=admin,
    )
    invitation_emails.write_for(invitation, "en")
    planned = Job.objects.filter(organisation=past.organisation, starts_on__gt=timezone.localdate())
    invitations.invite_to(planned.latest("number"), invitation)
