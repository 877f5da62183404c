"""Sites, as pages ask for them."""

from django.db.models import Q

from portal.orgs.models import Membership, User
from portal.sites.models import Site, SiteQuerySet


def sites_of(member: Membership) -> SiteQuerySet:
    """Return the sites of the member's organisation."""
    return Site.objects.of(member)


def with_words(sites: SiteQuerySet, text: str) -> SiteQuerySet:
    """Return those of the sites in whose name, address or SpKey id each word of the text is."""
    for word in text.split():
        in_address = Q(address__icontains=word)
        sites = sites.filter(
            Q(name__icontains=word) | Q(spkey_site_id__icontains=word) | in_address
        )
    return sites


def sites_visible_to(user: User) -> SiteQuerySet:
    """Return the sites of the person's organisations."""
    return Site.objects.visible_to(user)
