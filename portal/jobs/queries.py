"""Jobs, as pages ask for them."""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import islice
from typing import Final
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone

from portal.core.folding import has_words
from portal.core.windows import first_of
from portal.hubs.models import Hub
from portal.jobs import search
from portal.jobs.models import Job, JobInvitation, JobMember, JobRequest
from portal.jobs.models.jobs import JobQuerySet
from portal.jobs.models.requests import JobRequestQuerySet
from portal.orgs.access import ABILITIES, Ability
from portal.orgs.models import Invitation, Membership, User
from portal.orgs.models.organisations import MembershipQuerySet
from portal.sites.models import Site, SiteQuerySet
from portal.sites.queries import with_words

PAGE: Final = 25
LAST_PAGE: Final = 200
# Whom home lists; the list has all.
ON_HOME: Final = 8
GROUPS: Final = ("current", "today", "overdue", "coming", "over")


def jobs_of(member: Membership) -> JobQuerySet:
    """Return the jobs that the member may see."""
    return Job.objects.of(member)


def jobs_visible_to(user: User) -> JobQuerySet:
    """Return the jobs that the person may see in any of their organisations."""
    return Job.objects.visible_to(user)


def as_polled(pk: UUID) -> Job | None:
    """Return the job, whosever it is, for what tells nobody more than whether it changed."""
    return Job.objects.filter(pk=pk).first()


def requests_of(member: Membership) -> JobRequestQuerySet:
    """Return the requests of the people of the member's organisation."""
    return JobRequest.objects.of(member)


def requests_visible_to(user: User) -> JobRequestQuerySet:
    """Return the requests in the organisations this person belongs to."""
    return JobRequest.objects.visible_to(user)


def open_requests(member: Membership) -> list[JobRequest]:
    """Return the oldest requests that wait for an administrator, a few."""
    details = ("membership__user", "job__site", "hub")
    waiting = requests_of(member).waiting().select_related(*details)
    return list(waiting.order_by("asked_at")[:ON_HOME])


def own_requests(member: Membership) -> list[JobRequest]:
    """Return what the member has asked for and waits to be answered."""
    return list(requests_of(member).waiting().filter(membership=member)[:PAGE])


def workers_of(member: Membership) -> MembershipQuerySet:
    """Return the members of the organisation who may be sent to a job: those who claim."""
    roles = [role for role, abilities in ABILITIES.items() if Ability.CLAIM in abilities]
    workers = Membership.objects.of(member).active().filter(role__in=roles)
    return workers.select_related("user").order_by("user__name", "user__email")


def open_sites_of(member: Membership) -> SiteQuerySet:
    """Return the sites at which a job can be."""
    return Site.objects.of(member).open()


def in_group(jobs: JobQuerySet, group: str, today: date) -> JobQuerySet:
    """Return those of the jobs that are in one of GROUPS, in the order in which it is read."""
    if group == "today":
        current = jobs.unfinished().filter(starts_on__lte=today, ends_on__gte=today)
        return current.order_by("ends_on", "number")
    if group == "overdue":
        return jobs.unfinished().filter(ends_on__lt=today).order_by("ends_on", "number")
    if group == "coming":
        return jobs.unfinished().filter(starts_on__gt=today).order_by("starts_on", "number")
    if group == "over":
        over = jobs.exclude(completed_at=None, cancelled_at=None)
        return over.order_by("-starts_on", "-number")
    return jobs.unfinished().order_by("starts_on", "number")


def conditions(member: Membership, text: str, most: int = PAGE) -> list[Q]:
    """Return conditions of which a job meets one that is found by this; each has its index.

    By its number, any part of its reference, its site, or who works on it, or did to its end; of
    the sites and people that are called so, at most so many.
    """
    words = text.strip()
    if not words:
        return [Q()]
    sites = with_words(Site.objects.of(member), words).values_list("pk", flat=True)[:most]
    found = [search.containing(words), *(Q(site=site) for site in sites)]
    of_people = (JobMember.objects.filter(membership=each) for each in _called(member, words, most))
    found += [Q(pk__in=named.values("job")) for named in of_people]
    number = words.removeprefix("#")
    if number.isascii() and number.isdecimal() and len(number) < 10:
        found.append(Q(number=int(number)))
    return found


def _called(member: Membership, text: str, most: int) -> list[UUID]:
    """Return the members with this in their name or address."""
    names = Membership.objects.of(member).values_list("pk", "user__name", "user__email")
    called = (pk for pk, *name in names if has_words(text, *name))
    return list(islice(called, most))


def page_of(jobs: JobQuerySet, number: int, any_of: Sequence[Q]) -> tuple[list[Job], bool]:
    """Return a page of the jobs that meet one of the conditions, and whether there are more.

    They come with their sites and people, those who are invited among them.
    """
    start = (number - 1) * PAGE
    rows = first_of(_with_invited(with_people(jobs)), start + PAGE + 1, any_of, start)
    return rows[:PAGE], len(rows) > PAGE


def invited_to(job: Job) -> list[Invitation]:
    """Return the invitations to the job that nobody has answered yet."""
    waiting = Invitation.objects.filter(organisation=job.organisation_id, jobs__job=job)
    return list(waiting.unanswered().good().order_by("email"))


def _with_invited(jobs: JobQuerySet) -> JobQuerySet:
    open_ones = JobInvitation.objects.filter(
        invitation__in=Invitation.objects.unanswered().good()
    ).select_related("invitation")
    return jobs.prefetch_related(Prefetch("invitations", open_ones, to_attr="open_invitations"))


def with_people(jobs: JobQuerySet) -> JobQuerySet:
    """Return the jobs with what a list shows of them."""
    return jobs.select_related("site", "organisation").prefetch_related("members__membership__user")


def todays(member: Membership) -> list[Job]:
    """Return the jobs of today that the member may see, and those that are overdue, a few."""
    today = timezone.localdate()
    started = jobs_of(member).unfinished().filter(starts_on__lte=today)
    return list(with_people(started).order_by("-ends_on", "number")[:ON_HOME])


def own_now(member: Membership) -> list[Job]:
    """Return the unfinished jobs that name the member, today's first; those long over left out."""
    today = timezone.localdate()
    own = Job.objects.filter(people=member).unfinished()
    own = own.filter(ends_on__gte=today - Job.USUAL_LENGTH, starts_on__lte=today + Job.USUAL_LENGTH)
    rows = list(with_people(own).order_by("starts_on", "number")[:ON_HOME])
    return sorted(rows, key=lambda job: not job.starts_on <= today <= job.ends_on)


def todays_elsewhere(members: Sequence[Membership]) -> list[Membership]:
    """Return those of these, one person's in organisations, whom an unfinished job of today names.

    Asks the database only where there is one.
    """
    if not members:
        return []
    today = timezone.localdate()
    jobs = Job.objects.unfinished().filter(starts_on__lte=today, ends_on__gte=today)
    named = set(jobs.filter(people__in=members).values_list("people", flat=True))
    return [member for member in members if member.pk in named]


def former_sites(member: Membership) -> list[str]:
    """Return what people call the sites in use at which the member worked last, a few."""
    own = Job.objects.filter(
        people=member,
        site__archived_at=None,
        starts_on__lte=timezone.localdate(),
        cancelled_at=None,
    )
    newest = own.select_related("site").order_by("-ends_on", "-number")[:PAGE]
    return list(dict.fromkeys(job.site.shown_name for job in newest))[:ON_HOME]


def may_claim_on(member: Membership, job: Job, today: date) -> bool:
    """Whether a claim that the member makes today at the job's site is taken for the job."""
    is_open = job.starts_on - Job.GRACE <= today <= job.ends_on + Job.GRACE
    if job.completed_at is not None or job.cancelled_at is not None or not is_open:
        return False
    return member.all_sites or member.pk in {each.membership_id for each in job.members.all()}


def own_hubs(person: User) -> QuerySet[Hub]:
    """Return the hubs of the person's organisations, whose moves can be asked for."""
    mine = Membership.objects.organisations_of(person)
    ours = Hub.objects.filter(organisation__in=mine, binding=Hub.Binding.OURS)
    return ours.select_related("organisation")


def is_move_asked(member: Membership, hub: Hub, site: Site) -> bool:
    """Whether the member waits for an answer to their request to have the hub moved there."""
    return (hub.pk, site.pk) in moves_asked(member, [hub])


def moves_asked(member: Membership, hubs: Iterable[Hub]) -> set[tuple[UUID, UUID]]:
    """Return which of the hubs, and to which sites, the member has asked to have moved.

    As far as they wait for an answer.
    """
    asked = JobRequest.objects.waiting().filter(membership=member, hub__in=hubs)
    found = asked.filter(kind=JobRequest.Kind.MOVE_HUB).values_list("hub", "site")
    return {(hub, site) for hub, site in found if hub and site}
