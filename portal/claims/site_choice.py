"""Which sites somebody may claim at, and the one to choose beforehand."""

from django.db.models import F, Max, Q, QuerySet

from portal.orgs.models import Organisation, User
from portal.sites.models import Site


def sites_for(user: User, organisation: Organisation) -> QuerySet[Site]:
    """Return the organisation's open sites, the one this person claimed at last first."""
    mine = Max("claims__created_at", filter=Q(claims__submitted_by=user))
    return (
        Site.objects.visible_to(user)
        .filter(organisation=organisation)
        .open()
        .annotate(used_at=mine)
        .order_by(F("used_at").desc(nulls_last=True), "name")
    )


def likely(sites: QuerySet[Site]) -> Site | None:
    """Return the site to choose beforehand: the last used, or the only one.

    Any other guess would be a wrong building for somebody who taps on.
    """
    first = list(sites[:2])
    if not first:
        return None
    return first[0] if len(first) == 1 or getattr(first[0], "used_at", None) else None
