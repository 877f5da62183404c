"""Ten years of an organisation: claims with their calls, records, hubs, sites and people."""

import uuid
from datetime import timedelta
from typing import Final

from django.utils import timezone

from portal.audit.models import Entry
from portal.claims.engine import actions
from portal.claims.models import Attempt, Claim, State
from portal.core import statistics
from portal.core.leasing import due_at
from portal.hubs.models import Hub
from portal.jobs import planning
from portal.jobs.models import Job, JobMember
from portal.jobs.planning import Plan
from portal.jobs.search import text_of
from portal.notices.models import Notice
from portal.orgs.models import Organisation, User
from portal.sites.models import Site

CLAIMS_OF_A_HUB: Final = 20
CLAIMS_OF_A_SITE: Final = 500
CLAIMS_OF_A_PERSON: Final = 5_000
BATCH: Final = 5_000


def make_claims(
    person: User,
    count: int,
    newest: timedelta = timedelta(days=9),
    oldest: timedelta = timedelta(days=3652),
) -> Claim:
    """Make so many more claims of the person and of new colleagues; return one of the middle.

    They are spread evenly from the newest to the oldest, which are so long ago. One in twenty is
    for a site that the portal does not have, as support's are.
    """
    organisation = person.memberships.get().organisation
    sites = _more_sites(organisation, max(count // CLAIMS_OF_A_SITE, 1), "House")
    people = [person, *_more_people(count // CLAIMS_OF_A_PERSON)]
    claims = _claims(organisation, sites, people, count, newest=newest, oldest=oldest)
    for n, claim in enumerate(claims[1::20]):
        claim.site, claim.spkey_site_id = None, f"boiler-room-{n % 7}"
    _save(claims)
    return claims[len(claims) // 2]


def make_jobs(person: User, claim: Claim, count: int) -> Job:
    """Make so many jobs that are over, one a day back from yesterday, and one of today.

    The claims of the claim's site are counted for the one of today; return that.
    """
    organisation, today = claim.organisation, timezone.localdate()
    site, member = organisation.sites.earliest("created_at"), person.memberships.get()
    made = [
        Job(
            organisation=organisation,
            site=site,
            number=number,
            starts_on=(day := today - number * timedelta(days=1)),
            ends_on=day,
            reference=f"WO-{number}",
            search_text=text_of(f"WO-{number}", [person.display_name]),
            completed_at=timezone.now(),
        )
        for number in range(1, count + 1)
    ]
    Job.objects.bulk_create(made, BATCH)
    JobMember.objects.bulk_create([JobMember(job=job, membership=member) for job in made], BATCH)
    job = planning.make(Plan(site, today, today, people=[member]), person)
    some = Claim.objects.filter(organisation=organisation).values_list("pk", flat=True)[:50]
    Claim.objects.filter(pk__in=list(some)).update(job=job)
    return job


def make_former_sites(person: User, count: int) -> None:
    """Make sites of the person's organisation that had one claim each, ten years ago, by them."""
    organisation = person.memberships.get().organisation
    sites = _more_sites(organisation, count, "Former")
    long_ago = {"newest": timedelta(days=3653), "oldest": timedelta(days=3660)}
    _save(_claims(organisation, sites, [person], count, **long_ago))


def submit(person: User, count: int) -> None:
    """Have the person ask for so many claims of new hubs; they are due now."""
    organisation = person.memberships.get().organisation
    site = Site.objects.filter(organisation=organisation).earliest("created_at")
    for _ in range(count):
        request = actions.ClaimRequest(
            user=person,
            organisation=organisation,
            hub_id=uuid.uuid4(),
            spkey_site_id=site.spkey_site_id,
            submission=uuid.uuid4(),
            site=site,
        )
        actions.submit(request)


def make_due(person: User, count: int) -> None:
    """Make so much of each kind of work due: attempts, rechecks, readings of hubs, notices."""
    submit(person, count)
    mine = {"organisation": person.memberships.get().organisation}
    due = due_at(timezone.now())
    ended = Claim.objects.filter(**mine, state=State.CLAIMED).order_by("-created_at")
    some = list(ended.values_list("pk", flat=True)[:count])
    Claim.objects.filter(pk__in=some).update(state=State.REJECTED, sends=1, **due)
    watched = {"watched_until": timezone.now() + timedelta(days=1)}
    Hub.objects.filter(**mine).update(**watched, **due)
    Notice.objects.bulk_create(
        Notice(**mine, user=person, kind=Notice.Kind.KEY_REFUSED, about=str(n), **due)
        for n in range(count)
    )


def _claims(
    organisation: Organisation,
    sites: list[Site],
    people: list[User],
    count: int,
    *,
    newest: timedelta,
    oldest: timedelta,
) -> list[Claim]:
    hubs = _more_hubs(organisation, max(count // CLAIMS_OF_A_HUB, 1))
    now = timezone.now()
    return [
        Claim(
            organisation=organisation,
            hub=(hub := hubs[n % len(hubs)]),
            hub_id_text=str(hub.hub_id),
            site=(site := sites[n % len(sites)]),
            spkey_site_id=site.spkey_site_id,
            submitted_by=people[n % len(people)],
            submission=uuid.uuid4(),
            state=State.CLAIMED if n % 20 else State.REJECTED,
            reference="" if n % 20 else f"ref-{n}-{hub.serial}",
            created_at=(at := now - newest - (oldest - newest) * (n / count)),
            changed_at=at,
            finished_at=at,
        )
        for n in range(count)
    ]


def _save(claims: list[Claim]) -> None:
    """Save them, each with a call and a record, one in ten with a notice."""
    Claim.objects.bulk_create(claims, batch_size=BATCH)
    Attempt.objects.bulk_create(
        (
            Attempt(
                claim=claim,
                number=1,
                kind="send",
                epoch=1,
                started_at=claim.created_at,
                reference=claim.reference,
                request_id=str(claim.submission),
            )
            for claim in claims
        ),
        batch_size=BATCH,
    )
    Entry.objects.bulk_create(
        (
            Entry(
                at=claim.created_at,
                verb="claim.submitted",
                kind="claims",
                actor_id=claim.submitted_by_id,
                actor_label=claim.submitted_by.email,
                organisation_id=claim.organisation_id,
                object_type="claims.Claim",
                object_id=str(claim.pk),
            )
            for claim in claims
        ),
        batch_size=BATCH,
    )
    Notice.objects.bulk_create(
        Notice(
            organisation=claim.organisation,
            user=claim.submitted_by,
            kind=Notice.Kind.REVIEW,
            about=str(claim.pk),
            created_at=claim.created_at,
            sent_at=claim.created_at,
            due_at=None,
        )
        for claim in claims[::10]
    )
    statistics.refresh(at_once=True)


def _more_sites(organisation: Organisation, count: int, name: str) -> list[Site]:
    known = Site.objects.filter(organisation=organisation).count()
    return Site.objects.bulk_create(
        Site(organisation=organisation, name=f"{name} {n}", spkey_site_id=f"{name.lower()}-{n}")
        for n in range(known, known + count)
    )


def _more_hubs(organisation: Organisation, count: int) -> list[Hub]:
    known, ours = Hub.objects.filter(organisation=organisation).count(), Hub.Binding.OURS
    hubs = [
        Hub(organisation=organisation, hub_id=uuid.uuid4(), serial=f"SK-{n:06}", binding=ours)
        for n in range(known, known + count)
    ]
    return Hub.objects.bulk_create(hubs, batch_size=BATCH)


def _more_people(count: int) -> list[User]:
    return User.objects.bulk_create(
        User(email=f"installer-{uuid.uuid4()}@acme.example", name=f"Installer {n}")
        for n in range(count)
    )
