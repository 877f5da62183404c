"""Which sites somebody may claim at, and the one to choose beforehand."""

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


def likely(sites: QuerySet[Site]) -> Site | None:
    """Return the site to offer: the last used, or the only one."""
    first = list(sites[:2])
    if not first:
        return None
    return first[0] if len(first) == 1 or getattr(first[0], "used_last", False) else None


def only(sites: QuerySet[Site]) -> Site | None:
    """Return the site to choose beforehand: the only one.

    Any other guess would be a wrong building for somebody who taps on.
    """
    first = list(sites[:2])
    return first[0] if len(first) == 1 else None
