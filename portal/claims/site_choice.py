"""Which sites somebody may claim at, and the one to choose beforehand."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import BooleanField, Case, QuerySet, Value, When

from portal.claims.models import Claim
from portal.jobs import rights
from portal.jobs.models import Job
from portal.orgs.models import Membership
from portal.sites.models import Site


def sites_for(member: Membership) -> QuerySet[Site]:
    """Return the sites where the member may claim today, that of their newest claim first."""
    mine = Claim.objects.of(member).filter(submitted_by=member.user)
    newest = mine.order_by("-created_at", "-id").values("site")[:1]
    used_last = Case(
        When(pk=newest, then=Value(True)), default=Value(False), output_field=BooleanField()
    )
    return (
        rights.sites_to_claim_at(member)
        .annotate(used_last=used_last)
        .order_by("-used_last", "name")
    )


def of_job(member: Membership, job: UUID) -> Site | None:
    """Return the site of a job that the member sees, if they may claim there today."""
    seen = Job.objects.of(member).filter(pk=job)
    return rights.sites_to_claim_at(member).filter(pk__in=seen.values("site")).first()


def likely(sites: Sequence[Site]) -> Site | None:
    """Return which of all the member's sites to offer: the last used, or the only one."""
    is_known = len(sites) == 1 or (sites and getattr(sites[0], "used_last", False))
    return sites[0] if is_known else None


def only(sites: Sequence[Site]) -> Site | None:
    """Return which of them to choose beforehand: the only one.

    Any other guess would be a wrong building for somebody who taps on.
    """
    return sites[0] if len(sites) == 1 else None
