"""Sites, as pages ask for them."""

from portal.core.folding import has_words
from portal.orgs.models import Membership, User
from portal.sites.models import Site, SiteQuerySet, told


def sites_of(member: Membership) -> SiteQuerySet:
    """Return the sites of the member's organisation."""
    return Site.objects.of(member)


def with_words(sites: SiteQuerySet, text: str) -> SiteQuerySet:
    """Return those of the sites in whose name, address or SpKey id each word of the text is.

    What people call a site finds it as well: it may be copied from where it is read.
    """
    if not text.strip():
        return sites
    rows = sites.values_list("pk", "name", "address", "spkey_site_id", "told_by")
    found = (pk for pk, *names in rows if has_words(text, *names, told(*names)))
    return sites.filter(pk__in=list(found))


def sites_visible_to(user: User) -> SiteQuerySet:
    """Return the sites of the person's organisations."""
    return Site.objects.visible_to(user)


def open_site_called(member: Membership, spkey_site_id: str) -> Site | None:
    """Return the organisation's open site with this SpKey site id, if there is one."""
    return sites_of(member).open().filter(spkey_site_id=spkey_site_id).first()
