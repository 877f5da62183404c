"""Making, changing and archiving sites."""

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.text import slugify

from portal.audit.record import record
from portal.orgs.models import Organisation, User
from portal.sites.models import Site


class IdTakenError(Exception):
    """Another of the organisation's sites has the SpKey site id."""


def fresh_spkey_site_id(organisation: Organisation, name: str) -> str:
    """Return a SpKey site id made from the name, unused in the organisation."""
    stem = slugify(name)[:100] or "site"
    taken = set(organisation.sites.values_list("spkey_site_id", flat=True))
    if stem not in taken:
        return stem
    return f"{stem}-{get_random_string(6, 'abcdefghijkmnpqrstuvwxyz23456789')}"


def is_id_taken(organisation: Organisation, spkey_site_id: str) -> bool:
    """Whether one of the organisation's sites has this SpKey site id."""
    return organisation.sites.filter(spkey_site_id=spkey_site_id).exists()


@transaction.atomic
def make(site: Site, actor: User) -> Site:
    """Save a new site, with a SpKey site id where it has none, and return it.

    Raises IdTakenError for an id that another site has got by now.
    """
    organisation = site.organisation
    Organisation.objects.hold(organisation)  # Nobody else takes the id between look and save.
    if not site.spkey_site_id:
        site.spkey_site_id = fresh_spkey_site_id(organisation, site.name)
    elif is_id_taken(organisation, site.spkey_site_id):
        raise IdTakenError
    site.save()
    return _recorded("site.created", site, actor)


@transaction.atomic
def change(site: Site, actor: User) -> Site:
    """Save a site's new name and address, and return it."""
    site.save(update_fields=["name", "address"])
    return _recorded("site.changed", site, actor)


def _recorded(verb: str, site: Site, actor: User) -> Site:
    record(verb, actor=actor, organisation_id=site.organisation_id, subject=site, name=site.name)
    return site


@transaction.atomic
def archive(site: Site, actor: User) -> None:
    """Take the site out of use: no further claims; what was claimed there stays."""
    if Site.objects.filter(pk=site.pk, archived_at=None).update(archived_at=timezone.now()):
        record("site.archived", actor=actor, organisation_id=site.organisation_id, subject=site)


@transaction.atomic
def restore(site: Site, actor: User) -> None:
    """Take the site back into use."""
    if Site.objects.filter(pk=site.pk).exclude(archived_at=None).update(archived_at=None):
        record("site.restored", actor=actor, organisation_id=site.organisation_id, subject=site)
