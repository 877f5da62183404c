"""What goes on at a site: who works there, and what to know before it is archived."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from portal.claims.models import Claim
from portal.claims.queries import claims_of
from portal.core.windows import first_of
from portal.hubs.actions.models import HubAction
from portal.hubs.models import Hub
from portal.jobs.models import Job, JobMember
from portal.orgs.models import Membership
from portal.sites.models import Site

NEWEST: Final = 8
LATELY: Final = 200
MOST_PEOPLE: Final = 12


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody at a site: when they last claimed there, and the numbers of their jobs there."""

    name: str
    last_claim: datetime | None
    jobs: list[int]


@dataclass(frozen=True, slots=True)
class SiteUse:
    """How much there is at a site.

    `open_claims` have not ended, nor have `open_moves` of hubs to it. Of these nothing more is sent
    once the site is archived: what was not sent yet ends, for good, and what was sent is followed
    to its end.
    """

    open_claims: int
    open_moves: int
    open_jobs: int
    hubs: int


def use_of(site: Site) -> SiteUse:
    """Return how many claims, moves and jobs are open at the site, and how many hubs it has."""
    bound = Hub.objects.filter(
        organisation=site.organisation_id,
        spkey_site_id=site.spkey_site_id,
        binding=Hub.Binding.OURS,
    )
    return SiteUse(
        open_claims=Claim.objects.filter(site=site).active().count(),
        open_moves=HubAction.objects.filter(site=site).active().count(),
        open_jobs=Job.objects.filter(site=site).unfinished().count(),
        hubs=bound.count(),
    )


def claims_at(member: Membership, site: Site) -> list[Claim]:
    """Return the newest claims at the site."""
    newest = claims_of(member).filter(site=site).with_details().order_by("-created_at", "-id")
    return first_of(newest, NEWEST)


def people_at(site: Site) -> list[Person]:
    """Return who works at the site by its jobs, and who claimed there lately, a few.

    The last to claim come first.
    """
    lately = Claim.objects.filter(site=site, acting_organisation=None).order_by(
        "-created_at", "-id"
    )
    last: dict[str, datetime] = {}
    for email, name, at in lately.values_list(
        "submitted_by__email", "submitted_by__name", "created_at"
    )[:LATELY]:
        last.setdefault(name or email, at)
    of_jobs = JobMember.objects.filter(job__in=Job.objects.filter(site=site).unfinished())
    jobs: dict[str, list[int]] = {}
    rows = of_jobs.order_by("job__number").values_list(
        "membership__user__email", "membership__user__name", "job__number"
    )
    for email, name, number in rows[:LATELY]:
        jobs.setdefault(name or email, []).append(number)
    names = list(dict.fromkeys([*last, *sorted(jobs)]))
    return [Person(name, last.get(name), jobs.get(name, [])) for name in names[:MOST_PEOPLE]]
