"""Ten years of an organisation: claims with their calls, records, hubs, sites, people and jobs."""

import itertools
import uuid
from datetime import timedelta
from typing import Final

from django.utils import timezone

from bench.inventory import (
    A_PAGE,
    make_elsewhere,
    make_hubs,
    make_imports,
    make_past_imports,
    make_troubled,
)
from bench.records import make_entries
from portal.audit.models import Entry
from portal.claims import numbers
from portal.claims.engine import actions
from portal.claims.models import Attempt, Claim, State
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
CLAIMS_OF_A_JOB: Final = 50
CLAIMS_OF_AN_IMPORTED_HUB: Final = 10
ENTRIES_OF_A_CLAIM: Final = 10
CLAIMS_OF_A_SITE: Final = 500
CLAIMS_OF_A_PERSON: Final = 5_000
BATCH: Final = 5_000
# So many drawn by lot would not all be different.
_NUMBERS: Final = itertools.count()
NEWEST: Final = timedelta(days=9)
OLDEST: Final = timedelta(days=3652)


def make_years(
    person: User, count: int, newest: timedelta = NEWEST, oldest: timedelta = OLDEST
) -> Claim:
    """Make what comes with so many claims: hubs, jobs, imports and ten entries each in the record.

    Return a claim of the middle. They are spread as by `make_claims`.
    """
    claim = make_claims(person, count, newest, oldest)
    make_past_jobs(person, count // CLAIMS_OF_A_JOB)
    site = Site.objects.filter(organisation=claim.organisation_id).latest("created_at")
    make_imports(person, site, count // CLAIMS_OF_AN_IMPORTED_HUB)
    # Of each claim itself there is one already.
    others = count * (ENTRIES_OF_A_CLAIM - 1)
    make_entries(claim.organisation, others, newest=newest, oldest=oldest)
    return claim


def make_claims(
    person: User,
    count: int,
    newest: timedelta = NEWEST,
    oldest: timedelta = OLDEST,
) -> Claim:
    """Make so many more claims of the person and of new colleagues; return one of the middle.

    They are spread evenly from the newest to the oldest, which are so long ago. One in twenty is
    for a site that the portal does not have, as support's are.
    """
    organisation = person.memberships.get().organisation
    sites = _more_sites(organisation, max(count // CLAIMS_OF_A_SITE, 1), "House")
    people = [person, *_more_people(count // CLAIMS_OF_A_PERSON)]
    hubs = make_hubs(organisation, sites, people, max(count // CLAIMS_OF_A_HUB, 1))
    claims = _claims(hubs, sites, people, count, newest=newest, oldest=oldest)
    for n, claim in enumerate(claims[1::20]):
        claim.site, claim.spkey_site_id = None, f"boiler-room-{n % 7}"
    _save(claims)
    return claims[len(claims) // 2]


def make_jobs(person: User, claim: Claim, count: int) -> Job:
    """Make so many jobs that are over, and one of today.

    The claims of the claim's site are counted for the one of today; return that.
    """
    make_past_jobs(person, count)
    organisation, today = claim.organisation, timezone.localdate()
    site, member = organisation.sites.earliest("created_at"), person.memberships.get()
    job = planning.make(Plan(site, today, today, people=[member]), person)
    some = Claim.objects.filter(organisation=organisation).values_list("pk", flat=True)[:50]
    Claim.objects.filter(pk__in=list(some)).update(job=job)
    return job


def make_past_jobs(person: User, count: int) -> None:
    """Make so many jobs that are over, one a day back from yesterday.

    Every other one was at the first site, the rest at all of them in turns.
    """
    member, today = person.memberships.get(), timezone.localdate()
    sites = list(Site.objects.filter(organisation=member.organisation_id).order_by("created_at"))
    last = Job.objects.filter(organisation=member.organisation_id).count()
    made = [
        Job(
            organisation_id=member.organisation_id,
            site=sites[number % len(sites) if number % 2 else 0],
            number=last + number,
            starts_on=(day := today - number * timedelta(days=1)),
            ends_on=day,
            reference=(reference := f"WO-{last + number:05}"),
            search_text=text_of(reference, [person.display_name]),
            completed_at=timezone.now(),
        )
        for number in range(1, count + 1)
    ]
    Job.objects.bulk_create(made, BATCH)
    JobMember.objects.bulk_create([JobMember(job=job, membership=member) for job in made], BATCH)


def make_former_sites(person: User, count: int) -> None:
    """Make sites of the person's organisation that had one claim each, ten years ago, by them.

    A page's worth of hubs in each state stands there, and one at no site; and there is a page of
    imports. So a list of what is rare is as long with a hundredth of the history as with all of it.
    """
    organisation = person.memberships.get().organisation
    sites = _more_sites(organisation, count, "Former house")
    long_ago = {"newest": timedelta(days=3653), "oldest": timedelta(days=3660)}
    hubs = make_hubs(organisation, sites, [person], max(count // CLAIMS_OF_A_HUB, 1))
    _save(_claims(hubs, sites, [person], count, **long_ago))
    make_troubled(organisation, sites, [person], A_PAGE)
    make_elsewhere(organisation, sites, [person])
    make_past_imports(person, sites[0], A_PAGE, A_PAGE)


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
    hubs: list[Hub],
    sites: list[Site],
    people: list[User],
    count: int,
    *,
    newest: timedelta,
    oldest: timedelta,
) -> list[Claim]:
    now = timezone.now()
    return [
        Claim(
            organisation_id=sites[0].organisation_id,
            hub=(hub := hubs[n % len(hubs)]),
            hub_id_text=str(hub.hub_id),
            site=(site := sites[n % len(sites)]),
            spkey_site_id=site.spkey_site_id,
            submitted_by=people[n % len(people)],
            submission=uuid.uuid4(),
            number=numbers.spelled(next(_NUMBERS)),
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
                hub=claim.hub.hub_id,
                site=claim.spkey_site_id,
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


def _more_sites(organisation: Organisation, count: int, name: str) -> list[Site]:
    known = Site.objects.filter(organisation=organisation).count()
    return Site.objects.bulk_create(
        Site(
            organisation=organisation,
            name=f"{name} {n}",
            spkey_site_id=f"{name.lower().replace(' ', '-')}-{n}",
        )
        for n in range(known, known + count)
    )


def _more_people(count: int) -> list[User]:
    return User.objects.bulk_create(
        User(email=f"installer-{uuid.uuid4()}@acme.example", name=f"Installer {n}")
        for n in range(count)
    )
