"""Where a member may claim: at all sites, or at those of their open jobs."""

from django.utils import timezone

from portal.jobs.models import Job, JobQuerySet
from portal.orgs import access
from portal.orgs.access import Ability
from portal.orgs.models import Membership
from portal.sites.models import Site, SiteQuerySet


def open_jobs_of(member: Membership) -> JobQuerySet:
    """Return the jobs that name the member and give the right to claim today."""
    return Job.objects.filter(people=member).open_on(timezone.localdate())


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


def was_sent_to(member: Membership, site: Site) -> bool:
    """Say whether a job ever named the member at this site, open today or not."""
    return Job.objects.filter(people=member, site=site).exists()


def job_at(member: Membership, site: Site) -> Job | None:
    """Return the job under which the member claims at this site today, if there is one.

    Their own before others': the one that ends first. A job that names nobody here counts only
    where it is the single open one at the site.
    """
    open_here = Job.objects.filter(organisation=member.organisation_id, site=site)
    open_here = open_here.open_on(timezone.localdate()).order_by("ends_on", "number")
    if own := open_here.filter(people=member).first():
        return own
    others = list(open_here[:2]) if member.all_sites else []
    return others[0] if len(others) == 1 else None
