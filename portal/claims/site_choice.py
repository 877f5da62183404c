"""Which sites somebody may claim at, and the one to choose beforehand."""

from django.db.models import BooleanField, Case, QuerySet, Value, When

from portal.claims.models import Claim
from portal.orgs.models import Organisation, User
from portal.sites.models import Site


def sites_for(user: User, organisation: Organisation) -> QuerySet[Site]:
    """Return the organisation's open sites, the one of this person's newest claim first."""
    mine = Claim.objects.filter(organisation=organisation, submitted_by=user)
    newest = mine.order_by("-created_at", "-id").values("site")[:1]
    used_last = Case(
        When(pk=newest, then=Value(True)), default=Value(False), output_field=BooleanField()
    )
    return (
        Site.objects.visible_to(user)
        .filter(organisation=organisation)
        .open()
        .annotate(used_last=used_last)
        .order_by("-used_last", "name")
    )


def likely(sites: QuerySet[Site]) -> Site | None:
    """Return the site to choose beforehand: the last used, or the only one.

    Any other guess would be a wrong building for somebody who taps on.
    """
    first = list(sites[:2])
    if not first:
        return None
    return first[0] if len(first) == 1 or getattr(first[0], "used_last", False) else None
