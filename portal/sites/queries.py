"""Sites, as pages ask for them."""

from portal.orgs.models import Membership, User
from portal.sites.models import Site, SiteQuerySet


def sites_of(member: Membership) -> SiteQuerySet:
    """Return the sites of the member's organisation."""
    return Site.objects.of(member)


def sites_visible_to(user: User) -> SiteQuerySet:
    """Return the sites of the person's organisations."""
    return Site.objects.visible_to(user)
