"""How many hubs an organisation has, and how they are: numbers that are kept, not counted."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, fields
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Count, Q, Sum

from portal.hubs.models import Health, Hub, HubCount, HubQuerySet
from portal.orgs.models import Organisation

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Numbers:
    """How many hubs there are, and how many of them are in each state."""

    hubs: int = 0
    online: int = 0
    offline: int = 0
    unknown: int = 0
    suspended: int = 0
    decommissioned: int = 0
    replaced: int = 0


NAMES = tuple(field.name for field in fields(Numbers))


def total(organisation: Organisation) -> Numbers:
    """Return the numbers of all hubs of the organisation."""
    sums = {f"all_{name}": Sum(name, default=0) for name in NAMES}
    found = HubCount.objects.filter(organisation=organisation).aggregate(**sums)
    return Numbers(**{name: found[f"all_{name}"] for name in NAMES})


def by_site(
    organisation: Organisation, sites: Iterable[UUID] | None = None
) -> dict[UUID | None, Numbers]:
    """Return the numbers at each site by its id, None for hubs at none of the portal's sites.

    Of `sites` alone, where they are given. A site without hubs may be missing.
    """
    rows = HubCount.objects.filter(organisation=organisation)
    if sites is not None:
        rows = rows.filter(site__in=list(sites))
    return {site: Numbers(*numbers) for site, *numbers in rows.values_list("site", *NAMES)}


def of(hubs: HubQuerySet) -> Numbers:
    """Count these hubs, which are few."""
    each = {health.value: Count("pk", filter=Q(health=health)) for health in Health}
    found = hubs.own().order_by().aggregate(hubs=Count("pk"), **each)
    return Numbers(**found)


@transaction.atomic
def recount(organisation: Organisation) -> int:
    """Count the organisation's hubs, and put right what was counted wrong. Return how much was.

    Changes of this moment are counted in either way: whoever makes one waits for this, or this for
    them.
    """
    rows = HubCount.objects.filter(organisation=organisation)
    if connection.features.has_select_for_update:
        # In the order in which changes of a hub take them.
        rows = rows.order_by("site", "pk").select_for_update()
    kept = {site: (pk, Numbers(*n)) for pk, site, *n in rows.values_list("pk", "site", *NAMES)}
    counted = _counted(organisation)
    wrong = [
        site
        for site in kept.keys() | counted.keys()
        if counted.get(site, Numbers()) != (kept[site][1] if site in kept else Numbers())
    ]
    for site in wrong:
        found = counted.get(site, Numbers())
        numbers = {name: getattr(found, name) for name in NAMES}
        if site in kept:
            HubCount.objects.filter(pk=kept[site][0]).update(**numbers)
        else:
            HubCount.objects.create(organisation=organisation, site_id=site, **numbers)
        logger.error(
            "organisation %s: the hubs at site %s were counted wrong: %s, and there are %s",
            organisation.pk,
            site,
            kept[site][1] if site in kept else None,
            found,
        )
    return len(wrong)


def _counted(organisation: Organisation) -> dict[UUID | None, Numbers]:
    each = {health.value: Count("pk", filter=Q(health=health)) for health in Health}
    hubs = Hub.objects.filter(organisation=organisation).own().order_by()
    rows = hubs.values("site").annotate(hubs=Count("pk"), **each)
    return {site: Numbers(*n) for site, *n in rows.values_list("site", *NAMES)}
