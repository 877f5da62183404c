"""What goes on at a site: what somebody should know before they archive it."""

from dataclasses import dataclass

from portal.claims.models import Claim
from portal.hubs.models import Hub
from portal.jobs.models import Job
from portal.sites.models import Site


@dataclass(frozen=True, slots=True)
class SiteUse:
    """How much there is at a site.

    `open_claims` have not ended. Of these nothing more is sent once the site is archived: what was
    not sent yet ends, for good, and what was sent is followed to its end.
    """

    open_claims: int
    open_jobs: int
    hubs: int


def use_of(site: Site) -> SiteUse:
    """Return how many claims and jobs are open at the site, and how many hubs are bound to it."""
    bound = Hub.objects.filter(
        organisation=site.organisation_id,
        spkey_site_id=site.spkey_site_id,
        binding=Hub.Binding.OURS,
    )
    return SiteUse(
        open_claims=Claim.objects.filter(site=site).active().count(),
        open_jobs=Job.objects.filter(site=site).unfinished().count(),
        hubs=bound.count(),
    )
