"""Where a member may claim: at all sites, or at those of their open jobs."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Count, Q
from django.utils import timezone

from portal.hubs.models import INVENTORY, Hub, HubQuerySet
from portal.jobs.models import Job, JobMember
from portal.jobs.models.jobs import JobQuerySet
from portal.orgs import access
from portal.orgs.access import Ability
from portal.orgs.models import Membership, User
from portal.sites.models import Site, SiteQuerySet


def open_jobs_of(member: Membership) -> JobQuerySet:
    """Return the jobs that name the member and give the right to claim today."""
    return Job.objects.filter(people=member).open_on(timezone.localdate())


def open_job_numbers(members: Iterable[Membership]) -> dict[UUID, int]:
    """Return how many jobs each of these members has that give the right to claim today."""
    found = JobMember.objects.filter(
        membership__in=[member.pk for member in members],
        job__in=Job.objects.open_on(timezone.localdate()),
    )
    return dict(found.values_list("membership").annotate(number=Count("job")))


def sites_to_claim_at(member: Membership) -> SiteQuerySet:
    """Return the sites at which the member may claim today; empty for who may not claim at all."""
    sites = Site.objects.of(member).open()
    if Ability.CLAIM not in access.ABILITIES[member.role]:
        return sites.none()
    if member.all_sites:
        return sites
    return sites.filter(pk__in=open_jobs_of(member).values("site"))


def may_claim_at(member: Membership, site: Site) -> bool:
    """Say whether the member may claim at this site today."""
    return sites_to_claim_at(member).filter(pk=site.pk).exists()


def sites_to_submit_at(member: Membership) -> SiteQuerySet:
    """Return the sites for which the member's claims are taken: also those of jobs that ended.

    What was scanned without a network under a job that ended meanwhile is not refused: it waits for
    an administrator.
    """
    sites = Site.objects.of(member).open()
    if Ability.CLAIM not in access.ABILITIES[member.role]:
        return sites.none()
    if member.all_sites:
        return sites
    return sites.filter(pk__in=Job.objects.filter(people=member).values("site"))


def hubs_of(member: Membership) -> HubQuerySet:
    """Return the hubs of the organisation's inventory that the member may see.

    Who is limited to jobs sees those at the sites of their open jobs, and those they claimed.
    """
    if member.all_sites:
        return Hub.objects.of(member)
    at_sites = Q(site__in=open_jobs_of(member).values("site"))
    theirs = Hub.objects.filter(INVENTORY, organisation=member.organisation_id)
    return theirs.filter(at_sites | Q(claimed_by=member.user_id))


def hubs_visible_to(user: User) -> HubQuerySet:
    """Return the hubs that the person may see in any of their organisations' inventories."""
    memberships = Membership.objects.active_of(user)
    everywhere = Q(organisation__in=memberships.filter(all_sites=True).values("organisation"))
    claimed = Q(organisation__in=memberships.values("organisation"), claimed_by=user)
    of_jobs = JobMember.objects.filter(membership__in=memberships)
    jobs = Job.objects.filter(pk__in=of_jobs.values("job")).open_on(timezone.localdate())
    at_sites = Q(site__in=jobs.values("site"))
    return Hub.objects.filter(INVENTORY, everywhere | claimed | at_sites)


def job_at(member: Membership, site: Site, wanted: UUID | None = None) -> Job | None:
    """Return the job for which the member's claim at this site counts, if there is one.

    The wanted one, where they see it and it is open here. Else an open one of theirs before
    others', the one that ends first; a job that names others counts where it is the single open
    one at the site. For who is limited to jobs and has none open, it is the one that ended last.
    """
    here = Job.objects.filter(organisation=member.organisation_id, site=site)
    open_here = here.open_on(timezone.localdate()).order_by("ends_on", "number")
    asked = open_here.of(member).filter(pk=wanted).first() if wanted else None
    if asked:
        return asked
    if own := open_here.filter(people=member).first():
        return own
    if not member.all_sites:
        ended = list(here.filter(people=member).order_by("-ends_on", "-number"))
        return next((job for job in ended if job.pk == wanted), ended[0] if ended else None)
    others = list(open_here[:2])
    return others[0] if len(others) == 1 else None


def expected_place(job: Job, hub_id: UUID) -> str:
    """Return the place at which the job expects this very hub; "" where it says none."""
    places = job.expected_hubs.filter(hub_id=hub_id).values_list("place", flat=True)
    return places.first() or ""
