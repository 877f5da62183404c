"""Making, changing and archiving sites."""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from portal.audit.record import record
from portal.orgs.models import Organisation, User
from portal.sites import site_ids
from portal.sites.models import Site, ToldBy


class IdTakenError(Exception):
    """Another of the organisation's sites has the SpKey site id."""


class NoAddressError(Exception):
    """Another of the organisation's sites is called the same, and nothing tells them apart."""


def fresh_spkey_site_id(organisation: Organisation, name: str) -> str:
    """Return a SpKey site id made from the name, unused in the organisation."""
    taken = organisation.sites.values_list("spkey_site_id", flat=True)
    return site_ids.unused(site_ids.made_from(name), frozenset(taken))


def is_id_taken(organisation: Organisation, spkey_site_id: str) -> bool:
    """Whether one of the organisation's sites has this SpKey site id."""
    return organisation.sites.filter(spkey_site_id=spkey_site_id).exists()


def lacks_address(site: Site) -> bool:
    """Whether the site needs an address, because another of the organisation is called the same."""
    if site.address:
        return False
    others = site.organisation.sites.exclude(pk=site.pk).values_list("name", flat=True)
    return _same(site.name) in {_same(name) for name in others}


@transaction.atomic
def make(site: Site, actor: User) -> Site:
    """Save a new site, with a SpKey site id where it has none, and return it.

    Raises IdTakenError for an id that another site has got by now, and NoAddressError.
    """
    organisation = site.organisation
    Organisation.objects.hold(organisation)  # Nobody else takes the id between look and save.
    if not site.spkey_site_id:
        site.spkey_site_id = fresh_spkey_site_id(organisation, site.name)
    elif is_id_taken(organisation, site.spkey_site_id):
        raise IdTakenError
    if lacks_address(site):
        raise NoAddressError
    site.save()
    tell_apart(organisation.pk)
    site.refresh_from_db(fields=["told_by"])
    return _recorded("site.created", site, actor)


@transaction.atomic
def make_all(sites: Sequence[Site], organisation: Organisation, actor: User) -> Sequence[Site]:
    """Save new sites of the organisation that have their ids, all or none, and return them.

    Raises IdTakenError and NoAddressError as `make` does.
    """
    Organisation.objects.hold(organisation)
    taken = set(organisation.sites.values_list("spkey_site_id", flat=True))
    names = {_same(name) for name in organisation.sites.values_list("name", flat=True)}
    for site in sites:
        if site.spkey_site_id in taken:
            raise IdTakenError
        if _same(site.name) in names and not site.address:
            raise NoAddressError
        taken.add(site.spkey_site_id)
        names.add(_same(site.name))
        site.save()
        _recorded("site.created", site, actor)
    tell_apart(organisation.pk)
    return sites


@transaction.atomic
def change(site: Site, actor: User) -> Site:
    """Save what people may change of a site, and return it. Raises NoAddressError."""
    Organisation.objects.hold(site.organisation)
    if lacks_address(site):
        raise NoAddressError
    site.save(update_fields=["name", "address", "contact", "note", "usual_hubs"])
    tell_apart(site.organisation_id)
    site.refresh_from_db(fields=["told_by"])
    return _recorded("site.changed", site, actor)


def tell_apart(organisation: UUID) -> None:
    """Note by what each of the organisation's sites is told from those that are called the same.

    By their addresses, where each has one of its own; else by their SpKey ids.
    """
    sites = list(Site.objects.filter(organisation=organisation))
    names = Counter(_same(site.name) for site in sites)
    addresses = Counter((_same(site.name), _same(site.address)) for site in sites)
    unclear = {name for (name, address), number in addresses.items() if number > 1 or not address}
    for site in sites:
        name = _same(site.name)
        told_by = ToldBy.NAME
        if names[name] > 1:
            told_by = ToldBy.ID if name in unclear else ToldBy.ADDRESS
        if site.told_by != told_by:
            Site.objects.filter(pk=site.pk).update(told_by=told_by)


def _same(text: str) -> str:
    return " ".join(text.casefold().split())


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
